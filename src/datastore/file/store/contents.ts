// What the directory holds, kept in step with it: files that changed are read again, what differs becomes history. A file
// that cannot be read keeps the objects that it held. Where two files give one object, the first in the order of paths
// counts.
import { readFileSync } from 'node:fs';
import { type Problem, problem } from '../../../errors/index.ts';
import { resourceKey } from '../../../resources/index.ts';
import { unavailable } from '../../errors.ts';
import { isConverted, keyText } from '../../keys.ts';
import { createHistory, type History } from '../../memory/history.ts';
import type { ObjectKey } from '../../types.ts';
import { readProblem } from '../inputs.ts';
import { DEFAULT_MAX_BYTES, decodeText, tooLarge } from '../read.ts';
import { type FileContent, readContent, type StoredObject } from './content.ts';
import { entryOf } from './entry.ts';
import { createNodeFollowers } from './nodes.ts';
import { createTree, type Look, type Seen } from './tree.ts';

export interface Holder {
  readonly path: string;
  /** Of the file when it was looked at. */
  readonly signature: string;
  readonly object: StoredObject;
}

export interface Contents {
  /** Positions begin at the time of the start, so that those of another process are never among them. */
  readonly history: History;
  /**
   * Looks at the directory; throws `unavailable`. `quick` is for what is about one object, `key`: no more than a glance
   * (tree.ts), but once in a second.
   */
  readonly refresh: (options?: { readonly quick?: boolean; readonly key?: ObjectKey }) => void;
  /** A file that we have written ourselves. */
  readonly written: (path: string) => void;
  /** Where an object is. */
  readonly holder: (key: ObjectKey) => Holder | undefined;
  /** What cannot be read, of this kind or of none that is known. */
  readonly problems: (kind: string) => readonly Problem[];
  /** Of a file that cannot be read and has this text in it: it may hold an object of this name. */
  readonly unreadableWith: (text: string) => Problem | undefined;
  readonly directories: () => ReadonlyMap<string, string>;
  /** Called once, at the next change of history or problems, or by `wake`. */
  readonly onChange: (waiting: () => void) => void;
  readonly wake: () => void;
}

interface File extends FileContent {
  readonly seen: Seen;
}

interface Claim {
  readonly path: string;
  readonly object: StoredObject;
}

/** Claims that have changed, by their ids, and which of them a broken file had kept. */
interface Touched {
  readonly keys: Map<string, ObjectKey>;
  readonly kept: Set<string>;
}

const QUICK_FOR_MS = 1_000;
const NOTHING: Look = { files: new Map(), directories: new Map(), problems: [], unknown: [] };

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const idOf = (key: ObjectKey): string => `${key.kind}/${keyText(key)}`;
const isError = ({ severity }: Problem): boolean => severity === 'error';

