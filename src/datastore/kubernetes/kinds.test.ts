// What is particular about kinds in this store, with a server that answers as it is told.
import { afterEach, describe, expect, it } from 'vitest';
import { KINDS } from '../../resources/index.ts';
import { DatastoreError } from '../index.ts';
import { closeAll, json, storeOf } from './testing.ts';

afterEach(closeAll);

describe('KubeControllersConfiguration', () => {
  const object = (syncLabels: string, resourceVersion?: string) => ({
    apiVersion: 'projectcalico.org/v3',
    kind: 'KubeControllersConfiguration',
    metadata: { name: 'default', ...(resourceVersion && { resourceVersion }) },
    spec: { controllers: { node: { syncLabels } } },
  });
  const stored = json({ metadata: { name: 'default', resourceVersion: '5' }, spec: { controllers: {} } });

  it('cannot turn off that nodes have the labels of Kubernetes: nothing is sent', async () => {
    const { store, requests } = await storeOf(stored);
    const writes = {
      create: () => store.create(object('Disabled')),
      update: () => store.update(object('Disabled', '5')),
      apply: () => store.apply(object('Disabled')),
    };
    for (const [verb, write] of Object.entries(writes)) {
      const error = await write().catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(DatastoreError);
      const { code, message, problems } = error as DatastoreError;
      expect([verb, code, message]).toEqual([verb, 'datastore/invalid', 'invalid SyncLabels value']);
      expect(problems[0]?.hint).toContain('controllers.node.syncLabels');
    }
    expect(requests).toEqual([]);
  });

  it('is written otherwise', async () => {
    const { store, requests } = await storeOf(stored);
    await store.create(object('Enabled'));
    await store.create({ ...object('Enabled'), spec: { controllers: null } });
    expect(requests).toHaveLength(2);
  });
});

it('clean removes every kind of the catalogue that is a custom resource, and touches no other', async () => {
  const { store, requests } = await storeOf(json({ metadata: { resourceVersion: '1' }, items: [] }));
  await store.clean();
  const asked = requests.map((line) => /\/v1\/(\w+)\?/.exec(line)?.[1]);
  const others = [
    'Node',
    'Profile',
    'WorkloadEndpoint',
    'BlockAffinity',
    'IPAMBlock',
    'IPAMHandle',
    'LiveMigration',
  ];
  const plurals = [...KINDS.values()]
    .filter(({ kind }) => !others.includes(kind))
    .map(({ plural }) => plural);
  expect(new Set(asked)).toEqual(
    new Set(plurals.map((name) => name.replace('ipamconfigurations', 'ipamconfigs'))),
  );
  expect(requests.every((line) => line.startsWith('GET /apis/crd.projectcalico.org/'))).toBe(true);
});

describe('nodes', () => {
  const raw = (annotations: Record<string, string>, more: object = {}) => ({
    metadata: { name: 'n', resourceVersion: '5', annotations, ...more },
    spec: { podCIDR: '10.244.1.0/24', podCIDRs: ['10.244.1.0/24'] },
    status: { addresses: [{ type: 'InternalIP', address: '192.0.2.1' }] },
  });
  const at = (name: string) => `projectcalico.org/${name}`;

  it('are what the conversion makes of them, and tell which labels are not Calico’s', async () => {
    const annotations = { [at('IPv4Address')]: '192.0.2.1/24', [at('labels')]: '{"a":"1"}', other: 'x' };
    const { store } = await storeOf(json(raw(annotations, { labels: { rack: 'r' } })));
    const { value, revision, resource } = await store.get({ kind: 'Node', name: 'n' });
    expect([value, revision]).toEqual([
      {
        kind: 'Node',
        apiVersion: 'projectcalico.org/v3',
        metadata: {
          name: 'n',
          resourceVersion: '5',
          labels: { a: '1', rack: 'r' },
          annotations: { [at('kube-labels')]: '{"rack":"r"}' },
        },
        spec: {
          bgp: { ipv4Address: '192.0.2.1/24' },
          orchRefs: [{ nodeName: 'n', orchestrator: 'k8s' }],
          addresses: [
            { address: '192.0.2.1/24', type: 'CalicoNodeIP' },
            { address: '192.0.2.1', type: 'InternalIP' },
          ],
        },
        status: { podCIDRs: ['10.244.1.0/24'] },
      },
      '5',
    ]);
    // Nothing reads them a second time.
    expect(resource?.kind).toBe('Node');
  });
});
