// What tortie remembers of one network namespace, beside its lock: /run/tortie/net-<inode>/<name>.json. A file appears
// and changes as a whole. It is gone after a reboot, and what another boot left where /run outlives one counts for nothing.
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { problem, type Result } from '../errors/problem.ts';
import { namespaceId, runDirectory } from './lock.ts';
import { type Runner, systemRunner } from './run.ts';

export interface StateFolder {
  readonly path: string;
  /** What was written under this name since the machine started; undefined when there is nothing readable. */
  read(name: string): unknown;
  write(name: string, value: unknown): void;
  remove(name: string): void;
}

/** The folder of the namespace in which `run` runs programs. Fails where a stranger could have written it. */
export async function openState(run: Runner, directory?: string): Promise<Result<StateFolder>> {
  const parent = runDirectory(directory);
  if (!parent) return refused('no folder for the state can be written', 'create /run/tortie');
  const path = join(parent, await namespaceOf(run));
  for (const folder of [parent, path]) {
    const wrong = strangers(folder);
    // A snapshot is loaded with our rights, so nobody else may have written it.
    if (wrong) return refused(`${folder} ${wrong}`, `remove ${folder}, or make it yours alone`);
  }
  return { value: folderAt(path), problems: [] };
}

/** A runner that enters another namespace answers for that one. */
async function namespaceOf(run: Runner): Promise<string> {
  if (run === systemRunner) return namespaceId();
  const { exitCode, stdout } = await run.run(['readlink', '/proc/self/ns/net']);
  const inode = /^net:\[(\d+)\]/.exec(stdout)?.[1];
  return exitCode === 0 && inode !== undefined ? `net-${inode}` : namespaceId();
}

function strangers(folder: string): string | undefined {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found) return undefined;
  if (found.uid !== process.geteuid?.()) return 'belongs to another user';
  return (found.mode & 0o022) === 0 ? undefined : 'can be written by others';
}

function folderAt(path: string): StateFolder {
  const boot = bootId();
  const file = (name: string) => join(path, `${name}.json`);
  return {
    path,
    read(name) {
      try {
        const envelope = JSON.parse(readFileSync(file(name), 'utf8')) as { boot?: unknown; value?: unknown };
        return envelope.boot === boot ? envelope.value : undefined;
      } catch {
        return undefined;
      }
    },
    write(name, value) {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      const fresh = `${file(name)}.${process.pid}`;
      writeFileSync(fresh, JSON.stringify({ boot, value }), { mode: 0o600 });
      renameSync(fresh, file(name));
    },
    remove: (name) => rmSync(file(name), { force: true }),
  };
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Milliseconds on the clock that nobody sets and that all processes of this machine share since it started. */
export function monotonic(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

function refused(message: string, hint: string): Result<never> {
  return { problems: [problem('host/state', message, { hint })] };
}
