// How much is asked of etcd, counted: what a benchmark would show as time.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEtcdDatastore } from '../../src/datastore/etcd/index.ts';
import type { Datastore, WatchOptions } from '../../src/datastore/index.ts';
import { runSyncer } from '../../src/sync/index.ts';
import { GLOBAL_SETS, globalSet, read, withNets } from '../datastore/helpers.ts';
import { type EtcdServer, startEtcd } from './server.ts';

let server: EtcdServer;
let store: Datastore;

beforeAll(async () => {
  server = await startEtcd();
  store = createEtcdDatastore({ endpoints: [server.endpoint] });
});
afterAll(async () => {
  await store.close();
  await server.remove();
});

test('a long list is handed on in small parts, and nobody holds it', async () => {
  const folder = '/calico/resources/v3/projectcalico.org/networksets/default/';
  for (let from = 0; from < 1_200; from += 100)
    await server.kv.txn({
      success: Array.from({ length: 100 }, (_, n) => {
        const key = Buffer.from(`${folder}s${String(from + n).padStart(4, '0')}`);
        return { request: { case: 'requestPut', value: { key, value: Buffer.from('{}') } } };
      }),
    });
  const parts: number[] = [];
  const listing = await store.list({ kind: 'NetworkSet' }, { onItems: (items) => parts.push(items.length) });
  expect(parts).toEqual([250, 250, 250, 250, 200]);
  expect(listing.items).toEqual([]);
  const { items } = await store.list({ kind: 'NetworkSet' });
  expect(new Set(items.map(({ key }) => key.name)).size).toBe(1_200);
  expect(items).toHaveLength(1_200);
});

test('etcd looks up what was there before only where somebody wants it', async () => {
  const { value, revision } = await store.create(globalSet('a'));
  await store.update(withNets(value, ['192.0.2.0/24']));
  for (const old of [true, false]) {
    const watch = read(store, GLOBAL_SETS, { revision, old });
    const [event] = await watch.take(1);
    expect(event).toMatchObject({ type: 'modified' });
    expect(event && 'old' in event).toBe(old);
    watch.stop();
  }
});

test('the syncer does not want it', async () => {
  const asked: (WatchOptions | undefined)[] = [];
  const end = new AbortController();
  const watched: Datastore = {
    ...store,
    watch(selection, options) {
      asked.push(options);
      end.abort();
      return store.watch(selection, options);
    },
  };
  const sink = { onUpdates: () => undefined, onStatus: () => undefined };
  await runSyncer({ store: watched, kinds: ['GlobalNetworkSet'], sink }, end.signal);
  expect(asked).toMatchObject([{ old: false }]);
});
