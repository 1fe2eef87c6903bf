import { afterEach, describe, expect, it } from 'vitest';
import { DatastoreError } from '../../datastore/index.ts';
import { createMemoryDatastore } from '../../datastore/memory/index.ts';
import { type Client, createClient } from '../index.ts';

const open: Client[] = [];
async function client(): Promise<Client> {
  const made = createClient(createMemoryDatastore());
  open.push(made);
  await made.ensureInitialized();
  return made;
}
afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));

async function message(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(DatastoreError);
  return (error as DatastoreError).message;
}

const pool = (name: string, cidr: string, more: object = {}) => ({
  metadata: { name },
  spec: { cidr, ...more },
});

describe('IPPool', () => {
  it.each([
    ['10.65.128.0/24', 'IPPool(overlap) CIDR overlaps with IPPool(one) CIDR 10.65.0.0/16'],
    ['10.0.0.0/8', 'IPPool(overlap) CIDR overlaps with IPPool(one) CIDR 10.65.0.0/16'],
    ['fd00:65::/64', 'IPPool(overlap) CIDR overlaps with IPPool(six) CIDR fd00:65::/48'],
  ])('%s overlaps', async (cidr, reason) => {
    const { ipPools } = await client();
    await ipPools.create(pool('one', '10.65.0.0/16'));
    await ipPools.create(pool('six', 'fd00:65::/48'));
    await ipPools.create(pool('beside', '11.64.0.0/16'));
    expect(await message(ipPools.create(pool('overlap', cidr)))).toBe(
      `error with field IPPool.Spec.CIDR = '${cidr}' (${reason})`,
    );
  });

  it('keeps its range, its block size and its use', async () => {
    const { ipPools } = await client();
    const one = await ipPools.create(pool('one', '10.65.0.0/16', { allowedUses: ['LoadBalancer'] }));
    const changed = (spec: object) => message(ipPools.update({ ...one, spec: { ...one.spec, ...spec } }));
    expect(await changed({ cidr: '10.66.0.0/16' })).toBe(
      "error with field IPPool.Spec.CIDR = '10.66.0.0/16' (IPPool CIDR cannot be modified)",
    );
    expect(await changed({ blockSize: 27 })).toBe(
      "error with field IPPool.Spec.BlockSize = '27' (IPPool BlockSize cannot be modified)",
    );
    expect(await changed({ allowedUses: ['Workload'] })).toContain('IPPool allowed use cannot be changed');
    expect(
      (await ipPools.update({ ...one, spec: { ...one.spec, natOutgoing: true } })).spec.natOutgoing,
    ).toBe(true);
  });

  it('is disabled before it goes', async () => {
    const { ipPools } = await client();
    await ipPools.create(pool('one', '10.65.0.0/16'));
    const { resourceVersion } = await ipPools.list();
    await ipPools.delete('one');
    const seen: unknown[] = [];
    for await (const event of ipPools.watch({ resourceVersion })) {
      seen.push(event.type === 'modified' ? event.object.spec.disabled : event.type);
      if (event.type === 'deleted') break;
    }
    expect(seen).toEqual([true, 'deleted']);
  });

  it('is left as it is when its revision is another', async () => {
    const { ipPools } = await client();
    const one = await ipPools.create(pool('one', '10.65.0.0/16'));
    await ipPools.update({ ...one, spec: { ...one.spec, natOutgoing: true } });
    const stale = { resourceVersion: one.metadata.resourceVersion ?? '' };
    expect(await message(ipPools.delete('one', stale))).toBe('update conflict: IPPool(one)');
    expect((await ipPools.get('one')).spec.disabled).not.toBe(true);
  });
});

describe('Tier', () => {
  it('must exist for a policy, which is asked first', async () => {
    const { globalNetworkPolicies } = await client();
    const policy = { metadata: { name: 'p' }, spec: { tier: 'nosuch', selector: 'syntax error' } };
    expect(await message(globalNetworkPolicies.create(policy))).toBe(
      'resource does not exist: Tier(nosuch) with error: <nil>',
    );
  });

  it.each(['default', 'kube-admin', 'kube-baseline'])('%s never goes', async (name) => {
    const { tiers } = await client();
    expect(await message(tiers.delete(name))).toBe(
      `operation Delete is not supported on ${name}: Cannot delete ${name} tier`,
    );
  });

  it('goes only when it is empty', async () => {
    const { tiers, stagedNetworkPolicies: staged } = await client();
    await tiers.create({ metadata: { name: 'security' }, spec: { order: 50 } });
    const key = { namespace: 'n', name: 'p' };
    await staged.create({
      metadata: key,
      spec: { tier: 'security', selector: 'all()', stagedAction: 'Set' },
    });
    expect(await message(tiers.delete('security'))).toBe(
      'operation delete is not supported on security: Cannot delete a non-empty tier',
    );
    await staged.delete(key.namespace, key.name);
    expect((await tiers.delete('security')).metadata.name).toBe('security');
  });
});

