// Which process is which, beyond its pid: pids are used again, and mean something only inside their pid namespace.
import { readFileSync, readlinkSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** Start time of the process in clock ticks since boot: a reused pid has another. */
  readonly start: string;
  /** The pid means something only inside its own pid namespace. */
  readonly pidNamespace: string;
}

/** A process of our own pid namespace. */
export function identify(pid: number): ProcessIdentity {
  return { pid, start: startTime(pid) ?? '', pidNamespace: pidNamespace() };
}

/** What was written as JSON earlier; undefined when it is something else. */
export function asProcessIdentity(value: unknown): ProcessIdentity | undefined {
  const found = value as Partial<ProcessIdentity> | null | undefined;
  if (typeof found?.pid !== 'number' || typeof found.start !== 'string') return undefined;
  return { pid: found.pid, start: found.start, pidNamespace: String(found.pidNamespace) };
}

/** Dead for certain; what cannot be told, as of a process in another pid namespace, counts as alive. */
export function isGone(identity: ProcessIdentity): boolean {
  return !isElsewhere(identity) && startTime(identity.pid) !== identity.start;
}

export function isElsewhere({ pidNamespace: where }: ProcessIdentity): boolean {
  return where !== pidNamespace();
}

/** Sends a signal if the process is still the same one; says nothing if that was not possible. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (isElsewhere(identity) || isGone(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch {
    // It has ended by itself just now.
  }
}

function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may hold anything, so count from behind its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie holds nothing and does nothing any more.
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function pidNamespace(): string {
  return readlinkSync('/proc/self/ns/pid');
}
