// `enforce`: makes this host's kernel hold what the policy asks for, once. `--dry-run` is `plan`.
import { TortieError } from '../../errors/index.ts';
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { OK } from '../exit.ts';
import { prepare } from '../host-plan.ts';
import { printChanges } from '../plan-view.ts';
import { addPlanOptions, plan, type PlanOptions } from './plan.ts';

interface Options extends PlanOptions {
  readonly dryRun: boolean;
  readonly quiet: boolean;
}

export const define: CommandModule['define'] = (command, start) => {
  addPlanOptions(command)
    .option('--dry-run', 'only show the plan; the exit status is that of plan', false)
    .option('-q, --quiet', 'do not show what changes', false)
    .addHelpText(
      'after',
      '\nExit status: 0 the kernel enforces the policy, 2 an error: then the old rules are in force.',
    )
    .action((opts: Options) =>
      start((context) => (opts.dryRun ? plan(context, opts) : enforce(context, opts))),
    );
};

async function enforce(context: Context, opts: Options): Promise<number> {
  const { loaded, wanted, applier } = await prepare(context, opts);
  // Applying compares only as much as it needs; what people read is worth a whole comparison.
  const shown = opts.quiet ? undefined : (await applier.plan(wanted)).value;
  const result = await context.io.uninterrupted(() => applier.apply(wanted));
  if (!result.ok) throw new TortieError(result.problems);
  context.report(result.problems);
  if (opts.quiet) return OK;
  const { changes } = shown ?? result.plan ?? { changes: [] };
  printChanges(context, changes, {
    output: opts.output,
    locate: loaded.locate,
    from: 'before',
    to: 'enforced',
  });
  if (opts.output === 'text' && result.changed) context.print('Enforced.');
  return OK;
}
