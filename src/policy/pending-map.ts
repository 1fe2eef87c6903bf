// A sorted immutable map and the changes queued for it. commit() makes the next map, sharing every value that stayed,
// and tells what really changed; without changes the map stays the same object.
import type { Changes } from './delta.ts';
import { compareText } from './order.ts';
import { SortedMap } from './sorted-map.ts';

const NO_CHANGES: Changes<never> = Object.freeze({ changed: Object.freeze([]), removed: Object.freeze([]) });

export class PendingMap<T> {
  #current = new SortedMap<T>();
  #pending = new Map<string, T | undefined>();

  get current(): ReadonlyMap<string, T> {
    return this.#current;
  }

  /** `undefined` removes. */
  set(key: string, value: T | undefined): void {
    this.#pending.set(key, value);
  }

  commit(): Changes<T> {
    const queued = [...this.#pending].filter(([key, value]) => this.#current.get(key) !== value);
    this.#pending = new Map();
    if (queued.length === 0) return NO_CHANGES;
    queued.sort(([a], [b]) => compareText(a, b));
    this.#current = this.#current.with(queued);
    const changed: T[] = [];
    const removed: string[] = [];
    for (const [key, value] of queued) {
      if (value === undefined) removed.push(key);
      else changed.push(value);
    }
    return { changed, removed };
  }
}
