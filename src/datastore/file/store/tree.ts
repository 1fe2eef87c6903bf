// The files of a directory and what tells that one has changed: size, times and inode. Directories are entered, hidden
// names skipped, links followed; a file or directory that is met twice counts once. Synchronous: looking at ten
// thousand files takes less than handing them to a thread pool, and nothing can come in between.
import { type BigIntStats, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
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
  /**
   * `quick` trusts files whose directory has not changed, but for those in `doubted`: it misses an edit in place. Throws
   * when the root itself cannot be read.
   */
  readonly look: (quick: boolean, doubted?: ReadonlySet<string>) => Look;
  /** The directory was changed by ourselves. */
  readonly trust: (directory: string) => void;
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
  readonly names: readonly string[];
}

export function createTree(root: string): Tree {
  let files = new Map<string, Seen>();
  let directories = new Map<string, Directory>();

  function look(quick: boolean, doubted: ReadonlySet<string> = new Set()): Look {
    const next = {
      files: new Map<string, Seen>(),
      directories: new Map<string, Directory>(),
      problems: [] as Problem[],
      unknown: [] as string[],
      met: new Set<string>(),
    };
    const visit = (path: string, above: boolean) => {
      try {
        const known = files.get(path);
        if (above && known && !doubted.has(path)) {
          next.files.set(path, known);
          return;
        }
        const info = statSync(path, { bigint: true });
        const id = `${info.dev}:${info.ino}`;
        if (next.met.has(id)) return;
        next.met.add(id);
        if (info.isFile() && isStored(path.slice(path.lastIndexOf('/') + 1)))
          next.files.set(path, seen(info));
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
      for (const name of names) visit(join(path, name), quick && same);
    };
    visit(root, false);
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

  return {
    look,
    trust(path) {
      const before = directories.get(path);
      if (!before) return;
      const signature = signatureOf(statSync(path, { bigint: true }));
      directories.set(path, { ...before, signature, recent: false, names: namesIn(path) });
    },
  };
}

const namesIn = (path: string): readonly string[] =>
  readdirSync(path)
    .filter((name) => !name.startsWith('.'))
    .sort();

/** One that leads nowhere may have held a policy. */
const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
