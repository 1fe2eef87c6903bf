// `plan`: what enforcing would change in this host's kernel, and by which commands. Changes nothing.
import { type Plan, printCommands, printHuman, printJson, printUnified } from '../../plan/index.ts';
import { TortieError } from '../../errors/index.ts';
import { systemRunner } from '../../host/index.ts';
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
  const { loaded, wanted, applier } = await prepare(context, systemRunner, opts);
  const { value, problems } = await applier.plan(wanted);
  if (value === undefined || errorsOf(problems).length > 0) throw new TortieError(problems);
  context.report(problems);
  printPlan(context, value, loaded.locate, opts);
  return value.changes.length > 0 ? FOUND : OK;
}

export function printPlan(
  context: Context,
  plan: Plan,
  locate: LoadedPolicy['locate'],
  opts: PlanOptions,
): void {
  if (opts.output === 'json') return context.print(printJson(plan, { locate }));
  if (opts.output === 'unified')
    return context.print(printUnified(plan.changes, { from: 'live', to: 'wanted' }));
  context.print(printHuman(plan.changes, { locate, color: context.color }));
  if (plan.commands.length > 0) context.print(`\n${printCommands(plan, { showInput: opts.showInput })}`);
}
