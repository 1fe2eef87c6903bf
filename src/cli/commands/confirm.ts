// `confirm`: keeps what `enforce --confirm` has applied; nothing will be rolled back.
import { confirm, readOutcome } from '../../apply/index.ts';
import { TortieError } from '../../errors/index.ts';
import type { CommandModule } from '../command.ts';
import { ended } from '../confirmation.ts';
import type { Context } from '../context.ts';
import { errorsOf, fail } from '../exit.ts';
import { openSession } from '../host-plan.ts';

export const define: CommandModule['define'] = (command, start) => {
  command
    .addHelpText(
      'after',
      '\nExit status: 0 confirmed, 2 nothing waits for confirmation, 3 too late: it was rolled back.',
    )
    .action(() => start(keep));
};

async function keep(context: Context): Promise<number> {
  const session = await openSession(context);
  const { ending, problems } = await context.io.uninterrupted(() => confirm(session));
  if (errorsOf(problems).length > 0) throw new TortieError(problems);
  context.report(problems.filter((p) => p.code !== 'apply/rolled-back'));
  if (ending !== 'nothing') return ended(context, ending);
  if (readOutcome(session.state)?.ending === 'rolled-back') return ended(context, 'rolled-back');
  fail('cli/confirm', 'nothing waits for confirmation');
}
