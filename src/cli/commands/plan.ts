// `plan`: what enforcing would change in this host's kernel, and by which commands. Changes nothing.
import { printJson } from '../../plan/index.ts';
import { TortieError } from '../../errors/index.ts';
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { errorsOf, FOUND, OK } from '../exit.ts';
import { type HostOptions, prepare } from '../host-plan.ts';
import * as options from '../options.ts';
import { commandsText, type PlanFormat, printChanges } from '../plan-view.ts';

export interface PlanOptions extends HostOptions {
  readonly output: PlanFormat;
  readonly showInput: boolean;
}

export function addPlanOptions(command: Parameters<CommandModule['define']>[0]): typeof command {
  options.addInputOptions(command, { datastore: true });
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
  context.report([...problems, ...value.problems]);
  const { locate } = loaded;
  if (opts.output === 'json') context.print(printJson(value, { locate }));
  else printChanges(context, value.changes, { output: opts.output, locate, from: 'live', to: 'wanted' });
  if (opts.output === 'text' && value.commands.length > 0) context.print(`\n${commandsText(value, opts)}`);
  return value.changes.length > 0 ? FOUND : OK;
}
