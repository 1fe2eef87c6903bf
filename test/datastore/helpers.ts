// What the cases of the datastore contract share: small valid objects, and patient readers of watches.
/* oxlint-disable vitest/no-standalone-expect -- called by tests */
import { expect } from 'vitest';
import {
  type Datastore,
  DatastoreError,
  type DatastoreCode,
  type Entry,
  type Selection,
  type WatchEvent,
  type WatchOptions,
} from '../../src/datastore/index.ts';
import type { ApiObject, ObjectMeta } from '../../src/resources/stored/object.ts';

export const globalSet = (
  name: string,
  nets: readonly string[] = ['192.0.2.0/24'],
  metadata: Partial<ObjectMeta> = {},
): ApiObject => ({
  apiVersion: 'projectcalico.org/v3',
  kind: 'GlobalNetworkSet',
  metadata: { name, ...metadata },
  spec: { nets },
});

export const networkSet = (namespace: string, name: string, nets: readonly string[] = ['192.0.2.0/24']) => ({
  ...globalSet(name, nets, { namespace }),
  kind: 'NetworkSet',
});

export const GLOBAL_SETS: Selection = { kind: 'GlobalNetworkSet' };

export const setKey = (name: string) => ({ kind: 'GlobalNetworkSet', name });

export const netsOf = (object: ApiObject | undefined): unknown =>
  (object?.spec as { nets?: unknown } | undefined)?.nets;

export const withNets = (object: ApiObject, nets: readonly string[]): ApiObject => ({
  ...object,
  spec: { nets },
});

export const names = (entries: readonly Entry[]): string[] =>
  entries.map(({ key }) => (key.namespace === undefined ? key.name : `${key.namespace}/${key.name}`));

/** The error's code; fails the test when there is none. */
export async function rejection(promise: Promise<unknown>): Promise<DatastoreError> {
  const caught = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(caught).toBeInstanceOf(DatastoreError);
  return caught as DatastoreError;
}

export async function expectCode(promise: Promise<unknown>, code: DatastoreCode): Promise<void> {
  const error = await rejection(promise);
  expect({ code: error.code, message: error.message }).toEqual({ code, message: error.message });
}

/** One reading of a watch. `take` waits for that many events, `rest` for the end. */
export interface Reader {
  readonly take: (count: number) => Promise<readonly WatchEvent[]>;
  readonly rest: () => Promise<readonly WatchEvent[]>;
  readonly stop: () => void;
}

export function read(store: Datastore, selection: Selection, options: WatchOptions = {}): Reader {
  const abort = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, abort.signal]) : abort.signal;
  const iterator = store.watch(selection, { ...options, signal })[Symbol.asyncIterator]();
  return {
    async take(count) {
      const events: WatchEvent[] = [];
      while (events.length < count) {
        const next = await iterator.next();
        if (next.done) throw new Error(`the watch ended after ${summary(events).join(', ') || 'nothing'}`);
        events.push(next.value);
      }
      return events;
    },
    async rest() {
      const events: WatchEvent[] = [];
      for (let next = await iterator.next(); !next.done; next = await iterator.next())
        events.push(next.value);
      return events;
    },
    stop: () => abort.abort(),
  };
}

/** `added a`, `deleted ns/b`, `error datastore/parse b (goes on)`. */
export function summary(events: readonly WatchEvent[]): string[] {
  return events.map((event) => {
    if (event.type === 'bookmark') return 'bookmark';
    if (event.type === 'error')
      return `error ${event.error.code}${event.key ? ` ${event.key.name}` : ''}${event.final ? '' : ' (goes on)'}`;
    const key = event.type === 'deleted' ? event.key : event.entry.key;
    return `${event.type} ${key.namespace === undefined ? '' : `${key.namespace}/`}${key.name}`;
  });
}
