// `render`: the ruleset of one node as text, as nft's JSON, into files (--out), or compared with files (--check).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { problem, TortieError } from '../../errors/index.ts';
import { createRenderer, printRuleset } from '../../render/index.ts';
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { fail, FOUND, OK } from '../exit.ts';
import { compileNode, hostProblems, loadPolicy, readFacts } from '../load.ts';
import * as options from '../options.ts';
import { type OutputFile, writeFiles } from '../write-files.ts';

interface Options extends options.InputOptions, options.NodeOptions, options.DialectOptions {
  readonly output: 'text' | 'json';
  readonly out?: string;
  readonly check?: string;
}

const COMMENT_WIDTH = 78;

export const define: CommandModule['define'] = (command, start) => {
  options.addInputOptions(command, { datastore: true });
  options.addNodeOptions(command);
  options.addDialectOptions(command);
  options
    .addOutputOption(command)
    .option('--out <dir>', 'write the files into this directory instead of printing them')
    .option('--check <dir>', 'compare with the files in this directory; exit 1 and print the differences')
    .addHelpText('after', '\nExit status: 0 fine, 1 with --check: the files differ, 2 an error.')
    .action((opts: Options) => start((context) => render(context, opts)));
};

async function render(context: Context, opts: Options): Promise<number> {
  if (opts.out !== undefined && opts.check !== undefined)
    fail('cli/usage', '--out and --check exclude each other');
  if (opts.output === 'json' && opts.dataplane === 'iptables') {
    fail('cli/usage', 'iptables has no JSON form', 'leave out -o json, or use --dataplane nftables');
  }
  const files = await renderFiles(context, opts);
  if (opts.out !== undefined) {
    await writeFiles(opts.out, files);
    return OK;
  }
  if (opts.check !== undefined) return check(context, opts.check, files);
  for (const { file, text } of files) context.print(files.length > 1 ? `${heading(file)}\n${text}` : text);
  return OK;
}

async function renderFiles(context: Context, opts: Options): Promise<readonly OutputFile[]> {
  const loaded = await loadPolicy(context, opts);
  const facts = await readFacts(opts.host);
  const policy = compileNode(context, loaded, opts.node);
  context.report(hostProblems(policy, facts));
  const renderer = createRenderer(opts.dataplane, { log: opts.logAction });
  const json = opts.output === 'json';
  const files = printRuleset(renderer.render(policy, facts), { json });
  const wanted =
    opts.dataplane === 'iptables' ? files : files.filter(({ file }) => file.endsWith('.json') === json);
  if (json) for (const { text } of wanted) await checkJson(text);
  return wanted;
}

/** nft names no position in JSON that it refuses, and its lexer takes names that its text form cannot: so look before it does. */
async function checkJson(text: string): Promise<void> {
  const { validate } = await import('nft-json-schema');
  const issues = validate(JSON.parse(text));
  if (issues.length === 0) return;
  throw new TortieError(
    issues.map(({ path, message }) =>
      problem('render/json', `the rendered JSON is not what nft takes, at ${path}: ${message}`, {
        hint: 'this is a fault of tortie: please report it',
      }),
    ),
  );
}

/** All of nft, iptables-restore and ipset take lines that begin with `#` for comments. */
const heading = (file: string) => `# ── ${file} ${'─'.repeat(Math.max(0, COMMENT_WIDTH - file.length - 6))}`;

async function check(context: Context, directory: string, files: readonly OutputFile[]): Promise<number> {
  let status = OK;
  for (const { file, text } of files) {
    const path = join(directory, file);
    const committed = await readCommitted(path);
    if (committed === text) continue;
    status = FOUND;
    context.print(unified(path, committed, text));
  }
  return status;
}

async function readCommitted(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TortieError([problem('cli/read', `cannot read ${path}: ${why}`, { cause })]);
  }
}

/** jsdiff is quadratic in the number of differences, so it gets a time limit and then says only that they differ. */
function unified(path: string, before: string | undefined, after: string): string {
  const [from, to] = [before === undefined ? '/dev/null' : path, `${path} (rendered)`];
  const patch = createTwoFilesPatch(from, to, before ?? '', after, undefined, undefined, { timeout: 2000 });
  return patch?.replace(/^=+\n/, '') ?? `--- ${from}\n+++ ${to}\nthe files differ too much to show how`;
}
