// The files of a directory and what tells that one has changed: size, times and inode. Directories are entered, hidden
// names skipped, links followed; a file or directory that is met twice counts once. Synchronous: looking at ten
// thousand files takes less than handing them to a thread pool, and nothing can come in between.
import { type BigIntStats, existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Problem } from '../../../errors/index.ts';
import { readProblem } from '../inputs.ts';

export interface Seen {
  readonly signature: string;
  readonly size: number;
  /** Milliseconds. */
  readonly created: number;
  /** Changed so lately that another change could leave the signature as it is. */
  readonly recent: boolean;
}

export interface Look {
  /** In the order of the paths. */
  readonly files: ReadonlyMap<string, Seen>;
  /** With what tells one that was made anew under the same name. */
  readonly directories: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
  /** Nothing is known of what is below these. */
  readonly unknown: readonly string[];
}

export interface Tree {
  /** Throws when the root itself cannot be read. */
  readonly look: () => Look;
  /**
   * What is new since the last look, without looking at files whose directory has not changed, but for those in
   * `doubted`: it misses an edit in place. Undefined: more has changed than can be told so.
   */
  readonly glance: (doubted: ReadonlySet<string>) => Glance | undefined;
  /** We have made, replaced or removed this file ourselves. */
  readonly trust: (path: string) => void;
}

interface Glance {
  readonly changed: ReadonlyMap<string, Seen>;
  readonly removed: readonly string[];
}

const EXTENSIONS = /\.(ya?ml|json)$/i;
/** Of a file system with coarse times. */
const COARSE_MS = 100;

export const isStored = (name: string): boolean => !name.startsWith('.') && EXTENSIONS.test(name);

export const signatureOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;

const isRecent = ({ mtimeMs }: BigIntStats) => Date.now() - Number(mtimeMs) < COARSE_MS;

const seen = (info: BigIntStats): Seen => ({
  signature: signatureOf(info),
  size: Number(info.size),
  created: Number(info.birthtimeMs || info.mtimeMs),
  recent: isRecent(info),
});

interface Directory {
  readonly id: string;
  readonly signature: string;
  readonly recent: boolean;
  readonly names: ReadonlySet<string>;
}

export function createTree(root: string): Tree {
  let files = new Map<string, Seen>();
  let directories = new Map<string, Directory>();

  function look(): Look {
    const next = {
      files: new Map<string, Seen>(),
      directories: new Map<string, Directory>(),
      problems: [] as Problem[],
      unknown: [] as string[],
      met: new Set<string>(),
    };
    const visit = (path: string) => {
      try {
        const info = statSync(path, { bigint: true });
        const id = `${info.dev}:${info.ino}`;
        if (next.met.has(id)) return;
        next.met.add(id);
        if (info.isFile() && isStored(basename(path))) next.files.set(path, seen(info));
        if (info.isDirectory()) enter(path, info, id);
      } catch (error) {
        // Gone between the list of names and now.
        if (path !== root && (error as NodeJS.ErrnoException).code === 'ENOENT' && !isLink(path)) return;
        if (path === root) throw error;
        next.problems.push(readProblem(path, error));
        next.unknown.push(path);
      }
    };
    const enter = (path: string, info: BigIntStats, id: string) => {
      const before = directories.get(path);
      const signature = signatureOf(info);
      const same = before?.signature === signature && !before.recent;
      const names = same ? before.names : namesIn(path);
      next.directories.set(path, { id, signature, recent: isRecent(info), names });
      for (const name of names) visit(join(path, name));
    };
    visit(root);
    if (next.directories.size === 0)
      throw Object.assign(new Error(`${root}: not a directory`), { code: 'ENOTDIR' });
    ({ files, directories } = next);
    const { problems, unknown } = next;
    return {
      files,
      directories: new Map([...directories].map(([path, { id }]) => [path, id])),
      problems,
      unknown,
    };
  }

  function glance(doubted: ReadonlySet<string>): Glance | undefined {
    const changed = new Map<string, Seen>();
    const removed: string[] = [];
    const relisted = new Map<string, Directory>();
    const meet = (path: string): boolean => {
      const info = statSync(path, { bigint: true, throwIfNoEntry: false });
      const known = files.get(path);
      if (!info) {
        if (known) removed.push(path);
        return known !== undefined;
      }
      if (info.isDirectory()) return false;
      if (!info.isFile() || !isStored(basename(path))) return true;
      // Another name of a file that is there already?
      if (!known && (info.nlink > 1n || isLink(path))) return false;
      const now = seen(info);
      if (!known || known.recent || known.signature !== now.signature) changed.set(path, now);
      return true;
    };
    try {
      for (const [path, before] of directories) {
        const info = statSync(path, { bigint: true });
        const signature = signatureOf(info);
        if (signature === before.signature && !before.recent) continue;
        const names = namesIn(path);
        relisted.set(path, { ...before, signature, recent: isRecent(info), names });
        for (const name of new Set([...before.names, ...names])) {
          const child = join(path, name);
          const same = names.has(name) && before.names.has(name) && directories.has(child);
          if (!same && !meet(child)) return undefined;
        }
      }
      for (const path of doubted) if (!changed.has(path) && !removed.includes(path)) meet(path);
    } catch {
      return undefined;
    }
    for (const [path, directory] of relisted) directories.set(path, directory);
    for (const [path, now] of changed) files.set(path, now);
    for (const path of removed) files.delete(path);
    return { changed, removed };
  }

  return {
    look,
    glance,
    trust(path) {
      const folder = dirname(path);
      const before = directories.get(folder);
      if (!before) return;
      const signature = signatureOf(statSync(folder, { bigint: true }));
      const names = new Set(before.names);
      if (existsSync(path)) names.add(basename(path));
      else names.delete(basename(path));
      directories.set(folder, { ...before, signature, recent: false, names });
    },
  };
}

const namesIn = (path: string): ReadonlySet<string> =>
  new Set(
    readdirSync(path)
      .filter((name) => !name.startsWith('.'))
      .sort(),
  );

/** One that leads nowhere may have held a policy. */
const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
