// `enforce`: makes this host's kernel hold what the policy asks for, once. `--dry-run` is `plan`. `--confirm` rolls back
// unless somebody says in time that the host can still be reached.
import { enforce, type EnforceResult, settle } from '../../apply/index.ts';
import { TortieError } from '../../errors/index.ts';
import type { CommandModule } from '../command.ts';
import { awaitConfirmation, confirmation } from '../confirmation.ts';
import type { Context } from '../context.ts';
import { errorsOf, OK } from '../exit.ts';
import { type HostTarget, openSession, prepare } from '../host-plan.ts';
import { parseDuration } from '../options.ts';
import { printChanges } from '../plan-view.ts';
import { userName } from '../user.ts';
import { version } from '../version.ts';
import { addPlanOptions, plan, type PlanOptions } from './plan.ts';

interface Options extends PlanOptions {
  readonly dryRun: boolean;
  readonly quiet: boolean;
  readonly confirm?: number;
}

export const define: CommandModule['define'] = (command, start) => {
  addPlanOptions(command)
    .option('--dry-run', 'only show the plan; the exit status is that of plan', false)
    .option('--confirm <time>', 'roll back after this time (30s, 5m) unless confirmed', parseDuration)
    .option('-q, --quiet', 'do not show what changes', false)
    .addHelpText(
      'after',
      `
With --confirm: on a terminal, Enter confirms; elsewhere the command returns once the rules are applied, and
\`tortie confirm\` must follow in time. The rollback survives the loss of the terminal.

Exit status: 0 the kernel enforces the policy, 2 an error: then the old rules are in force,
3 not confirmed in time and rolled back.`,
    )
    .action((opts: Options) =>
      start((context) => (opts.dryRun ? plan(context, opts) : enforceOnce(context, opts))),
    );
};

async function enforceOnce(context: Context, opts: Options): Promise<number> {
  const target = await prepare(context, opts);
  const session = await openSession(context);
  const settled = await context.io.uninterrupted(() => settle(session));
  if (errorsOf(settled).length > 0) throw new TortieError(settled);
  context.report(settled);
  // Applying compares only as much as it needs; what people read is worth a whole comparison.
  const shown = opts.quiet ? undefined : (await target.applier.plan(target.wanted)).value;
  const about = {
    node: target.node,
    inputs: opts.filename ?? [`datastore ${opts.datastore}`],
    version: version(),
    user: userName(context.io.env),
  };
  const result = await context.io.uninterrupted(() =>
    enforce(session, {
      wanted: target.wanted,
      applier: target.applier,
      about,
      ...(opts.confirm !== undefined && { confirm: confirmation(context, opts.confirm) }),
    }),
  );
  if (!result.ok) throw new TortieError(result.problems);
  context.report(result.problems);
  if (!opts.quiet) print(context, opts, target, { ...result, ...(shown && { plan: shown }) });
  return result.pending ? awaitConfirmation(context, session, result.pending) : OK;
}

function print(context: Context, opts: Options, { loaded }: HostTarget, result: EnforceResult): void {
  printChanges(context, result.plan?.changes ?? [], {
    output: opts.output,
    locate: loaded.locate,
    from: 'before',
    to: 'enforced',
  });
  if (opts.output === 'text' && result.changed) context.print('Enforced.');
}
