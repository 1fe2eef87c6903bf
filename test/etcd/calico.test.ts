// The same store as Calico's: what calicoctl wrote is read and written back byte for byte, what others keep below the
// prefix is left alone, and names that an old Calico wrote are understood.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEtcdDatastore } from '../../src/datastore/etcd/index.ts';
import type { Datastore, ObjectKey } from '../../src/datastore/index.ts';
import type { ApiObject } from '../../src/resources/stored/object.ts';
import { expectCode, GLOBAL_SETS, globalSet, names, read, rejection, summary } from '../datastore/helpers.ts';
import { type EtcdServer, startEtcd } from './server.ts';

/** `etcdctl get --prefix /calico` after a session of calicoctl: keys and values in turn. */
const RECORDED = readFileSync(fileURLToPath(new URL('testing/calicoctl-3.33.txt', import.meta.url)), 'utf8')
  .trim()
  .split('\n');
const STORED = RECORDED.filter((_, n) => n % 2 === 0).map((key, n): readonly [key: string, value: string] => [
  key,
  RECORDED[2 * n + 1] ?? '',
]);
const ROOT = '/calico/resources/v3/projectcalico.org';

let server: EtcdServer;
let store: Datastore;
beforeAll(async () => {
  server = await startEtcd();
});
afterAll(() => server?.remove());
beforeEach(async () => {
  store = createEtcdDatastore({ endpoints: [server.endpoint] });
  await store.clean();
});
afterEach(() => store.close());

function keyIn(value: string): ObjectKey {
  const { kind, metadata } = JSON.parse(value) as ApiObject;
  const { namespace, name } = metadata;
  return { kind, name, ...(namespace !== undefined && { namespace }) };
}

describe('what calicoctl wrote', () => {
  test('the recording holds something of everything', () => {
    expect(STORED).toHaveLength(13);
    expect(new Set(STORED.map(([, value]) => keyIn(value).kind)).size).toBe(9);
  });

  test.each(STORED)('%s is read and written back unchanged', async (key, value) => {
    await server.putRaw(key, value);
    const entry = await store.get(keyIn(value));
    expect(entry.value.metadata.annotations).toBeUndefined();
    const updated = await store.update(entry.value);
    expect(updated.revision).not.toBe(entry.revision);
    expect(await server.getRaw(key)).toBe(value);
    await store.delete(entry.key);
    expect(await server.getRaw(key)).toBeUndefined();
    const { resourceVersion: _, ...metadata } = entry.value.metadata;
    await store.create({ ...entry.value, metadata });
    expect(await server.getRaw(key)).toBe(value);
    await store.apply(updated.value);
    expect(await server.getRaw(key)).toBe(value);
  });

  test.each(STORED)('%s is written alike whatever the order of the fields', async (key, value) => {
    const object = reversed(JSON.parse(value)) as ApiObject;
    await store.apply(object);
    expect(await server.getRaw(key)).toBe(value);
  });

  test('all of it is listed under its names', async () => {
    for (const [key, value] of STORED) await server.putRaw(key, value);
    const listed = async (kind: string) => {
      const { items, problems } = await store.list({ kind });
      expect(problems).toEqual([]);
      return names(items);
    };
    expect(await listed('Tier')).toEqual(['default', 'kube-admin', 'kube-baseline', 'security']);
    expect(await listed('GlobalNetworkPolicy')).toEqual(['allow-web', 'security.deny-blocklist']);
    expect(await listed('NetworkPolicy')).toEqual(['default/db-policy']);
    expect(await listed('Profile')).toEqual(['prof-ref', 'projectcalico-default-allow']);
    expect(await listed('ClusterInformation')).toEqual(['default']);
    expect(await listed('FelixConfiguration')).toEqual([]);
  });
});