export function createContents(root: string, kept: number): Contents {
  const history = createHistory(kept, Date.now() * 1_000);
  const tree = createTree(root);
  let look = NOTHING;
  const files = new Map<string, File>();
  /** Not readable, or changed so lately that it is looked at again in any case. */
  const watchful = new Set<string>();
  const troubled = new Set<string>();
  const claims = new Map<string, readonly Claim[]>();
  const followers = createNodeFollowers((id) => claims.get(id)?.[0]?.object);
  /** With more than one claim. */
  const contested = new Set<string>();
  let lookedAt = -Infinity;
  let sleepers: (() => void)[] = [];
  let told = '';

  const refresh: Contents['refresh'] = ({ quick = false, key } = {}) => {
    const trusting = quick && Date.now() - lookedAt < QUICK_FOR_MS;
    const doubted = new Set(key && claims.get(idOf(key))?.map(({ path }) => path));
    if (!trusting || !glance(doubted)) lookAgain();
  };

  function glance(given: ReadonlySet<string>): boolean {
    const found = tree.glance(new Set([...given, ...watchful]));
    if (!found) return false;
    const touched: Touched = { keys: new Map(), kept: new Set() };
    for (const path of found.removed) {
      claim(path, files.get(path)?.objects ?? [], [], touched);
      drop(path);
    }
    for (const [path, seen] of found.changed) put(path, read(path, seen, files.get(path), touched));
    settle(touched);
    return true;
  }

  function put(path: string, file: File): void {
    files.set(path, file);
    if (file.doubtful || file.seen.recent) watchful.add(path);
    else watchful.delete(path);
    if (file.problems.some(isError)) troubled.add(path);
    else troubled.delete(path);
  }

  function drop(path: string): void {
    files.delete(path);
    watchful.delete(path);
    troubled.delete(path);
  }

  function lookAgain(): void {
    try {
      look = tree.look();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw unavailable(`cannot read ${root}: ${code === 'ENOENT' ? 'no such directory' : message}`, {
        hint: 'see FILE_DATASTORE_PATH; the first write makes the directory',
        cause: error,
      });
    }
    lookedAt = Date.now();
    const touched: Touched = { keys: new Map(), kept: new Set() };
    for (const [path, seen] of look.files) {
      const known = files.get(path);
      const same = known && known.seen.signature === seen.signature && !known.seen.recent;
      if (!same) put(path, read(path, seen, known, touched));
    }
    for (const [path, file] of files) {
      if (look.files.has(path)) continue;
      if (look.unknown.some((top) => path === top || path.startsWith(`${top}/`))) continue;
      claim(path, file.objects, [], touched);
      drop(path);
    }
    settle(touched);
  }

  function read(path: string, seen: Seen, known: File | undefined, touched: Touched): File {
    const content = contentOf(path, seen, known);
    claim(path, known?.objects ?? [], content.objects, touched);
    return { ...content, seen };
  }

  function claim(
    path: string,
    before: readonly StoredObject[],
    now: readonly StoredObject[],
    { keys, kept: stale }: Touched,
  ): void {
    for (const { key, origin } of before) {
      const id = idOf(key);
      keys.set(id, key);
      if (!origin) stale.add(id);
      const others = (claims.get(id) ?? []).filter((each) => each.path !== path);
      claims.set(id, others);
    }
    for (const object of now) {
      const id = idOf(object.key);
      keys.set(id, object.key);
      const all = [...(claims.get(id) ?? []), { path, object }];
      claims.set(id, all.length > 1 ? all.sort((a, b) => order(a.path, b.path)) : all);
    }
  }

  function settle({ keys, kept: stale }: Touched): void {
    let any = false;
    for (const [id, key] of followers.touch(keys)) keys.set(id, key);
    for (const [id, key] of [...keys].sort(([a], [b]) => order(a, b))) {
      const all = claims.get(id) ?? [];
      const [first] = all;
      if (all.length > 1) contested.add(id);
      else contested.delete(id);
      if (!first) claims.delete(id);
      const now = history.get(key);
      if (!first && !now) continue;
      const object = first && followers.current(first.object);
      // What can be read again is told once more: whoever was told of the fault learns that it is over.
      const cured = stale.has(id) && first?.object.origin !== undefined;
      if (object && now?.revision === object.hash && !cured) continue;
      history.add(key, object && entryOf(object, files.get(first.path)?.seen.created ?? 0));
      any = true;
    }
    const problems = problemsNow()
      .map(({ text }) => text)
      .join('\n');
    if (!any && problems === told) return;
    told = problems;
    wake();
  }

  function wake(): void {
    const woken = sleepers;
    sleepers = [];
    for (const each of woken) each();
  }

  interface Trouble {
    readonly problem: Problem;
    /** Absent: of whatever kind. */
    readonly kind?: string;
    readonly text: string;
  }

  function problemsNow(): readonly Trouble[] {
    const all: { readonly problem: Problem; readonly kind?: string }[] = look.problems.map((each) => ({
      problem: each,
    }));
    for (const path of [...troubled].sort()) {
      const { objects, problems } = files.get(path) ?? { objects: [], problems: [] };
      const [first] = problems.filter(isError);
      if (!first) continue;
      const stale = objects.filter(({ origin }) => !origin);
      if (stale.length === 0) all.push(...problems.filter(isError).map((each) => ({ problem: each })));
      for (const { key } of stale) {
        const resource = resourceKey(key.kind, key.namespace, key.name);
        all.push({ problem: { ...first, resource }, kind: key.kind });
      }
    }
    for (const id of contested) all.push(...duplicates(claims.get(id) ?? []));
    return all.map((each) => ({
      ...each,
      text: [
        each.problem.place?.file,
        each.problem.place?.line,
        each.problem.resource,
        each.problem.message,
      ].join(' '),
    }));
  }

  return {
    history,
    refresh,
    written(path) {
      tree.trust(path);
      if (!glance(new Set([path]))) lookAgain();
    },
    holder(key) {
      const first = claims.get(idOf(key))?.[0];
      const signature = first && files.get(first.path)?.seen.signature;
      return first && signature !== undefined ? { ...first, signature } : undefined;
    },
    problems: (kind) =>
      problemsNow()
        .filter((each) => each.kind === undefined || each.kind === kind)
        .map((each) => each.problem),
    unreadableWith(text) {
      for (const path of watchful) {
        const { doubtful = false, problems = [] } = files.get(path) ?? {};
        if (!doubtful) continue;
        const source = readText(path);
        if (typeof source !== 'string' || source.includes(text)) return problems.find(isError);
      }
      return look.problems[0];
    },
    directories: () => look.directories,
    onChange: (waiting) => void sleepers.push(waiting),
    wake,
  };
}

