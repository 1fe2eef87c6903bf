import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import { type Datastore, DatastoreError, type DatastoreCode } from '../datastore/index.ts';
import { createMemoryDatastore } from '../datastore/memory/index.ts';
import { API_VERSION } from '../resources/resource.ts';
import { type Client, createClient, type ObjectOf } from './index.ts';

const open: Client[] = [];
function client(): Client {
  const made = createClient(createMemoryDatastore());
  open.push(made);
  return made;
}
afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));

async function rejected(promise: Promise<unknown>): Promise<readonly [DatastoreCode, string]> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(DatastoreError);
  const { code, message } = error as DatastoreError;
  return [code, message];
}

const pool = (name: string, cidr: string, more: object = {}) => ({
  metadata: { name },
  spec: { cidr, ...more },
});

describe('writing', () => {
  it('creates with type, identity and defaults, and knows a second one', async () => {
    const { ipPools } = client();
    const made = await ipPools.create(pool('one', '10.65.0.0/16'));
    expect(made).toMatchObject({
      apiVersion: API_VERSION,
      kind: 'IPPool',
      metadata: {
        name: 'one',
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        resourceVersion: expect.any(String),
      },
      spec: { cidr: '10.65.0.0/16', blockSize: 26, ipipMode: 'Never', vxlanMode: 'Never' },
    });
    expectTypeOf(made).toEqualTypeOf<ObjectOf<'IPPool'>>();
    expect(await rejected(ipPools.create(pool('one', '10.66.0.0/16')))).toEqual([
      'datastore/already-exists',
      'resource already exists: IPPool(one) with error: <nil>',
    ]);
  });

  it('tells all that is wrong with an object at once, as Calico words it', async () => {
    const { globalNetworkSets } = client();
    const stale = { metadata: { name: 'x', resourceVersion: '377' }, spec: { nets: [] } };
    expect(await rejected(globalNetworkSets.create(stale))).toEqual([
      'datastore/invalid',
      "error with field Metadata.ResourceVersion = '377' (field must not be set for a Create request)",
    ]);
    const worse = { metadata: { name: 'X!', resourceVersion: '377' }, spec: { nets: ['nonsense'] } };
    const [code, message] = await rejected(globalNetworkSets.create(worse));
    expect(code).toBe('datastore/invalid');
    expect(message.split('\n').length).toBe(4);
    expect(message).toMatch(/^error with the following fields:\n-  /);
    expect(message).toContain("spec.nets[0] = 'nonsense'");
  });

  it('updates only what was read', async () => {
    const { globalNetworkSets: sets } = client();
    const first = await sets.create({ metadata: { name: 's' }, spec: { nets: ['192.0.2.0/24'] } });
    const second = await sets.update({ ...first, spec: { nets: [] } });
    expect(second.metadata.uid).toBe(first.metadata.uid);
    expect(await rejected(sets.update(first))).toEqual([
      'datastore/conflict',
      'update conflict: GlobalNetworkSet(s)',
    ]);
    const [code, message] = await rejected(sets.update({ metadata: { name: 's' }, spec: { nets: [] } }));
    expect(code).toBe('datastore/invalid');
    expect(message).toContain('Metadata.ResourceVersion (field must be set for an Update request)');
  });

  it('applies: creates, then replaces, keeping identity; with a revision it replaces that one alone', async () => {
    const { globalNetworkSets: sets } = client();
    const written = (label: string) => ({ metadata: { name: 's', labels: { label } }, spec: { nets: [] } });
    const first = await sets.apply(written('a'));
    const second = await sets.apply(written('b'));
    expect(second.metadata).toMatchObject({ uid: first.metadata.uid, labels: { label: 'b' } });
    const { resourceVersion } = first.metadata;
    const stale = {
      ...written('c'),
      metadata: { name: 's', resourceVersion } as ObjectOf<'Tier'>['metadata'],
    };
    expect(await rejected(sets.apply(stale))).toEqual([
      'datastore/conflict',
      'update conflict: GlobalNetworkSet(s)',
    ]);
  });

  it('loses no update of twenty that apply at once', async () => {
    const { objects } = client();
    const all = Array.from({ length: 20 }, (_, n) =>
      objects.apply({
        apiVersion: API_VERSION,
        kind: 'GlobalNetworkSet',
        metadata: { name: 's' },
        spec: { nets: [`192.0.2.${n}`] },
      }),
    );
    const revisions = (await Promise.all(all)).map(({ metadata }) => Number(metadata.resourceVersion));
    expect(new Set(revisions).size).toBe(20);
  });

  it('applies once where the namespace or the kind is not there', async () => {
    const memory = createMemoryDatastore();
    let created = 0;
    const store: Datastore = {
      ...memory,
      async create({ kind, metadata: { name, namespace = '' } }) {
        created++;
        throw new DatastoreError('datastore/not-found', `namespaces "${namespace}" not found`, {
          key: { kind, name, namespace },
        });
      },
    };
    open.push(createClient(memory));
    const set = { metadata: { name: 's', namespace: 'nope' }, spec: { nets: [] } };
    expect(await rejected(createClient(store).networkSets.apply(set))).toEqual([
      'datastore/not-found',
      'namespaces "nope" not found',
    ]);
    expect(created).toBe(1);
  });
});

