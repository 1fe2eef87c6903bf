// One run of the command line: arguments in, exit status out. Nothing here ends the process.
import { Command, CommanderError, Option } from 'commander';
import { problem, TortieError } from '../errors/index.ts';
import { COMMANDS, type Start } from './command.ts';
import { createContext, type GlobalOptions } from './context.ts';
import { FAILED, OK } from './exit.ts';
import type { Io } from './io.ts';
import { version } from './version.ts';

/** Exit status: 0 fine, 1 a difference or finding (commands on objects of a datastore: an error), 2 an error. `argv` without the program's own name. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const args = behindTheCommand(argv.flatMap(splitShortOption));
  let status = OK;
  const program = createProgram(io);
  const start: Start = async (work) => {
    const context = createContext(io, program.opts<GlobalOptions>());
    try {
      status = await work(context);
    } catch (error) {
      if (!(error instanceof TortieError)) throw error;
      context.report(error.problems);
      if (context.debug) io.stderr.write(`${error.stack ?? ''}\n`);
      status = FAILED;
    }
  };
  try {
    const named = args.find((arg) => COMMANDS.some((c) => c.name === arg));
    for (const entry of COMMANDS) {
      const command = program
        .command(entry.name)
        .summary(entry.summary)
        .description(`${capital(entry.summary)}.`);
      if (entry.name === named) (await entry.load()).define(command, start);
    }
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? OK : FAILED;
    reportInternal(error, io, args.includes('--debug'));
    return FAILED;
  }
}

function createProgram(io: Io): Command {
  return new Command('tortie')
    .description('Network policy for Linux hosts: Calico v3 resources in, nftables or iptables rules out.')
    .version(version(), '-V, --version', 'print the version')
    .addOption(
      new Option('--color <when>', 'colour the output').choices(['auto', 'always', 'never']).default('auto'),
    )
    .option('--debug', 'show stack traces of errors', false)
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText(
      'after',
      '\nExit status: 0 fine, 1 a difference or finding, 2 an error. Commands on the objects of a\ndatastore end with 1 for an error, as calicoctl does, and with 2 for a wrong command line.',
    )
    .showHelpAfterError('(add --help for the options)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
}

/** `-f=x` as Go's flag parser takes it; to commander the value would be `=x`. */
function splitShortOption(arg: string, index: number, all: readonly string[]): string[] {
  const end = all.indexOf('--');
  const match = end >= 0 && index > end ? null : /^(-[A-Za-z])=(.*)$/s.exec(arg);
  return match?.[1] === undefined ? [arg] : [match[1], match[2] ?? ''];
}

const WITH_VALUE: ReadonlySet<string> = new Set(['--context', '--log-level', '-l']);

/** calicoctl takes some options before the command's name; here they belong to the commands that know them. */
function behindTheCommand(args: readonly string[]): readonly string[] {
  const early: string[] = [];
  let rest = args;
  for (let [first = ''] = rest; ; [first = ''] = rest) {
    const alone = first === '--allow-version-mismatch' || /^--(?:context|log-level)=/.test(first);
    if (!alone && !WITH_VALUE.has(first)) break;
    early.push(...rest.slice(0, alone ? 1 : 2));
    rest = rest.slice(alone ? 1 : 2);
  }
  return early.length === 0 ? args : [...rest.slice(0, 1), ...early, ...rest.slice(1)];
}

function reportInternal(error: unknown, io: Io, debug: boolean): void {
  const message = error instanceof Error ? error.message : String(error);
  const context = createContext(io, { color: 'auto', debug });
  context.report([
    problem('cli/internal', `tortie failed unexpectedly: ${message}`, {
      hint: debug
        ? 'please report this with the trace below'
        : 'run again with --debug and report what it shows',
    }),
  ]);
  if (debug && error instanceof Error) io.stderr.write(`${error.stack ?? ''}\n`);
}

const capital = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
