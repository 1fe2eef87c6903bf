// For the tests of this room: a clock that never waits, a store that can be made to fail, a receiver that keeps what it
// was told.
import { setImmediate as turn } from 'node:timers/promises';
import { type Datastore, DatastoreError, type Selection, type WatchOptions } from '../datastore/index.ts';
import type { Resource } from '../resources/index.ts';
import { API_VERSION } from '../resources/resource.ts';
import type { ApiObject } from '../resources/api-object.ts';
import type { Clock } from './clock.ts';
import type { LiveSink } from './types.ts';

export interface TestClock extends Clock {
  readonly sleeps: number[];
}

/** Time passes only by sleeping. */
export function testClock(random: () => number = () => 0.5): TestClock {
  let time = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => time,
    async sleep(ms) {
      if (ms <= 0) return;
      sleeps.push(ms);
      time += ms;
      await turn();
    },
    random,
  };
}

export const globalSet = (name: string, ...nets: string[]): ApiObject => ({
  apiVersion: API_VERSION,
  kind: 'GlobalNetworkSet',
  metadata: { name },
  spec: { nets },
});

export interface Faults {
  /** Thrown by the next lists, one each. */
  readonly lists: DatastoreError[];
  /** How many events the next watches give before they end, one each; `expired` ends them with that error. */
  readonly watches: ({ readonly after: number; readonly how: 'end' | 'fail' | 'expire' } | undefined)[];
  opened: number;
  /** Lists hand on their items one by one; one that fails does so before the last. */
  readonly parts?: boolean;
}

export const unavailable = () => new DatastoreError('datastore/unavailable', 'connection refused');

/** The same store, whose lists and watches fail as `faults` says. */
export function faulty(store: Datastore, faults: Faults): Datastore {
  return {
    ...store,
    async list(selection, options = {}) {
      const error = faults.lists.shift();
      const { onItems } = options;
      if (!faults.parts || !onItems) {
        if (error) throw error;
        return await store.list(selection, options);
      }
      const listing = await store.list(selection);
      for (const item of error ? listing.items.slice(0, -1) : listing.items) {
        onItems([item]);
        await turn();
      }
      if (error) throw error;
      return { ...listing, items: [] };
    },
    async *watch(selection: Selection, options?: WatchOptions) {
      faults.opened++;
      const fault = faults.watches.shift();
      let left = fault?.after ?? Infinity;
      if (left > 0)
        for await (const event of store.watch(selection, options)) {
          yield event;
          if (--left <= 0) break;
        }
      if (fault?.how === 'fail') throw unavailable();
      if (fault?.how === 'expire') {
        const error = new DatastoreError('datastore/expired', 'compacted');
        yield { type: 'error', error, final: true };
      }
    },
  };
}

export interface Receiver extends LiveSink {
  /** What the receiver would have in force. */
  readonly held: Map<string, Resource>;
  /** Everything in order, in short. */
  readonly log: string[];
  /** Resolves when `log` ends with this line, or holds it already. */
  readonly until: (done: () => boolean) => Promise<void>;
}

export function receiver(): Receiver {
  const held = new Map<string, Resource>();
  const log: string[] = [];
  return {
    held,
    log,
    onUpdates(updates) {
      for (const { key, value, type } of updates) {
        // A receiver may rely on the types as well.
        if ((type === 'new') === held.has(key)) throw new Error(`${type} ${key}, held: ${held.has(key)}`);
        if (value) held.set(key, value);
        else held.delete(key);
        log.push(`${type} ${key}`);
      }
    },
    onStatus: (status) => void log.push(status),
    onInvalid: (key, problems) => void log.push(problems.length > 0 ? `invalid ${key}` : `valid ${key}`),
    onTrouble: (kind, error) => void log.push(`trouble ${kind}: ${(error as Error).message}`),
    async until(done) {
      const deadline = Date.now() + 20_000;
      while (!done()) {
        if (Date.now() > deadline) throw new Error(`not reached; so far:\n${log.join('\n')}`);
        await turn();
      }
    },
  };
}
