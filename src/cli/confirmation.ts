// `enforce --confirm` as the terminal sees it: the process that rolls back, and the wait for Enter.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  confirm,
  type Confirmation,
  type Pending,
  readOutcome,
  readPending,
  type Session,
  timeLeft,
} from '../apply/index.ts';
import { TortieError } from '../errors/index.ts';
import { startDetached } from '../host/index.ts';
import type { Context } from './context.ts';
import { errorsOf, fail, OK, ROLLED_BACK } from './exit.ts';

export function confirmation(context: Context, within: number): Confirmation {
  const { self } = context.io;
  if (!self) fail('cli/confirm', '--confirm needs to start tortie again, and how is not known');
  return { within, startWatcher: (id) => startDetached([...self, 'rollback', '--watch', id]) };
}

/** The exit status. Without a terminal it says what to do and returns at once. */
export async function awaitConfirmation(
  context: Context,
  session: Session,
  pending: Pending,
): Promise<number> {
  const seconds = Math.round(timeLeft(pending) / 1000);
  const until = new Date(Date.now() + timeLeft(pending)).toTimeString().slice(0, 8);
  const { stderr } = context.io;
  if (!context.io.terminal) {
    stderr.write(`Rolled back at ${until} (in ${seconds} s) unless confirmed: tortie confirm\n`);
    return OK;
  }
  stderr.write(`Press Enter to keep it. Otherwise it is rolled back at ${until} (in ${seconds} s).\n`);
  const terminal = context.io.terminal();
  let entered: boolean | undefined;
  const line = terminal.line.then((value) => {
    entered = value;
  });
  try {
    let now = readPending(session.state);
    while (now?.id === pending.id) {
      // Two seconds late, nobody else will do it: the process for it must have been killed.
      if (entered === true || timeLeft(now) < -2000) return await settleIt(context, session, pending);
      await Promise.race(entered === undefined ? [line, sleep(POLL_MS)] : [sleep(POLL_MS)]);
      now = readPending(session.state);
    }
  } finally {
    terminal.close();
  }
  const outcome = readOutcome(session.state);
  return ended(context, outcome?.id === pending.id ? outcome.ending : 'cancelled');
}

const POLL_MS = 200;

async function settleIt(context: Context, session: Session, pending: Pending): Promise<number> {
  const { ending, problems } = await context.io.uninterrupted(() => confirm(session, pending.id));
  if (errorsOf(problems).length > 0) throw new TortieError(problems);
  const outcome = ending === 'nothing' ? readOutcome(session.state)?.ending : ending;
  return ended(context, outcome ?? 'cancelled');
}

export function ended(context: Context, ending: string): number {
  const { stderr } = context.io;
  if (ending === 'confirmed') {
    stderr.write('Confirmed.\n');
    return OK;
  }
  if (ending === 'rolled-back') {
    stderr.write('Not confirmed in time, rolled back.\n');
    return ROLLED_BACK;
  }
  fail('cli/confirm', 'what was enforced was cleared or replaced before it was confirmed');
}
