// `clear`: removes every trace of tortie from this host's kernel, of either dataplane, and nothing else. A rollback that waits for
// its time is cancelled.
import { clear as clearNow, clearAll } from '../../apply/index.ts';
import { TortieError } from '../../errors/index.ts';
import { systemRunner } from '../../host/index.ts';
import type { CommandModule } from '../command.ts';
import type { Context } from '../context.ts';
import { FOUND, OK } from '../exit.ts';
import { openSession } from '../host-plan.ts';
import * as options from '../options.ts';
import { toJson } from '../output.ts';

interface Options {
  readonly output: 'text' | 'json';
  readonly dryRun: boolean;
}

export const define: CommandModule['define'] = (command, start) => {
  options
    .addOutputOption(command)
    .option('--dry-run', 'only say what would be removed', false)
    .addHelpText(
      'after',
      '\nExit status: 0 nothing of tortie is left; 1 with --dry-run, something would be removed; 2 an error.',
    )
    .action((opts: Options) => start((context) => clear(context, opts)));
};

async function clear(context: Context, { output, dryRun }: Options): Promise<number> {
  const run = context.io.runner ?? systemRunner;
  const result = dryRun
    ? await clearAll({ run, lock: false, dryRun })
    : await context.io.uninterrupted(async () => clearNow(await openSession(context)));
  if (!result.ok) throw new TortieError(result.problems);
  context.report(result.problems);
  if (output === 'json') context.print(toJson('Clear', { dryRun, removed: result.removed }));
  else if (result.removed.length === 0) context.print('Nothing of tortie is here.');
  else
    context.print(result.removed.map((what) => `${dryRun ? 'would remove' : 'removed'} ${what}`).join('\n'));
  return dryRun && result.removed.length > 0 ? FOUND : OK;
}