/** What a file holds now; when it cannot be read, with what it held before. */
function contentOf(path: string, seen: Seen, known: FileContent | undefined): FileContent {
  const text = seen.size > DEFAULT_MAX_BYTES ? tooLarge(path, DEFAULT_MAX_BYTES) : readText(path);
  const now: FileContent =
    typeof text === 'string' ? readContent(path, text) : { objects: [], problems: [text], doubtful: true };
  if (!known || known.objects.length === 0) return now;
  const emptied = !now.doubtful && now.objects.length === 0 && now.problems.length === 0;
  if (!emptied && !now.doubtful) return now;
  const found = new Set(now.objects.map(({ key }) => idOf(key)));
  const stale = known.objects.filter(({ key }) => !found.has(idOf(key))).map(withoutPlace);
  const problems = emptied ? [nothingLeft(path)] : now.problems;
  return { objects: [...now.objects, ...stale], problems, doubtful: true };
}

const withoutPlace = ({ key, value, hash, resource, namesNodes }: StoredObject): StoredObject => ({
  key,
  value,
  hash,
  ...(resource && { resource }),
  ...(namesNodes && { namesNodes }),
});

function readText(path: string): string | Problem {
  try {
    const read = decodeText(path, readFileSync(path));
    return 'text' in read ? read.text : read.problem;
  } catch (error) {
    return readProblem(path, error);
  }
}

const nothingLeft = (path: string): Problem =>
  problem('file/empty', `${path} held objects and is empty now: they stay in force`, {
    place: { file: path },
    hint: 'remove the file to remove its objects',
  });

function duplicates([first, ...others]: readonly Claim[]): {
  readonly problem: Problem;
  readonly kind: string;
}[] {
  if (!first) return [];
  const { key, hash } = first.object;
  return others
    .filter(({ object }) => !(isConverted(key.kind) && object.hash === hash))
    .map(({ path }) => ({
      kind: key.kind,
      problem: problem(
        'resource/duplicate',
        `${resourceKey(key.kind, key.namespace, key.name)} is given twice: ${first.path} counts`,
        { place: { file: path } },
      ),
    }));
}
