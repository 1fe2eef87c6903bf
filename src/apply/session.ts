// Every change of a network namespace by a command: one lock around looking whether somebody waits for a confirmation,
// applying or clearing, and taking notes of it. With `confirm`, what was there is written down and a process that puts it
// back is up before anything is changed.
import { randomUUID } from 'node:crypto';
import type { Problem, Result } from '../errors/problem.ts';
import {
  type LockOptions,
  monotonic,
  type ProcessIdentity,
  type Runner,
  signalProcess,
  type StateFolder,
  withLock,
} from '../host/index.ts';
import type { Ruleset } from '../render/ruleset.ts';
import { clearAll } from './clear.ts';
import { readKernelText } from './kernel-text.ts';
import {
  endPending,
  type Pending,
  readBefore,
  readPending,
  timeLeft,
  unconfirmed,
  writePending,
} from './pending.ts';
import { type About, makeRecord, readRecord, writeRecord } from './record.ts';
import { sameText } from './restore.ts';
import { rollBackNow } from './rollback.ts';
import type { Applier, ApplyResult, ClearResult } from './types.ts';

export interface Session {
  readonly run: Runner;
  readonly state: StateFolder;
  readonly lock?: LockOptions;
}

export interface Confirmation {
  /** Milliseconds from the end of applying. */
  readonly within: number;
  /** Starts the process that calls `watch` with this id; resolves when it is up. */
  readonly startWatcher: (id: string) => Promise<Result<ProcessIdentity>>;
}

export interface EnforceJob {
  readonly wanted: Ruleset;
  /** Made with `lock: false`: the lock is held here. */
  readonly applier: Applier;
  readonly about: About;
  readonly confirm?: Confirmation;
}

export interface EnforceResult extends ApplyResult {
  /** Waits for confirmation; absent when nothing was changed, or none was asked for. */
  readonly pending?: Pending;
}

/** Refuses while something else waits for confirmation; what is overdue is rolled back first. */
export async function enforce(session: Session, job: EnforceJob): Promise<EnforceResult> {
  const done = await withLock(() => enforceLocked(session, job), session.lock);
  return done.value ?? { ok: false, changed: false, problems: done.problems };
}

async function enforceLocked(session: Session, job: EnforceJob): Promise<EnforceResult> {
  const settled = await settleLocked(session);
  if (settled.some(isError)) return { ok: false, changed: false, problems: settled };
  const armed = job.confirm ? await arm(session, job.confirm, job.about) : { problems: [] };
  if (armed.problems.length > 0) return { ok: false, changed: false, problems: armed.problems };
  const { value: pending } = armed;
  if (pending) writePending(session.state, { ...pending, phase: 'applying' });
  const result = await job.applier.apply(job.wanted);
  const problems = [...settled, ...result.problems];
  if (!result.ok) {
    if (pending) problems.push(...(await takeBack(session, pending)));
    return { ...result, problems };
  }
  problems.push(...(await takeNotes(session, job, result)));
  if (!pending || !job.confirm) return { ...result, problems };
  if (!result.changed) {
    disarm(session.state, pending, 'cancelled');
    return { ...result, problems };
  }
  const applied: Pending = { ...pending, phase: 'applied', deadline: monotonic() + job.confirm.within };
  writePending(session.state, applied);
  return { ...result, problems, pending: applied };
}

/** Everything that a rollback needs, before anything is changed. */
async function arm(session: Session, confirm: Confirmation, about: About): Promise<Result<Pending>> {
  const { run, state } = session;
  const text = await readKernelText(run);
  if (!text.value) return { problems: text.problems };
  const record = readRecord(state);
  const id = randomUUID();
  const pending: Pending = {
    id,
    phase: 'armed',
    deadline: monotonic() + confirm.within,
    user: about.user,
    pid: process.pid,
  };
  state.write('before', { id, text: text.value, ...(record && { record }) });
  writePending(state, pending);
  const watcher = await confirm.startWatcher(id);
  if (!watcher.value) {
    endPending(state, pending, 'cancelled');
    return { problems: watcher.problems };
  }
  return { value: { ...pending, watcher: watcher.value }, problems: [] };
}