describe('what others keep below the prefix', () => {
  const OTHERS = [
    '/calico/v1/Ready',
    '/calico/ipam/v2/assignment/ipv4/block/10.65.0.0-26',
    `${ROOT}/globalnetworksets/a/b`,
    `${ROOT}/globalnetworksets/`,
    `${ROOT}/globalnetworksetsx/a`,
    `${ROOT}/networksets/a`,
  ];

  test('is neither listed nor watched nor told', async () => {
    const { revision } = await store.list(GLOBAL_SETS);
    const watch = read(store, GLOBAL_SETS, { revision });
    for (const key of OTHERS) await server.putRaw(key, '{}');
    await store.create(globalSet('last'));
    expect(summary(await watch.take(1))).toEqual(['added last']);
    watch.stop();
    for (const kind of ['GlobalNetworkSet', 'NetworkSet']) {
      const { items, problems } = await store.list({ kind });
      expect(names(items)).toEqual(kind === 'NetworkSet' ? [] : ['last']);
      expect(problems).toEqual([]);
    }
  });

  test('is not written: IPAM, and what is made of Kubernetes objects', async () => {
    for (const kind of ['BlockAffinity', 'IPAMBlock', 'IPAMHandle'])
      await expectCode(store.get({ kind, name: 'a' }), 'datastore/not-supported');
    const converted = { ...globalSet('a', [], { namespace: 'b' }), kind: 'KubernetesNetworkPolicy' };
    await expectCode(store.create(converted), 'datastore/not-supported');
    expect((await store.list({ kind: 'KubernetesNetworkPolicy' })).items).toEqual([]);
  });
});

describe('names of policies', () => {
  const policy = (metadata: object, spec: object = {}) =>
    JSON.stringify({ kind: 'GlobalNetworkPolicy', apiVersion: 'projectcalico.org/v3', metadata, spec });
  const annotated = (text: string, more: object = {}) => ({
    name: 'default.x',
    annotations: { 'projectcalico.org/metadata': text, ...more },
  });

  test.each([
    ['without the annotation, in the default tier', policy({ name: 'default.x' }, { tier: 'default' }), 'x'],
    ['without the annotation or a tier', policy({ name: 'default.x' }), 'x'],
    ['only one prefix goes', policy({ name: 'default.default.x' }), 'default.x'],
    ['in another tier', policy({ name: 'default.x' }, { tier: 'security' }), 'default.x'],
    ['by the annotation', policy(annotated('{"name":"default.x"}')), 'default.x'],
    ['by another annotation', policy(annotated('{"name":"y"}')), 'y'],
  ])('%s', async (_, value, name) => {
    await server.putRaw(`${ROOT}/globalnetworkpolicies/default.x`, value);
    const [entry] = (await store.list({ kind: 'GlobalNetworkPolicy' })).items;
    expect(entry?.key.name).toBe('default.x');
    expect(entry?.value.metadata.name).toBe(name);
    expect(entry?.value.metadata.annotations).toBeUndefined();
  });

  test('other annotations stay', async () => {
    await server.putRaw(
      `${ROOT}/globalnetworkpolicies/default.x`,
      policy(annotated('{"name":"x"}', { note: 'n' })),
    );
    const [entry] = (await store.list({ kind: 'GlobalNetworkPolicy' })).items;
    expect(entry?.value.metadata.annotations).toEqual({ note: 'n' });
  });

  test('an annotation that cannot be read is told', async () => {
    await server.putRaw(`${ROOT}/globalnetworkpolicies/x`, policy(annotated('{')));
    const error = await rejection(store.get({ kind: 'GlobalNetworkPolicy', name: 'x' }));
    expect(error.code).toBe('datastore/parse');
  });

  test('other kinds keep their annotations and are called as they are stored', async () => {
    const value = JSON.stringify(globalSet('other', ['192.0.2.0/24'], annotated('{"name":"x"}')));
    await server.putRaw(`${ROOT}/globalnetworksets/default.a`, value);
    const { value: got } = await store.get({ kind: 'GlobalNetworkSet', name: 'default.a' });
    expect(got.metadata).toMatchObject({
      name: 'default.a',
      annotations: { 'projectcalico.org/metadata': '{"name":"x"}' },
    });
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, part]) => [name, reversed(part)]),
  );
}
