// What comes out of a YAML or JSON reader, made fit for the schemas: null fields count as absent, as in Go; anything
// but plain data (dates, sets, binary) is a problem, since a schema would take it for an empty object.
import { type Problem, problem } from '../errors/problem.ts';

/** Far beyond any real resource; aliases of YAML can nest without end. */
const MAX_DEPTH = 64;

/** Maps keyed by users: an empty value in them means the empty string, so it stays. */
const USER_MAPS = new Set(['labels', 'annotations', 'labelsToApply']);

/** The same value when there is nothing to change. Problems are errors: the value is not to be trusted with them. */
export function plainData(value: unknown): { value: unknown; problems: Problem[] } {
  const walk: Walk = { problems: [], path: [], open: new Set() };
  return { value: clean(value, false, walk), problems: walk.problems };
}

interface Walk {
  readonly problems: Problem[];
  /** Where we are; copied only for a problem. */
  readonly path: (string | number)[];
  /** The maps and lists that we are inside of: an alias can name one of them. */
  readonly open: Set<object>;
}

function clean(value: unknown, keepNulls: boolean, walk: Walk): unknown {
  if (typeof value !== 'object' || value === null) return checkScalar(value, walk);
  if (walk.open.has(value)) {
    walk.problems.push(problem('resource/too-deep', 'contains itself', { path: [...walk.path] }));
    return undefined;
  }
  if (walk.path.length > MAX_DEPTH) {
    const path = [...walk.path];
    walk.problems.push(problem('resource/too-deep', `nested deeper than ${MAX_DEPTH} levels`, { path }));
    return undefined;
  }
  walk.open.add(value);
  const cleaned = cleanObject(value, keepNulls, walk);
  walk.open.delete(value);
  return cleaned;
}

function cleanObject(value: object, keepNulls: boolean, walk: Walk): unknown {
  if (Array.isArray(value)) return cleanList(value, walk);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return notPlain(value, walk);
  return cleanMap(value as Record<string, unknown>, keepNulls, walk);
}

function checkScalar(value: unknown, { path, problems }: Walk): unknown {
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') {
    problems.push(
      problem('resource/type', `a ${typeof value} is no value of a resource`, { path: [...path] }),
    );
    return undefined;
  }
  return value;
}

function notPlain(value: object, { path, problems }: Walk): unknown {
  const what = value instanceof Date ? 'a date' : `a ${value.constructor?.name ?? 'special object'}`;
  const hint =
    value instanceof Date ? 'quote it, so that YAML reads a string' : 'use plain maps, lists and strings';
  problems.push(problem('resource/type', `${what} is no value of a resource`, { path: [...path], hint }));
  return undefined;
}

function cleanList(list: readonly unknown[], walk: Walk): unknown {
  let copy: unknown[] | undefined;
  list.forEach((entry, index) => {
    walk.path.push(index);
    const cleaned = clean(entry, false, walk);
    walk.path.pop();
    if (cleaned === entry) return;
    copy ??= [...list];
    copy[index] = cleaned;
  });
  return copy ?? list;
}

function cleanMap(map: Record<string, unknown>, keepNulls: boolean, walk: Walk): Record<string, unknown> {
  let changed = false;
  const entries: [string, unknown][] = [];
  for (const [key, entry] of Object.entries(map)) {
    if (entry === null && !keepNulls) {
      changed = true;
      continue;
    }
    walk.path.push(key);
    const cleaned = clean(entry, USER_MAPS.has(key), walk);
    walk.path.pop();
    changed ||= cleaned !== entry;
    entries.push([key, cleaned]);
  }
  // fromEntries defines own properties, so that a key `__proto__` stays a key.
  return changed ? Object.fromEntries(entries) : map;
}
