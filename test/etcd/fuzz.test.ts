// Whatever lies in etcd: nothing throws past the backend, what cannot be read is told and passed over, and a good value
// in its place counts again.
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createEtcdDatastore } from '../../src/datastore/etcd/index.ts';
import type { Datastore } from '../../src/datastore/index.ts';
import { GLOBAL_SETS, globalSet, names, read, rejection, setKey, summary } from '../datastore/helpers.ts';
import { type EtcdServer, startEtcd } from './server.ts';

const FOLDER = '/calico/resources/v3/projectcalico.org/globalnetworksets/';
const RUNS = Number(process.env['TORTIE_FUZZ_RUNS'] ?? 120);
const seed = Number(process.env['TORTIE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

let server: EtcdServer;
let store: Datastore;
beforeAll(async () => {
  console.log(`seed ${seed}`);
  server = await startEtcd();
});
afterAll(() => server?.remove());
beforeEach(async () => {
  store = createEtcdDatastore({ endpoints: [server.endpoint] });
  await store.clean();
});
afterEach(() => store.close());

const UNREADABLE: readonly (readonly [string, string | Uint8Array])[] = [
  ['nothing', ''],
  ['no JSON', '{"kind":'],
  ['no object', '[1]'],
  ['null', 'null'],
  ['no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d])],
  ['metadata that is a text', '{"metadata":"x"}'],
  ['a label that is a number', '{"metadata":{"labels":{"a":1}}}'],
  ['annotations that are a list', '{"metadata":{"annotations":["a"]}}'],
  ['a name that is a number', '{"metadata":{"name":7}}'],
];

test.each(UNREADABLE)('%s is told, and a good value afterwards counts', async (_, bytes) => {
  const { revision } = await store.create(globalSet('good'));
  const watch = read(store, GLOBAL_SETS, { revision });
  await server.putRaw(`${FOLDER}bad`, bytes);
  expect(summary(await watch.take(1))).toEqual(['error datastore/parse bad (goes on)']);
  const error = await rejection(store.get(setKey('bad')));
  expect(error.code).toBe('datastore/parse');
  expect(error.message).toMatch(/^failed to parse datastore entry key=\/calico\/.*\/bad: ./);
  const { items, problems } = await store.list(GLOBAL_SETS);
  expect(names(items)).toEqual(['good']);
  expect(problems).toMatchObject([{ code: 'datastore/parse', resource: 'GlobalNetworkSet/bad' }]);
  const fresh = read(store, GLOBAL_SETS);
  expect(summary(await fresh.take(2)).sort((a, b) => a.localeCompare(b))).toEqual([
    'added good',
    'error datastore/parse bad (goes on)',
  ]);
  fresh.stop();
  await store.apply(globalSet('bad'));
  await store.delete(setKey('bad'));
  expect(summary(await watch.take(2))).toEqual(['modified bad', 'deleted bad']);
  expect((await store.list(GLOBAL_SETS)).problems).toEqual([]);
  watch.stop();
});

test('what cannot be read can be deleted, and told as deleted', async () => {
  await server.putRaw(`${FOLDER}bad`, 'x');
  const { revision } = await store.list(GLOBAL_SETS);
  const deleted = await store.delete(setKey('bad'));
  expect(deleted.key).toEqual(setKey('bad'));
  const watch = read(store, GLOBAL_SETS, { revision });
  const [event] = await watch.take(1);
  expect(event).toMatchObject({ type: 'deleted', key: setKey('bad') });
  expect(event).not.toHaveProperty('old');
  watch.stop();
});

const anyBytes = fc.uint8Array({ maxLength: 200 });
const anyKey = fc.oneof(
  anyBytes.map((bytes) => Buffer.concat([Buffer.from(FOLDER), bytes])),
  fc.string({ unit: 'binary', maxLength: 30 }).map((text) => Buffer.from(FOLDER + text)),
  fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => Buffer.from(FOLDER + text)),
);
const anyValue = fc.oneof(
  anyBytes,
  fc.json().map((text) => Buffer.from(text)),
  fc
    .record({ kind: fc.jsonValue(), metadata: fc.jsonValue(), spec: fc.jsonValue() }, { requiredKeys: [] })
    .map((value) => Buffer.from(JSON.stringify(value))),
  fc
    .record({ metadata: fc.record({ name: fc.jsonValue(), labels: fc.jsonValue() }, { requiredKeys: [] }) })
    .map((value) => Buffer.from(JSON.stringify(value))),
  fc.nat(300).map((depth) => Buffer.from(`${'{"metadata":'.repeat(depth)}{}${'}'.repeat(depth)}`)),
);

test(`arbitrary keys and values: list, get and watch agree (${RUNS} batches)`, {
  timeout: RUNS * 5_000,
}, async () => {
  let { revision } = await store.list(GLOBAL_SETS);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(anyKey, anyValue), { minLength: 1, maxLength: 5 }), async (batch) => {
      for (const [key, value] of batch) await server.putRaw(key, value);
      await store.apply(globalSet('zz-last'));
      const told = new Set<string>();
      const refused = new Set<string>();
      const errors: unknown[] = [];
      const watch = read(store, GLOBAL_SETS, { revision });
      for (let done = false; !done; ) {
        const [event] = await watch.take(1);
        if (event?.type === 'error') {
          errors.push(event.error.code, event.final);
          told.delete(event.key?.name ?? '');
          refused.add(event.key?.name ?? '');
        } else if (event?.type === 'added' || event?.type === 'modified') {
          told.add(event.entry.key.name);
          refused.delete(event.entry.key.name);
          done = event.entry.key.name === 'zz-last';
        }
      }
      watch.stop();
      expect(errors.filter((said) => said !== 'datastore/parse' && said !== false)).toEqual([]);
      const { items, problems, revision: now } = await store.list(GLOBAL_SETS);
      revision = now;
      const listed = new Map(items.map((entry) => [entry.key.name, entry]));
      const unreadable = problems.map(({ resource }) => resource);
      for (const name of told) {
        expect(listed.get(name)?.value.metadata.name).toBe(name);
        expect(await store.get(setKey(name))).toEqual(listed.get(name));
      }
      for (const name of refused) {
        expect(listed.has(name)).toBe(false);
        expect(unreadable).toContain(`GlobalNetworkSet/${name}`);
      }
    }),
    { seed, numRuns: RUNS },
  );
});
