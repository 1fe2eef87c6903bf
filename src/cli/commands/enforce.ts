// `enforce`: makes this host's kernel hold what the policy asks for, once. `--dry-run` is `plan`.
import { printHuman, printJson, printUnified } from '../../plan/index.ts';
import { TortieError } from '../../errors/index.ts';
import { systemRunner } from '../../host/index.ts';
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { OK } from '../exit.ts';
import { prepare } from '../host-plan.ts';
import { addPlanOptions, plan, type PlanOptions } from './plan.ts';

interface Options extends PlanOptions {
  readonly dryRun: boolean;
}

export const define: CommandModule['define'] = (command, start) => {
  addPlanOptions(command)
    .option('--dry-run', 'only show the plan; the exit status is that of plan', false)
    .addHelpText(
      'after',
      '\nExit status: 0 the kernel enforces the policy, 2 an error: then the old rules are in force.',
    )
    .action((opts: Options) =>
      start((context) => (opts.dryRun ? plan(context, opts) : enforce(context, opts))),
    );
};

async function enforce(context: Context, opts: Options): Promise<number> {
  const { loaded, wanted, applier } = await prepare(context, systemRunner, opts);
  const result = await context.io.uninterrupted(() => applier.apply(wanted));
  if (!result.ok) throw new TortieError(result.problems);
  context.report(result.problems);
  const changes = result.plan?.changes ?? [];
  const { locate } = loaded;
  if (opts.output === 'json') context.print(printJson(result.plan ?? { changes, problems: [] }, { locate }));
  else if (opts.output === 'unified')
    context.print(printUnified(changes, { from: 'before', to: 'enforced' }));
  else context.print(printHuman(changes, { locate, color: context.color }));
  return OK;
}
