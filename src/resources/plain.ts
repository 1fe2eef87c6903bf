// What comes out of a YAML or JSON reader, made fit for the schemas: null fields count as absent, as in Go; anything
// but plain data (dates, sets, binary) is a problem, since a schema would take it for an empty object.
import { type Problem, problem } from '../errors/problem.ts';

/** Far beyond any real resource; aliases of YAML can nest without end. */
const MAX_DEPTH = 64;

/** Maps keyed by users: an empty value in them means the empty string, so it stays. */
const USER_MAPS = new Set(['labels', 'annotations', 'labelsToApply']);

/** The same value when there is nothing to change. Problems are errors: the value is not to be trusted with them. */
export function plainData(value: unknown): { value: unknown; problems: Problem[] } {
  // Nearly always; and without places to keep, that is soon told.
  if (isClean(value, false, 0)) return { value, problems: [] };
  const walk: Walk = { problems: [], path: [], open: new Set() };
  return { value: clean(value, false, walk), problems: walk.problems };
}

/** Whether the walk below would change nothing and complain about nothing. What contains itself is too deep, too. */
function isClean(value: unknown, keepNulls: boolean, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return isScalar(value);
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    for (const entry of value) if (!isClean(entry, false, depth + 1)) return false;
    return true;
  }
  if (!isMap(value)) return false;
  for (const key of Object.keys(value)) {
    const entry = value[key];
    if (typeof entry === 'string') continue;
    if (entry === null ? !keepNulls : !isClean(entry, USER_MAPS.has(key), depth + 1)) return false;
  }
  return true;
}

function isMap(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isScalar(value: unknown): boolean {
  return typeof value !== 'function' && typeof value !== 'symbol' && typeof value !== 'bigint';
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
  return isMap(value) ? cleanMap(value, keepNulls, walk) : notPlain(value, walk);
}

function checkScalar(value: unknown, { path, problems }: Walk): unknown {
  if (isScalar(value)) return value;
  problems.push(problem('resource/type', `a ${typeof value} is no value of a resource`, { path: [...path] }));
  return undefined;
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
