// `datastore export | import` and `version` with a cluster.
import { describe, expect, it } from 'vitest';
import { createMemoryDatastore } from '../../datastore/memory/index.ts';
import { notSupported } from '../../datastore/index.ts';
import { documents, object, stored } from '../resources/testing.ts';
import { tortie } from '../testing.ts';

const filled = () =>
  stored(
    object('Tier', 'zone', { order: 7 }),
    object('GlobalNetworkPolicy', 'p', { tier: 'zone', selector: 'all()' }, { labels: { a: 'b' } }),
    object('NetworkPolicy', 'q', { tier: 'zone' }, { namespace: 'prod' }),
    object('BGPFilter', 'f', { exportV4: [{ action: 'Accept' }] }),
    object('BGPPeer', 'b', { peerIP: '192.0.2.1', asNumber: 64512, filters: ['f'] }),
    object('NetworkPolicy', 'knp.default.x', {}, { namespace: 'prod' }),
  );

describe('export', () => {
  it('is everything, without what belongs to the cluster, and the same each time', async () => {
    const { run } = await filled();
    const { status, stdout, stderr } = await run('datastore export -o json');
    expect([status, stderr]).toEqual([0, '']);
    const { kind, items } = JSON.parse(stdout) as {
      kind: string;
      items: { kind: string; metadata: Record<string, unknown> }[];
    };
    expect(kind).toBe('List');
    expect(items.map((each) => `${each.kind}/${String(each.metadata['name'])}`)).toEqual([
      'ClusterInformation/default',
      'Tier/default',
      'Tier/kube-admin',
      'Tier/kube-baseline',
      'Tier/zone',
      'BGPFilter/f',
      'BGPPeer/b',
      'GlobalNetworkPolicy/p',
      'NetworkPolicy/q',
    ]);
    expect(items[7]?.metadata).toEqual({ name: 'p', labels: { a: 'b', 'projectcalico.org/tier': 'zone' } });
    expect(items[8]?.metadata['namespace']).toBe('prod');
    expect((await run('datastore export -o json')).stdout).toBe(stdout);
  });

  it('says what cannot be read, and fails: the list is not whole', async () => {
    const { store } = await filled();
    const list: typeof store.list = async (selection, options) => {
      const listing = await store.list(selection, options);
      if (selection.kind !== 'Tier') return listing;
      return { ...listing, problems: [{ code: 'datastore/parse', severity: 'error', message: 'no tier' }] };
    };
    const { status, stdout, stderr } = await tortie(['datastore', 'export'], { store: { ...store, list } });
    expect([status, stderr]).toEqual([1, 'left out: no tier\n']);
    expect(stdout).toContain('kind: BGPFilter');
  });
});

describe('import', () => {
  it('makes any store say the same, from a list in any order', async () => {
    const { run } = await filled();
    const stdin = (await run('datastore export')).stdout;
    const { items } = JSON.parse((await run('datastore export -o json')).stdout) as { items: never[] };
    const store = createMemoryDatastore();
    const backwards = documents(...items.toReversed());
    const argv = ['datastore', 'import', '-f', '-'];
    expect(await tortie([...argv, '--dry-run'], { store, stdin })).toMatchObject({ status: 0 });
    expect((await store.list({ kind: 'Tier' })).items).toEqual([]);
    expect(await tortie(argv, { store, stdin: backwards })).toEqual({
      status: 0,
      stdout: 'Imported 8 of 9 resource(s): 5 created, 0 updated, 3 unchanged\n',
      stderr: 'left as it is: ClusterInformation says what cluster this is\n',
    });
    await tortie(['label', 'tier', 'zone', 'a=b'], { store });
    expect((await tortie(argv, { store, stdin })).stdout).toBe(
      'Imported 8 of 9 resource(s): 0 created, 1 updated, 7 unchanged\n',
    );
    const guid = /clusterGUID: \w+/;
    const again = (await tortie(['datastore', 'export'], { store })).stdout;
    expect(again.replace(guid, '')).toBe(stdin.replace(guid, ''));
  });

  it('what the store makes by itself is left to it; what is wrong fails, and the rest is there', async () => {
    const memory = createMemoryDatastore();
    const create: typeof memory.create = (made, options) =>
      made.kind === 'Profile'
        ? Promise.reject(notSupported('Create', { kind: 'Profile', name: made.metadata.name }))
        : memory.create(made, options);
    const stdin = documents(
      object('Profile', 'kns.x'),
      object('GlobalNetworkPolicy', 'bad', { selector: '=' }),
      object('GlobalNetworkSet', 's'),
    );
    const ran = await tortie(['datastore', 'import', '-f', '-'], { store: { ...memory, create }, stdin });
    expect(ran.status).toBe(1);
    expect(ran.stdout).toBe('Imported 1 of 3 resource(s): 1 created, 0 updated, 0 unchanged\n');
    expect(ran.stderr).toContain('left as it is: operation Create is not supported on Profile(kns.x)\n');
    expect(ran.stderr).toContain(
      "Failed to import 'GlobalNetworkPolicy' resource: error with field Selector",
    );
  });
});

describe('version', () => {
  it('asks the cluster where there is one', async () => {
    const { run, store } = await stored();
    const { value } = await store.get({ kind: 'ClusterInformation', name: 'default' });
    const spec = { ...(value.spec as object), clusterType: 'k8s,bgp' };
    await store.update({ ...value, spec });
    const { status, stdout } = await run('version');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^Client Version: {4}\d+\.\d+\.\d+\nGit commit: {8}unknown\nCluster Version: {3}unknown\nCluster Type: {6}k8s,bgp\n$/,
    );
    expect((await run('version --client')).stdout).toMatch(/^tortie /);
    await store.delete({ kind: 'ClusterInformation', name: 'default' });
    expect(await run('version')).toMatchObject({
      status: 1,
      stderr:
        'unable to retrieve Cluster Version or Type: resource does not exist: ClusterInformation(default) with error: <nil>\n',
    });
  });

  it('options of calicoctl may stand before the command', async () => {
    const { run } = await filled();
    const plain = await run('get tiers');
    expect(await run('--context x --allow-version-mismatch -l debug get tiers')).toEqual(plain);
    expect(plain.status).toBe(0);
  });
});
