// A sorted immutable map and the changes queued for it. commit() makes the next map, sharing every value that stayed,
// and tells what really changed; without changes the map stays the same object.
import type { Changes } from './delta.ts';
import { compareText } from './order.ts';

const NO_CHANGES: Changes<never> = Object.freeze({ changed: Object.freeze([]), removed: Object.freeze([]) });

export class PendingMap<T> {
  #current: ReadonlyMap<string, T> = new Map();
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
    const changed: T[] = [];
    const removed: string[] = [];
    const next = new Map(this.#current);
    let grown = false;
    for (const [key, value] of queued) {
      if (value === undefined) {
        next.delete(key);
        removed.push(key);
      } else {
        grown ||= !next.has(key);
        next.set(key, value);
        changed.push(value);
      }
    }
    this.#current = grown ? new Map([...next].sort(([a], [b]) => compareText(a, b))) : next;
    return { changed, removed };
  }
}
