// One writer at a time in a directory, in whatever process: a file that only one can create. It is held for the moment
// of one write. One that is left behind by a process that was killed is taken away: at once when that process was of
// this machine, otherwise after a minute.
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  linkSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cancelled, unavailable } from '../../errors.ts';
import { writeFault } from './write.ts';

export const LOCK_NAME = '.tortie.lock';
const STALE_MS = 60_000;
const WAIT_MS = 30_000;

/** `work` is synchronous: nothing of this process comes in between. */
export async function withLock<T>(root: string, signal: AbortSignal | undefined, work: () => T): Promise<T> {
  const file = join(root, LOCK_NAME);
  const until = Date.now() + WAIT_MS;
  for (;;) {
    if (signal?.aborted) throw cancelled();
    const held = take(file);
    if (held !== undefined) {
      try {
        return work();
      } finally {
        release(file, held);
      }
    }
    if (Date.now() > until)
      throw unavailable(`${root} is being written by another process`, {
        hint: `remove ${file} if there is none`,
      });
    await sleep(1 + Math.random() * 10);
  }
}

/** The inode of the lock; undefined while somebody else has it. */
function take(file: string): bigint | undefined {
  try {
    const descriptor = openSync(file, 'wx', 0o600);
    try {
      writeSync(descriptor, JSON.stringify({ pid: process.pid, machine: machine() }));
      return fstatSync(descriptor, { bigint: true }).ino;
    } catch (error) {
      unlinkSync(file);
      throw error;
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw writeFault(file, error);
    removeStale(file);
    return undefined;
  }
}

function release(file: string, inode: bigint): void {
  if (statSync(file, { bigint: true, throwIfNoEntry: false })?.ino === inode) unlinkSync(file);
}

function removeStale(file: string): void {
  try {
    const info = statSync(file, { bigint: true });
    if (Date.now() - Number(info.mtimeMs) < STALE_MS && !isDead(readFileSync(file, 'utf8'))) return;
    // Somebody else may have done the same meanwhile: what was moved away must be what was looked at.
    const aside = `${file}.${randomUUID()}`;
    renameSync(file, aside);
    if (statSync(aside, { bigint: true }).ino !== info.ino) linkSync(aside, file);
    unlinkSync(aside);
  } catch {
    // It went by itself.
  }
}

function isDead(text: string): boolean {
  if (text === '') return false;
  const { pid, machine: where } = JSON.parse(text) as { readonly pid: number; readonly machine: string };
  if (where !== machine()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

let known: string | undefined;

/** Where a process number means the same process. */
function machine(): string {
  try {
    known ??= `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    known = randomUUID();
  }
  return known;
}