it('Profile: the one that lets everything through belongs to nobody', async () => {
  const { profiles } = await client();
  const name = 'projectcalico-default-allow';
  expect(
    await message(
      profiles.create({
        metadata: { name },
        spec: { ingress: [{ action: 'Allow' }], egress: [{ action: 'Allow' }] },
      }),
    ),
  ).toContain('resource already exists: Profile');
  expect(await message(profiles.delete(name))).toContain(`operation Delete is not supported on ${name}`);
  expect((await profiles.list()).items.map(({ metadata }) => metadata.name)).toEqual([name]);
});

describe('BGP', () => {
  it('says for the whole cluster only in `default`', async () => {
    const { bgpConfigurations } = await client();
    const made = (name: string) =>
      bgpConfigurations.create({ metadata: { name }, spec: { asNumber: 64_512 } });
    expect(await message(made('node.n1'))).toBe(
      "error with field BGPConfiguration.Spec.ASNumber = '64512' (Cannot set ASNumber on a non default BGP Configuration.)",
    );
    expect((await made('default')).spec.asNumber).toBe(64_512);
  });

  it('names filters that exist', async () => {
    const { bgpFilters, bgpPeers } = await client();
    await bgpFilters.create({ metadata: { name: 'there' }, spec: {} });
    const peer = (...filters: string[]) =>
      bgpPeers.create({ metadata: { name: 'p' }, spec: { peerIP: '192.0.2.1', asNumber: 64_512, filters } });
    expect(await message(peer('there', 'not', 'nor'))).toBe(
      "error with field BGPPeer.Spec.Filters = '[not nor]' (BGPFilter(s) not found)",
    );
    expect((await peer('there')).spec.filters).toEqual(['there']);
  });
});

it('ClusterInformation: there is one', async () => {
  const { clusterInformation } = await client();
  expect(await message(clusterInformation.create({ metadata: { name: 'other' }, spec: {} }))).toBe(
    'Cannot create a Cluster Information resource with a name other than "default"',
  );
});

it('Node: what belongs to it goes with it, what belongs to others stays', async () => {
  const { store, nodes, hostEndpoints, felixConfigurations, bgpPeers, workloadEndpoints, globalNetworkSets } =
    await client();
  for (const node of ['n1', 'n2']) {
    await nodes.create({ metadata: { name: node }, spec: {} });
    await hostEndpoints.create({ metadata: { name: `${node}-eth0` }, spec: { node, interfaceName: 'eth0' } });
    await felixConfigurations.create({ metadata: { name: `node.${node}` }, spec: {} });
    await bgpPeers.create({
      metadata: { name: node },
      spec: { node, peerIP: '192.0.2.1', asNumber: 64_512 },
    });
    await workloadEndpoints.create({
      metadata: { namespace: 'ns', name: `${node}-k8s-pod-eth0` },
      spec: {
        node,
        orchestrator: 'k8s',
        pod: 'pod',
        endpoint: 'eth0',
        interfaceName: 'cali1',
        ipNetworks: ['10.0.0.1/32'],
      },
    });
  }
  await globalNetworkSets.create({ metadata: { name: 'n1' }, spec: {} });
  await nodes.delete('n1');
  const left: string[] = [];
  for (const kind of [
    'Node',
    'HostEndpoint',
    'FelixConfiguration',
    'BGPPeer',
    'WorkloadEndpoint',
    'GlobalNetworkSet',
  ])
    for (const { key } of (await store.list({ kind })).items) left.push(`${kind} ${key.name}`);
  expect(left).toEqual([
    'Node n2',
    'HostEndpoint n2-eth0',
    'FelixConfiguration node.n2',
    'BGPPeer n2',
    'WorkloadEndpoint n2-k8s-pod-eth0',
    'GlobalNetworkSet n1',
  ]);
});