/** The applier has put back the old rules; where it could not, the snapshot does. */
async function takeBack(session: Session, pending: Pending): Promise<Problem[]> {
  const before = readBefore(session.state, pending);
  const now = await readKernelText(session.run);
  if (!before || !now.value || !sameText(now.value, before.text)) return rollBackNow(session, pending);
  disarm(session.state, pending, 'cancelled');
  return [];
}

/** Ends the wait; the process that would roll back looks again and ends. */
export function disarm(state: StateFolder, pending: Pending, ending: 'confirmed' | 'cancelled'): void {
  endPending(state, pending, ending);
  if (pending.watcher) signalProcess(pending.watcher, 'SIGTERM');
}

/** What must come first: an error if somebody still waits, otherwise what was done about an overdue rollback. */
async function settleLocked(session: Session): Promise<Problem[]> {
  const pending = readPending(session.state);
  if (!pending) return [];
  if (pending.phase === 'armed') {
    // Its writer was killed before it changed anything.
    disarm(session.state, pending, 'cancelled');
    return [];
  }
  // We hold the lock, so who was still applying is dead, and nobody can want what it left.
  if (pending.phase === 'applied' && timeLeft(pending) > 0) return [unconfirmed(pending)];
  return rollBackNow(session, pending);
}

/** Rolls back what is overdue and says so; an error if somebody still waits for confirmation. */
export async function settle(session: Session): Promise<readonly Problem[]> {
  if (!readPending(session.state)) return [];
  const done = await withLock(() => settleLocked(session), session.lock);
  return done.value ?? done.problems;
}

async function takeNotes({ run, state }: Session, job: EnforceJob, result: ApplyResult): Promise<Problem[]> {
  const text = await readKernelText(run);
  if (!text.value) return text.problems.map((p) => ({ ...p, severity: 'warning' }));
  const before = readRecord(state);
  const time = new Date().toISOString();
  writeRecord(
    state,
    makeRecord(job.about, job.wanted, { plan: result.plan, text: text.value, before, time }),
  );
  return [];
}

/** Also ends a wait for confirmation, without a rollback. */
export async function clear(session: Session): Promise<ClearResult> {
  const done = await withLock(async (): Promise<ClearResult> => {
    const pending = readPending(session.state);
    if (pending) disarm(session.state, pending, 'cancelled');
    const result = await clearAll({ run: session.run, lock: false });
    if (result.ok) writeRecord(session.state, undefined);
    return result;
  }, session.lock);
  return done.value ?? { ok: false, removed: [], problems: done.problems };
}

export type Confirmed = {
  readonly ending: 'confirmed' | 'rolled-back' | 'nothing';
  readonly problems: readonly Problem[];
};

/** Keeps what waits. What is overdue, since the process that should have rolled it back is gone, is rolled back. */
export async function confirm(session: Session, id?: string): Promise<Confirmed> {
  const done = await withLock(async (): Promise<Confirmed> => {
    const pending = readPending(session.state);
    if (!pending || (id !== undefined && pending.id !== id)) return { ending: 'nothing', problems: [] };
    if (pending.phase === 'armed') {
      disarm(session.state, pending, 'cancelled');
      return { ending: 'nothing', problems: [] };
    }
    if (timeLeft(pending) <= 0 || pending.phase === 'applying') {
      // Half applied is not what anybody wanted to confirm.
      return { ending: 'rolled-back', problems: await rollBackNow(session, pending) };
    }
    disarm(session.state, pending, 'confirmed');
    return { ending: 'confirmed', problems: [] };
  }, session.lock);
  return done.value ?? { ending: 'nothing', problems: done.problems };
}

function isError({ severity }: Problem): boolean {
  return severity === 'error';
}
