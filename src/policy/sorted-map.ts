// An immutable map in the order of its keys. The next version shares all but the chunks in which something changed, so
// that one change costs the same in a map of ten and of ten thousand.
import { compareText } from './order.ts';

/** Keys and values side by side, sorted; never empty. */
interface Chunk<T> {
  readonly keys: readonly string[];
  readonly values: readonly T[];
}

/** `undefined` removes the key. */
export type Change<T> = readonly [key: string, value: T | undefined];

/** A chunk that has grown beyond the second is cut into pieces of the first. */
const PIECE = 64;
const MOST = 128;

export class SortedMap<T> implements ReadonlyMap<string, T> {
  readonly size: number;
  readonly #chunks: readonly Chunk<T>[];

  constructor(chunks: readonly Chunk<T>[] = []) {
    this.#chunks = chunks;
    this.size = chunks.reduce((sum, { keys }) => sum + keys.length, 0);
  }

  /** The next version. The changes are sorted by key, each key once. */
  with(changes: readonly Change<T>[]): SortedMap<T> {
    const next: Chunk<T>[] = [];
    const old = this.#chunks;
    let at = 0;
    for (let i = 0; i < Math.max(old.length, 1); i++) {
      // The first key of the next chunk: what comes before it belongs to this one.
      const limit = old[i + 1]?.keys[0];
      const here = (change: Change<T> | undefined) =>
        change !== undefined && (limit === undefined || change[0] < limit);
      const from = at;
      while (here(changes[at])) at++;
      const chunk = old[i];
      if (from < at) next.push(...cut(merge(chunk, changes.slice(from, at))));
      else if (chunk) next.push(chunk);
    }
    return new SortedMap(next);
  }

  get(key: string): T | undefined {
    const chunk = this.#chunks[after(this.#chunks.length, (i) => this.#first(i) <= key) - 1];
    if (!chunk) return undefined;
    const at = after(chunk.keys.length, (i) => (chunk.keys[i] as string) < key);
    return chunk.keys[at] === key ? chunk.values[at] : undefined;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  *entries(): Generator<[string, T], undefined> {
    for (const { keys, values } of this.#chunks)
      for (let i = 0; i < keys.length; i++) yield [keys[i] as string, values[i] as T];
  }

  *keys(): Generator<string, undefined> {
    for (const { keys } of this.#chunks) yield* keys;
  }

  *values(): Generator<T, undefined> {
    for (const { values } of this.#chunks) yield* values;
  }

  [Symbol.iterator](): Generator<[string, T], undefined> {
    return this.entries();
  }

  forEach(visit: (value: T, key: string, map: ReadonlyMap<string, T>) => void, thisArg?: unknown): void {
    for (const [key, value] of this) visit.call(thisArg, value, key, this);
  }

  #first(index: number): string {
    return this.#chunks[index]?.keys[0] as string;
  }
}

/** How many of the first `length` indices hold; those that do come first. */
function after(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function merge<T>(chunk: Chunk<T> | undefined, changes: readonly Change<T>[]): Chunk<T> {
  const keys: string[] = [];
  const values: T[] = [];
  const add = (key: string, value: T | undefined): void => {
    if (value === undefined) return;
    keys.push(key);
    values.push(value);
  };
  let at = 0;
  for (const [index, key] of (chunk?.keys ?? []).entries()) {
    let replaced = false;
    for (; at < changes.length; at++) {
      const change = changes[at] as Change<T>;
      const order = compareText(change[0], key);
      if (order > 0) break;
      if (order === 0) replaced = true;
      add(...change);
    }
    if (!replaced) add(key, chunk?.values[index]);
  }
  for (; at < changes.length; at++) add(...(changes[at] as Change<T>));
  return { keys, values };
}

function cut<T>(chunk: Chunk<T>): Chunk<T>[] {
  const { keys, values } = chunk;
  if (keys.length === 0) return [];
  if (keys.length <= MOST) return [chunk];
  const pieces: Chunk<T>[] = [];
  for (let at = 0; at < keys.length; at += PIECE)
    pieces.push({ keys: keys.slice(at, at + PIECE), values: values.slice(at, at + PIECE) });
  return pieces;
}
