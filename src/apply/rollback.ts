// Putting back what was there before an enforcement that nobody confirmed: when its time is over, by a process that does
// nothing else; by whoever comes next, if that process was killed; or at once, if asked to.
import { type Problem, problem } from '../errors/problem.ts';
import {
  type LockOptions,
  type Runner,
  sleepOrSignal,
  type StateFolder,
  signalProcess,
  withLock,
} from '../host/index.ts';
import { isEmptyText, readKernelText } from './kernel-text.ts';
import { endPending, isUnwatched, type Pending, readBefore, readPending, timeLeft } from './pending.ts';
import { rewrittenAt, writeRecord } from './record.ts';
import { restore } from './restore.ts';

interface Place {
  readonly run: Runner;
  readonly state: StateFolder;
  readonly lock?: LockOptions;
}

export interface RolledBack {
  readonly ok: boolean;
  readonly problems: readonly Problem[];
}

/** The caller holds the lock. A warning that says what was done, or the errors that kept it from being done. */
export async function rollBackNow({ run, state }: Place, pending: Pending): Promise<Problem[]> {
  const before = readBefore(state, pending);
  const now = await readKernelText(run);
  if (!now.value) return [...now.problems];
  if (!before) {
    endPending(state, pending, 'failed');
    return [
      warning('apply/no-snapshot', 'what was there before cannot be read any more, so nothing was put back'),
    ];
  }
  if (isUnwatched(pending) && isEmptyText(now.value) && pending.phase === 'applied') {
    // All of ours is gone without us: somebody flushed it, or this is a new namespace with the number of an old one.
    endPending(state, pending, 'cancelled');
    return [warning('apply/gone', 'what was enforced is gone, so nothing was rolled back')];
  }
  const problems = await restore(run, before.text);
  if (problems.some((p) => p.severity === 'error')) return [...problems];
  writeRecord(state, before.record && rewrittenAt(before.record, new Date().toISOString()));
  endPending(state, pending, 'rolled-back');
  if (pending.watcher && pending.watcher.pid !== process.pid) signalProcess(pending.watcher, 'SIGTERM');
  return [
    ...problems,
    warning(
      'apply/rolled-back',
      `what ${pending.user} enforced was not confirmed in time and is rolled back`,
    ),
  ];
}

/** Puts back at once. No value: nothing waits. */
export async function rollBack(place: Place): Promise<RolledBack | undefined> {
  if (!readPending(place.state)) return undefined;
  const done = await withLock(async (): Promise<RolledBack | undefined> => {
    const pending = readPending(place.state);
    if (!pending) return undefined;
    const problems = (await rollBackNow(place, pending)).filter((p) => p.code !== 'apply/rolled-back');
    return { ok: problems.every((p) => p.severity !== 'error'), problems };
  }, place.lock);
  return done.problems.length > 0 ? { ok: false, problems: done.problems } : done.value;
}

const RETRY_MS = 5_000;
const TRIES = 20;

/** Waits for the deadline and rolls back, until nothing waits under `id` any more. Signals only make it look again. */
export async function watch(place: Place, id: string, ready: () => void): Promise<void> {
  ready();
  for (let failures = 0; failures < TRIES; ) {
    const pending = readPending(place.state);
    if (pending?.id !== id) return;
    const left = timeLeft(pending);
    if (left > 0) {
      await sleepOrSignal(left);
      continue;
    }
    const done = await withLock(
      async () => {
        // Whoever held the lock may have confirmed, or have finished applying, which sets a new deadline.
        const now = readPending(place.state);
        if (now?.id !== id || timeLeft(now) > 0) return [];
        return rollBackNow(place, now);
      },
      { ...place.lock, wait: 60_000 },
    );
    if (![...done.problems, ...(done.value ?? [])].some((p) => p.severity === 'error')) continue;
    failures += 1;
    await sleepOrSignal(RETRY_MS);
  }
}

function warning(code: string, message: string): Problem {
  return problem(code, message, { severity: 'warning' });
}