describe('reading', () => {
  it('gets and lists, by namespace and by the beginning of names', async () => {
    const { networkSets: sets } = client();
    for (const [namespace, name] of [
      ['a', 'web-1'],
      ['a', 'web-2'],
      ['b', 'web-1'],
      ['b', 'db'],
    ] as const)
      await sets.create({ metadata: { namespace, name }, spec: { nets: [] } });
    const names = async (options?: Parameters<typeof sets.list>[0]) =>
      (await sets.list(options)).items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    expect(await names()).toEqual(['a/web-1', 'a/web-2', 'b/db', 'b/web-1']);
    expect(await names({ namespace: 'b' })).toEqual(['b/db', 'b/web-1']);
    expect(await names({ name: 'web', prefix: true })).toEqual(['a/web-1', 'a/web-2', 'b/web-1']);
    expect((await sets.get('b', 'db')).metadata.name).toBe('db');
    expect(await rejected(sets.get('b', 'nosuch'))).toEqual([
      'datastore/not-found',
      'resource does not exist: NetworkSet(b/nosuch) with error: <nil>',
    ]);
  });

  it('watches from the revision of a list', async () => {
    const { globalNetworkSets: sets } = client();
    const one = await sets.create({ metadata: { name: 'one' }, spec: { nets: [] } });
    const { resourceVersion } = await sets.list();
    await sets.update({ ...one, spec: { nets: ['192.0.2.1'] } });
    await sets.delete('one');
    const seen: string[] = [];
    for await (const event of sets.watch({ resourceVersion })) {
      seen.push(event.type === 'deleted' ? `deleted ${event.object.metadata.name}` : event.type);
      if (event.type === 'deleted') break;
    }
    expect(seen).toEqual(['modified', 'deleted one']);
  });

  it('shows the tier of old policies that lack the label, and defaults of old pools', async () => {
    const { store, networkPolicies, ipPools } = client();
    const old = { apiVersion: API_VERSION, metadata: { name: 'p', namespace: 'n' } };
    await store.create({ ...old, kind: 'NetworkPolicy', spec: { tier: 'other', selector: 'all()' } });
    await store.create({
      apiVersion: API_VERSION,
      kind: 'IPPool',
      metadata: { name: 'q' },
      spec: { cidr: '10.1.0.0/16' },
    });
    expect((await networkPolicies.get('n', 'p')).metadata.labels).toEqual({
      'projectcalico.org/tier': 'default',
    });
    expect((await networkPolicies.list()).items[0]?.metadata.labels).toEqual({
      'projectcalico.org/tier': 'default',
    });
    expect((await ipPools.get('q')).spec).toMatchObject({ blockSize: 26, nodeSelector: 'all()' });
  });
});

it('opens a datastore by its configuration when it is first used, and never after it was closed', async () => {
  const made = createClient({ datastoreType: 'memory' });
  open.push(made);
  await made.ensureInitialized();
  expect((await made.tiers.list()).items).toHaveLength(3);
  await made.close();
  expect(await rejected(made.tiers.list())).toEqual(['datastore/cancelled', 'the datastore is closed']);
  const unreachable = createClient({ datastoreType: 'etcdv3', endpoints: ['http://127.0.0.1:1'] });
  open.push(unreachable);
  expect((await rejected(unreachable.tiers.list()))[0]).toBe('datastore/unavailable');
});

describe('a store at its beginning', () => {
  it('gets the information about the cluster and the tiers, once', async () => {
    const { store, tiers, clusterInformation, ensureInitialized } = client();
    await ensureInitialized({ clusterType: 'bare', calicoVersion: 'v3.31.0' });
    const first = await clusterInformation.get('default');
    expect(first.spec).toEqual({
      clusterGUID: expect.stringMatching(/^[0-9a-f]{32}$/),
      clusterType: 'bare',
      calicoVersion: 'v3.31.0',
      datastoreReady: true,
    });
    expect((await tiers.list()).items.map(({ metadata, spec }) => [metadata.name, spec])).toEqual([
      ['default', { order: 1_000_000, defaultAction: 'Deny' }],
      ['kube-admin', { order: 1_000, defaultAction: 'Pass' }],
      ['kube-baseline', { order: 10_000_000, defaultAction: 'Pass' }],
    ]);
    const { revision } = await store.list({ kind: 'ClusterInformation' });
    await ensureInitialized();
    expect((await store.list({ kind: 'ClusterInformation' })).revision).toBe(revision);
    await ensureInitialized({ clusterType: 'more,bare' });
    expect((await clusterInformation.get('default')).spec).toMatchObject({
      clusterGUID: (first.spec as { clusterGUID: string }).clusterGUID,
      clusterType: 'bare,more',
    });
  });

  it('asks a store that does not answer no second time', async () => {
    const memory = createMemoryDatastore();
    let asked = 0;
    const silent = async () => {
      asked++;
      throw new DatastoreError('datastore/unavailable', 'no answer');
    };
    const made = createClient({ ...memory, get: silent, list: silent, create: silent });
    open.push(made);
    expect(await rejected(made.ensureInitialized())).toEqual(['datastore/unavailable', 'no answer']);
    expect(asked).toBe(1);
  });

  it('stays locked when somebody has locked it', async () => {
    const { clusterInformation, ensureInitialized } = client();
    await ensureInitialized();
    const now = await clusterInformation.get('default');
    await clusterInformation.update({ ...now, spec: { ...now.spec, datastoreReady: false } });
    await ensureInitialized({ clusterType: 'x' });
    expect((await clusterInformation.get('default')).spec).toMatchObject({
      datastoreReady: false,
      clusterType: 'x',
    });
  });
});
