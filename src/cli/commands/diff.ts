// `diff OLD NEW`: what a change of policy does to the rules of one node.
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { FOUND, OK } from '../exit.ts';
import { compileNode, type LoadedPolicy, loadPolicy, readFacts } from '../load.ts';
import * as options from '../options.ts';
import { type PlanFormat, printChanges } from '../plan-view.ts';
import { changesBetween } from '../../plan/index.ts';
import { createRenderer } from '../../render/index.ts';

interface Options extends options.InputOptions, options.NodeOptions, options.DialectOptions {
  readonly output: PlanFormat;
}

export const define: CommandModule['define'] = (command, start) => {
  command.argument('<old>', 'file or directory').argument('<new>', 'file or directory');
  options.addInputOptions(command, { required: false });
  options.addNodeOptions(command);
  options.addDialectOptions(command);
  options
    .addOutputOption(command, ['text', 'unified', 'json'])
    .addHelpText(
      'after',
      '\nWhat -f names is read on both sides.\nExit status: 0 no difference, 1 differences, 2 an error.',
    )
    .action((older: string, newer: string, opts: Options) =>
      start((context) => diff(context, older, newer, opts)),
    );
};

async function diff(context: Context, older: string, newer: string, opts: Options): Promise<number> {
  const facts = await readFacts(opts.host);
  const load = (path: string) => loadPolicy(context, { ...opts, filename: [...(opts.filename ?? []), path] });
  const [before, after] = [await load(older), await load(newer)];
  const renderer = createRenderer(opts.dataplane, { log: opts.logAction });
  const node = opts.node ?? commonNode(before, after);
  const render = (loaded: LoadedPolicy) => renderer.render(compileNode(context, loaded, node), facts);
  const changes = changesBetween(render(before), render(after));
  // What was removed has its cause only in the old files.
  const locate: LoadedPolicy['locate'] = (ref) => after.locate(ref) ?? before.locate(ref);
  const same = 'No changes. Both give the same rules.';
  printChanges(context, changes, { output: opts.output, locate, from: older, to: newer, same });
  return changes.length > 0 ? FOUND : OK;
}

/** When one side has no endpoints at all, the node of the other is meant. */
function commonNode(before: LoadedPolicy, after: LoadedPolicy): string | undefined {
  const nodes = [...new Set([...before.nodes, ...after.nodes])];
  return nodes.length === 1 ? nodes[0] : undefined;
}
