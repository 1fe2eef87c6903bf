// `plan`: what enforcing would change in this host's kernel, and by which commands. Changes nothing.
import { type Change, printCommands, printHuman, printJson, printUnified } from '../../plan/index.ts';
import { TortieError } from '../../errors/index.ts';
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { errorsOf, FOUND, OK } from '../exit.ts';
import { type HostOptions, prepare } from '../host-plan.ts';
import type { LoadedPolicy } from '../load.ts';
import * as options from '../options.ts';

export interface PlanOptions extends HostOptions {
  readonly output: 'text' | 'unified' | 'json';
  readonly showInput: boolean;
}

export function addPlanOptions(command: Parameters<CommandModule['define']>[0]): typeof command {
  options.addInputOptions(command);
  options.addNodeOptions(command);
  options.addDialectOptions(command);
  options.addBackendOption(command);
  return options
    .addOutputOption(command, ['text', 'unified', 'json'])
    .option('--show-input', 'show the whole input of every command', false);
}

export const define: CommandModule['define'] = (command, start) => {
  addPlanOptions(command)
    .addHelpText('after', '\nExit status: 0 no changes, 1 changes, 2 an error.')
    .action((opts: PlanOptions) => start((context) => plan(context, opts)));
};

export async function plan(context: Context, opts: PlanOptions): Promise<number> {
  const { loaded, wanted, applier } = await prepare(context, opts);
  const { value, problems } = await applier.plan(wanted);
  if (value === undefined || errorsOf(problems).length > 0) throw new TortieError(problems);
  context.report(problems);
  const { changes, commands } = value;
  if (opts.output === 'json') context.print(printJson(value, { locate: loaded.locate }));
  else printChanges(context, changes, loaded.locate, opts.output);
  if (opts.output === 'text' && commands.length > 0) {
    context.print(`\n${printCommands(value, { showInput: opts.showInput })}`);
  }
  return changes.length > 0 ? FOUND : OK;
}

export function printChanges(
  context: Context,
  changes: readonly Change[],
  locate: LoadedPolicy['locate'],
  output: PlanOptions['output'],
): void {
  if (output === 'json') context.print(printJson({ changes, problems: [] }, { locate }));
  else if (output === 'unified') context.print(printUnified(changes, { from: 'live', to: 'wanted' }));
  else context.print(printHuman(changes, { locate, color: context.color }));
}
