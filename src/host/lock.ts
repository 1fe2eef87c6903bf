// One writer per network namespace. The lock is a file named after the namespace that says who holds it; it appears
// and disappears as a whole (link, unlink), and one whose holder is dead is taken over as soon as what the holder ran has
// ended too: until then the kernel changes under whoever looks at it. Files rather than an abstract socket, which frees
// itself, because any local user could take that name and stop enforcement.
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { problem, type Problem, type Result } from '../errors/problem.ts';
import { leftBy } from './orphans.ts';
import { asProcessIdentity, identify, isElsewhere, isGone, type ProcessIdentity } from './process.ts';

export interface LockOptions {
  /** Milliseconds to wait for another holder; default 10,000. */
  readonly wait?: number;
  /** Default `/run/tortie`, where that cannot be written `$XDG_RUNTIME_DIR/tortie`, else the folder for temporary files. */
  readonly directory?: string;
}

const POLL_MS = 25;
/** How often a holder looks for its own lock before it takes it for gone. */
const LOOKS = 4;
let sequence = 0;

/** Runs `work` while holding the lock; no value and a problem when another process did not let go in time. */
export async function withLock<T>(work: () => Promise<T>, options: LockOptions = {}): Promise<Result<T>> {
  const directory = runDirectory(options.directory);
  if (!directory) {
    return {
      problems: [
        problem('host/lock', 'no folder for the lock can be written', { hint: 'create /run/tortie' }),
      ],
    };
  }
  const path = join(directory, `${namespaceId()}.lock`);
  const deadline = Date.now() + (options.wait ?? 10_000);
  const own = JSON.stringify(identify(process.pid));
  while (!tryTake(path, own)) {
    if (Date.now() >= deadline) return { problems: [busy(path)] };
    await sleep(POLL_MS);
  }
  try {
    return { value: await work(), problems: [] };
  } finally {
    await release(path, own);
  }
}

/** Whoever takes over what another left may have ours aside for a moment, and puts it back: so look again. */
async function release(path: string, own: string): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) await sleep(POLL_MS);
    if (read(path) !== own) continue;
    try {
      unlinkSync(path);
      return;
    } catch {
      // Taken aside between the two lines.
    }
  }
}

/** `net-4026531833`: the same for every process in this network namespace, and for no other. */
export function namespaceId(): string {
  return readlinkSync('/proc/self/ns/net')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '');
}

/** The folder of locks and state: the one asked for, or the first of ours that can be written. */
export function runDirectory(asked: string | undefined): string | undefined {
  const runtime = process.env['XDG_RUNTIME_DIR'];
  const candidates = asked
    ? [asked]
    : [
        '/run/tortie',
        ...(runtime ? [join(runtime, 'tortie')] : []),
        join(tmpdir(), `tortie-${process.getuid?.() ?? 0}`),
      ];
  return candidates.find((directory) => {
    try {
      // Not recursive: where the kernel answers ENOENT for good, as below /proc, Node 20 then never returns.
      if (!existsSync(directory)) mkdirSync(directory, { mode: 0o700 });
      const probe = join(directory, ownName('probe'));
      writeFileSync(probe, '', { flag: 'wx' });
      unlinkSync(probe);
      return true;
    } catch {
      return false;
    }
  });
}

function tryTake(path: string, mine: string): boolean {
  if (publish(path, mine)) return true;
  const text = read(path);
  if (text === undefined || !isStale(parseHolder(text))) return false;
  // A holder that let go and ended while we looked leaves nothing to take over, and somebody else may hold it by now.
  if (read(path) !== text) return false;
  // Between reading and now another waiter may have taken the stale lock over: move the file aside first, and look at
  // what was moved. A lock of somebody alive goes straight back.
  const aside = `${path}.${ownName('stale')}`;
  try {
    renameSync(path, aside);
  } catch {
    return false;
  }
  if (read(aside) !== text) {
    try {
      linkSync(aside, path);
    } catch {
      // A third process took it in between; the one whose file we hold aside must not be told that it holds nothing.
    }
  }
  unlinkSync(aside);
  return publish(path, mine);
}

/** Links a finished file into place, which fails when there is one: nobody ever reads half a holder. */
function publish(path: string, text: string): boolean {
  const own = `${path}.${ownName('new')}`;
  writeFileSync(own, text);
  try {
    linkSync(own, path);
    return true;
  } catch {
    return false;
  } finally {
    unlinkSync(own);
  }
}

function isStale(holder: ProcessIdentity | undefined): boolean {
  return !holder || (isGone(holder) && leftBy(holder).length === 0);
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    return asProcessIdentity(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function busy(path: string): Problem {
  const holder = parseHolder(read(path) ?? '');
  const elsewhere = holder && isElsewhere(holder);
  const [left] = holder && isGone(holder) ? leftBy(holder) : [];
  const pid = left ?? holder?.pid;
  const name = elsewhere ? undefined : (read(`/proc/${pid}/comm`)?.trim() ?? 'unknown');
  const of = elsewhere
    ? ' of another container'
    : ` (${name})${left === undefined ? '' : ', left by one that was killed,'}`;
  const who = pid === undefined ? 'another process' : `process ${pid}${of}`;
  return problem(
    'host/locked',
    `${who} is changing the firewall of this network namespace and did not finish in time`,
    {
      hint: `wait for it to end; if it is gone for good, remove ${path}`,
    },
  );
}

function ownName(what: string): string {
  sequence += 1;
  return `${what}-${process.pid}-${sequence}`;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
