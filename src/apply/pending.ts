// An enforcement that waits for its confirmation: what was there before, until when, and which process puts it back.
// Written before anything is changed, read by whoever comes next, whatever became of the process that wrote it.
import { problem, type Problem } from '../errors/problem.ts';
import { isGone, monotonic, type ProcessIdentity, type StateFolder } from '../host/index.ts';
import type { KernelText } from './kernel-text.ts';
import type { AppliedRecord } from './record.ts';

export interface Pending {
  readonly id: string;
  /** `armed`: nothing has been changed yet; `applying`: perhaps half; `applied`: all of it. */
  readonly phase: 'armed' | 'applying' | 'applied';
  /** On the monotonic clock of this boot, in milliseconds. */
  readonly deadline: number;
  readonly user: string;
  readonly pid: number;
  /** The process that rolls back; absent until it is up. */
  readonly watcher?: ProcessIdentity;
}

/** Kept apart from `Pending`, which is rewritten, because it may be large. */
export interface Before {
  readonly id: string;
  readonly text: KernelText;
  readonly record?: AppliedRecord;
}

export type Ending = 'confirmed' | 'rolled-back' | 'cancelled' | 'failed';

export interface Outcome {
  readonly id: string;
  readonly ending: Ending;
  /** ISO 8601. */
  readonly time: string;
  readonly message?: string;
}

export function readPending(state: StateFolder): Pending | undefined {
  const found = state.read('pending') as Pending | undefined;
  return typeof found?.deadline === 'number' ? found : undefined;
}

export function writePending(state: StateFolder, pending: Pending): void {
  state.write('pending', pending);
}

export function readBefore(state: StateFolder, { id }: Pending): Before | undefined {
  const found = state.read('before') as Before | undefined;
  return found?.id === id ? found : undefined;
}

export function readOutcome(state: StateFolder): Outcome | undefined {
  return state.read('outcome') as Outcome | undefined;
}

/** The outcome first: whoever sees that nothing is pending any more finds it. */
export function endPending(state: StateFolder, { id }: Pending, ending: Ending): void {
  state.write('outcome', { id, ending, time: new Date().toISOString() } satisfies Outcome);
  state.remove('pending');
  state.remove('before');
}

/** Milliseconds left; zero or less: overdue. */
export function timeLeft({ deadline }: Pending): number {
  return deadline - monotonic();
}

export function isUnwatched({ watcher }: Pending): boolean {
  return watcher === undefined || isGone(watcher);
}

export function unconfirmed(pending: Pending): Problem {
  const left = Math.max(0, Math.ceil(timeLeft(pending) / 1000));
  return problem(
    'apply/unconfirmed',
    `what ${pending.user} enforced (process ${pending.pid}) waits for confirmation and is rolled back in ${left} s`,
    { hint: 'first `tortie confirm` or `tortie rollback`, or wait' },
  );
}
