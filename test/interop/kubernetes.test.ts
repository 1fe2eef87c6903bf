// What Calico makes of Kubernetes objects and of custom resources, on a real API server: the recorded transcripts as
// tests, and what a server does to its clients.
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/index.ts';
import { type Datastore, DatastoreError, type WatchEvent } from '../../src/datastore/index.ts';
import { createKubernetesDatastore } from '../../src/datastore/kubernetes/index.ts';
import { runSyncer } from '../../src/sync/index.ts';
import { configOf } from './config.ts';
import { createPod, createRecordedPod, recordedPods } from './pods.ts';
import { type Cluster, startCluster } from './server.ts';

const CNP_CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'clusternetworkpolicies.policy.networking.k8s.io',
    annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
  },
  spec: {
    group: 'policy.networking.k8s.io',
    scope: 'Cluster',
    names: {
      plural: 'clusternetworkpolicies',
      singular: 'clusternetworkpolicy',
      kind: 'ClusterNetworkPolicy',
    },
    versions: [
      {
        name: 'v1alpha2',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

let cluster: Cluster;
let store: Datastore;
const apply = (...objects: object[]) =>
  cluster.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
/* oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what it asked for */
const json = <T>(...argv: string[]) => JSON.parse(cluster.kubectl([...argv, '-o', 'json'])) as T;
const namespace = (name: string, labels: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

beforeAll(async () => {
  cluster = await startCluster();
  cluster.kubectl(['create', '-f', join(import.meta.dirname, '../../deploy/crds')]);
  apply(
    CNP_CRD,
    namespace('prod', { env: 'prod', 'projectcalico.org/name': 'spoof' }),
    namespace('dev', { env: 'dev' }),
  );
  cluster.kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all']);
  store = createKubernetesDatastore(configOf(cluster));
});
afterAll(async () => {
  await store?.close();
  await cluster?.stop();
});

const rejection = async (promise: Promise<unknown>): Promise<DatastoreError> => {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(DatastoreError);
  return error as DatastoreError;
};
const messageOf = async (promise: Promise<unknown>) => (await rejection(promise)).message;

describe('nodes', () => {
  const ANNOTATIONS = {
    'projectcalico.org/IPv4Address': '192.0.2.11/24',
    'projectcalico.org/IPv6Address': '2001:db8::11/64',
    'projectcalico.org/ASNumber': '65001',
    'projectcalico.org/RouteReflectorClusterID': '244.0.0.1',
    'projectcalico.org/IPv4IPIPTunnelAddr': '10.65.0.1',
    'projectcalico.org/IPv4VXLANTunnelAddr': '10.65.0.2',
    'projectcalico.org/VXLANTunnelMACAddr': '66:00:00:00:00:01',
    'projectcalico.org/IPv4WireguardInterfaceAddr': '10.65.0.3',
    'projectcalico.org/WireguardPublicKey': 'jlkVyQYooZYzI2wFfNhSZez5eWh44yfq1wKVjLvSXgY=',
    'projectcalico.org/Interfaces': '[{"name":"eth1","addresses":["198.51.100.1"]}]',
    'projectcalico.org/labels': '{"rack":"calico-rack","calico-only":"1"}',
    'projectcalico.org/annotations': '{"note":"calico-only"}',
    'other.example/a': 'b',
  };
  const create = (name: string, metadata: object, spec: object = {}) =>
    apply({ apiVersion: 'v1', kind: 'Node', metadata: { name, ...metadata }, spec });

  it('join what Kubernetes says with what Calico keeps in annotations', async () => {
    const podCIDRs = ['10.244.1.0/24', 'fd00:244:1::/64'];
    create(
      'node-1',
      { labels: { rack: 'r1' }, annotations: ANNOTATIONS },
      { podCIDR: podCIDRs[0], podCIDRs },
    );
    const { value } = await store.get({ kind: 'Node', name: 'node-1' });
    expect(value).toMatchObject({
      metadata: {
        annotations: { note: 'calico-only', 'projectcalico.org/kube-labels': '{"rack":"r1"}' },
        labels: { 'calico-only': '1', rack: 'r1' },
      },
      spec: {
        bgp: {
          asNumber: 65_001,
          ipv4Address: '192.0.2.11/24',
          ipv4IPIPTunnelAddr: '10.65.0.1',
          routeReflectorClusterID: '244.0.0.1',
        },
        addresses: [
          { address: '192.0.2.11/24', type: 'CalicoNodeIP' },
          { address: '2001:db8::11/64', type: 'CalicoNodeIP' },
        ],
        interfaces: [{ name: 'eth1', addresses: ['198.51.100.1'] }],
        ipv4VXLANTunnelAddr: '10.65.0.2',
        orchRefs: [{ nodeName: 'node-1', orchestrator: 'k8s' }],
        wireguard: { interfaceIPv4Address: '10.65.0.3' },
      },
      status: { podCIDRs, wireguardPublicKey: ANNOTATIONS['projectcalico.org/WireguardPublicKey'] },
    });
    const cidrs = createKubernetesDatastore({ ...configOf(cluster), usePodCidr: true });
    const { spec } = (await cidrs.get({ kind: 'Node', name: 'node-1' })).value as {
      spec: { bgp: object; wireguard: object };
    };
    expect(spec.bgp).toMatchObject({ ipv4IPIPTunnelAddr: '10.244.1.1' });
    expect(spec.wireguard).toEqual({ interfaceIPv4Address: '10.244.1.1' });
    await cidrs.close();
  });

  it('ignore annotations that are not what they should be', async () => {
    create('badnode', {
      annotations: {
        'projectcalico.org/IPv4Address': 'not-an-ip',
        'projectcalico.org/ASNumber': '70000000000',
        'projectcalico.org/IPv6Address': '2001:db8::99',
        'projectcalico.org/Interfaces': '{bad',
        'projectcalico.org/labels': '{bad',
      },
    });
    const { value } = await store.get({ kind: 'Node', name: 'badnode' });
    expect([value.metadata.labels, value.metadata.annotations, value.spec]).toEqual([
      undefined,
      { 'projectcalico.org/kube-labels': 'null' },
      {
        bgp: { ipv6Address: '2001:db8::99' },
        orchRefs: [{ nodeName: 'badnode', orchestrator: 'k8s' }],
        addresses: [{ address: '2001:db8::99', type: 'CalicoNodeIP' }],
      },
    ]);
  });

  it('are written as annotations, and the labels of Kubernetes are never touched', async () => {
    create('node2', { labels: { rack: 'r2' } });
    const node = await store.get({ kind: 'Node', name: 'node2' });
    const labels = { ...node.value.metadata.labels, zone: 'z1', rack: 'mine' };
    await store.update({ ...node.value, metadata: { ...node.value.metadata, labels } });
    const raw = json<{ metadata: { annotations: object; labels: object } }>('get', 'node', 'node2');
    expect(raw.metadata.labels).toEqual({ rack: 'r2' });
    expect(raw.metadata.annotations).toEqual(
      expect.objectContaining({ 'projectcalico.org/labels': '{"zone":"z1"}' }),
    );
    const empty = {
      apiVersion: 'projectcalico.org/v3',
      kind: 'Node',
      metadata: { name: 'node-1' },
      spec: {},
    };
    await store.apply(empty);
    const { annotations } = json<{ metadata: { annotations: object } }>('get', 'node', 'node-1').metadata;
    expect(Object.keys(annotations).filter((key) => key.includes('projectcalico.org'))).toEqual([]);
    expect(await messageOf(store.create({ ...empty, metadata: { name: 'node-9' } }))).toBe(
      'operation Create is not supported on Node(node-9)',
    );
    expect(await messageOf(store.apply({ ...empty, metadata: { name: 'node-9' } }))).toBe(
      'resource does not exist: Node(node-9) with error: nodes "node-9" not found',
    );
  });
});

describe('profiles', () => {
  it('are namespaces and service accounts', async () => {
    apply(
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: {
          name: 'web',
          namespace: 'prod',
          labels: { role: 'web', 'projectcalico.org/name': 'spoof' },
        },
      },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'dotted.sa.name', namespace: 'prod' } },
    );
    const spaces = (await store.get({ kind: 'Profile', name: 'kns.prod' })).value;
    expect(spaces.spec).toEqual({
      ingress: [{ action: 'Allow' }],
      egress: [{ action: 'Allow' }],
      labelsToApply: {
        'pcns.env': 'prod',
        'pcns.kubernetes.io/metadata.name': 'prod',
        'pcns.projectcalico.org/name': 'prod',
      },
    });
    const raw = json<{ metadata: { uid: string; resourceVersion: string } }>(
      'get',
      'namespace',
      'prod',
    ).metadata;
    expect(spaces.metadata.resourceVersion).toBe(`${raw.resourceVersion}/`);
    expect(spaces.metadata.uid).not.toBe(raw.uid);
    const account = (await store.get({ kind: 'Profile', name: 'ksa.prod.web' })).value;
    expect(account.spec).toEqual({
      labelsToApply: { 'pcsa.projectcalico.org/name': 'web', 'pcsa.role': 'web' },
    });
    expect((await store.get({ kind: 'Profile', name: 'ksa.prod.dotted.sa.name' })).value.metadata.name).toBe(
      'ksa.prod.dotted.sa.name',
    );
    const { items, revision } = await store.list({ kind: 'Profile' });
    expect(revision).toMatch(/^\d+\/\d+$/);
    expect(items.map(({ key }) => key.name)).toEqual(
      expect.arrayContaining(['kns.dev', 'kns.prod', 'ksa.prod.web', 'projectcalico-default-allow']),
    );
  });

  it.each([
    ['kns.nope', 'resource does not exist: Profile(kns.nope) with error: namespaces "nope" not found'],
    ['foo', 'Invalid name foo'],
    ['ksa.prod', 'Profile ksa.prod is not formatted correctly'],
    [
      'ksa.prod.nope',
      'resource does not exist: Profile(ksa.prod.nope) with error: serviceaccounts "nope" not found',
    ],
  ])('%s is no profile', async (name, message) => {
    expect(await messageOf(store.get({ kind: 'Profile', name }))).toBe(message);
  });

  it('are watched in both halves, and go on from a joint revision', async () => {
    const { revision } = await store.list({ kind: 'Profile' });
    const seen: string[] = [];
    const bookmarks: string[] = [];
    const stop = new AbortController();
    const reading = (async () => {
      for await (const event of store.watch(
        { kind: 'Profile' },
        { revision, bookmarks: true, signal: stop.signal },
      )) {
        if (event.type === 'bookmark') bookmarks.push(event.revision);
        else if (event.type === 'added' || event.type === 'modified')
          seen.push(`${event.type} ${event.entry.key.name}`);
        else if (event.type === 'deleted') seen.push(`deleted ${event.key.name}`);
        if (seen.length === 3) return;
      }
    })();
    apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'late', namespace: 'dev' } });
    apply(namespace('dev', { env: 'changed' }));
    cluster.kubectl(['delete', 'serviceaccount', '-n', 'dev', 'late']);
    await reading;
    stop.abort();
    expect(new Set(seen)).toEqual(
      new Set(['added ksa.dev.late', 'deleted ksa.dev.late', 'modified kns.dev']),
    );
    expect(bookmarks.every((text) => /^\d+\/\d+$/.test(text))).toBe(true);
    apply(namespace('dev', { env: 'again' }));
    const since = bookmarks.at(-1) ?? '';
    for await (const event of store.watch({ kind: 'Profile' }, { revision: since })) {
      if (event.type !== 'modified') continue;
      expect(event.entry.key.name).toBe('kns.dev');
      break;
    }
  });

  it('belong to nobody', async () => {
    const key = { kind: 'Profile', name: 'kns.prod' };
    expect(await messageOf(store.delete(key))).toBe('operation Delete is not supported on Profile(kns.prod)');
  });
});

describe('pods', () => {
  const cases = recordedPods();

  it('are endpoints as Calico makes them', async () => {
    // Terminating pods need a finalizer and a delete; their conversion is tested without a server.
    const plain = cases.filter(([name]) => !name.includes('term'));
    for (const [name, pod] of plain) createRecordedPod(cluster, name, pod);
    const { items, problems } = await store.list({ kind: 'WorkloadEndpoint' });
    const byName = new Map(items.map(({ key, value }) => [key.name, value]));
    const expected = plain.filter(([, , endpoint]) => endpoint).map(([, , endpoint]) => endpoint!);
    expect(expected.length).toBeGreaterThan(15);
    for (const { name, labels, ...spec } of expected) {
      const value = byName.get(name);
      expect([name, value?.spec]).toEqual([name, expect.objectContaining(spec)]);
      expect(value?.metadata.labels).toEqual(expect.objectContaining(labels ?? {}));
    }
    expect(new Set(problems.map(({ resource }) => resource))).toEqual(
      new Set([
        'WorkloadEndpoint/prod/node--1-k8s-ann--bad-eth0',
        'WorkloadEndpoint/prod/node--1-k8s-asp--bad-eth0',
      ]),
    );
    const dual = byName.get('node--1-k8s-dual--ips-eth0');
    expect(dual?.metadata).toMatchObject({
      annotations: { 'k8s.v1.cni.cncf.io/network-status': '[{"name":"x"}]' },
    });
    expect((dual?.spec as { ports: object[] } | undefined)?.ports).toEqual([
      { name: 'http', protocol: 'TCP', port: 8080, hostPort: 0, hostIP: '' },
      { name: '', protocol: 'TCP', port: 7070, hostPort: 7071, hostIP: '127.0.0.1' },
      { name: 'sig', protocol: 'SCTP', port: 3868, hostPort: 0, hostIP: '' },
      { name: 'dns', protocol: 'UDP', port: 53, hostPort: 5353, hostIP: '' },
      { name: 'init-p', protocol: 'TCP', port: 1234, hostPort: 0, hostIP: '' },
    ]);
    const raw = json<{ metadata: { uid: string; resourceVersion: string } }>(
      'get',
      'pod',
      '-n',
      'prod',
      'dual-ips',
    ).metadata;
    expect([dual?.metadata.uid, dual?.metadata.resourceVersion]).toEqual([raw.uid, raw.resourceVersion]);
  }, 300_000);

  const key = (name: string) => ({ kind: 'WorkloadEndpoint', namespace: 'prod', name });

  it.each([
    [
      'node2-k8s-dual--ips-eth0',
      'resource does not exist: WorkloadEndpoint(prod/node2-k8s-dual--ips-eth0) with error: <nil>',
    ],
    [
      'node--1-k8s-gone-eth0',
      'resource does not exist: WorkloadEndpoint(prod/node--1-k8s-gone-eth0) with error: pods "gone" not found',
    ],
    [
      'dual-ips',
      'resource does not exist: WorkloadEndpoint(prod/dual-ips) with error: malformed WorkloadEndpoint name - unable to determine Pod name',
    ],
    [
      'node--1-k8s-hostnet-eth0',
      'resource does not exist: WorkloadEndpoint(prod/node--1-k8s-hostnet-eth0) with error: <nil>',
    ],
  ])('%s is no endpoint', async (name, message) => {
    expect(await messageOf(store.get(key(name)))).toBe(message);
  });

  it('are followed: relabelled, finished, gone', async () => {
    const { revision } = await store.list({ kind: 'WorkloadEndpoint' });
    const pod = {
      name: 'followed',
      namespace: 'dev',
      node: 'node-1',
      labels: { app: 'a' },
      ips: ['10.65.6.1'],
    };
    createPod(cluster, pod);
    cluster.kubectl(['label', 'pod', '-n', 'dev', 'followed', 'app=b', '--overwrite']);
    const finished = ['patch', 'pod', '-n', 'dev', 'followed', '--subresource=status', '--type=merge'];
    cluster.kubectl([...finished, '-p', '{"status":{"phase":"Succeeded"}}']);
    cluster.kubectl(['delete', 'pod', '-n', 'dev', 'followed', '--force', '--grace-period=0']);
    const seen = new Set<string>();
    for await (const event of store.watch({ kind: 'WorkloadEndpoint', namespace: 'dev' }, { revision })) {
      if (event.type === 'added' || event.type === 'modified') {
        const { metadata, spec } = event.entry.value as {
          metadata: { labels: Readonly<Record<string, string>> };
          spec: { ipNetworks?: readonly string[] };
        };
        seen.add([event.type, metadata.labels['app'], ...(spec.ipNetworks ?? [])].join(' '));
      } else seen.add(event.type);
      if (event.type === 'deleted') break;
    }
    // The server may tell an ending pod more than once.
    expect([...seen]).toEqual([
      'added a',
      'modified a 10.65.6.1/32',
      'modified b 10.65.6.1/32',
      'modified b',
      'deleted',
    ]);
  });

  it('lose their addresses in the annotations when an endpoint is deleted', async () => {
    await store.delete(key('node--1-k8s-no--ip-eth0'));
    const { annotations } = json<{ metadata: { annotations: object } }>(
      'get',
      'pod',
      '-n',
      'prod',
      'no-ip',
    ).metadata;
    expect(annotations).toEqual(
      expect.objectContaining({ 'cni.projectcalico.org/podIP': '', 'cni.projectcalico.org/podIPs': '' }),
    );
    expect(await messageOf(store.update((await store.get(key('node--1-k8s-v6first-eth0'))).value))).toContain(
      'operation Update is not supported on WorkloadEndpoint(prod/node--1-k8s-v6first-eth0)',
    );
  });
});

describe('custom resources', () => {
  const API = 'projectcalico.org/v3';
  interface Stored {
    metadata: {
      annotations: Record<string, string>;
      labels?: object;
      name: string;
      uid: string;
      ownerReferences?: object[];
    };
    spec: object;
  }
  const stored = (plural: string, name: string, ...more: string[]) =>
    json<Stored>('get', `${plural}.crd.projectcalico.org`, name, ...more);

  it('are stored as Calico stores them', async () => {
    const client = createClient(store);
    await client.ensureInitialized();
    await client.tiers.create({
      metadata: { name: 'security', labels: { team: 'sec' } },
      spec: { order: 50 },
    });
    const made = await client.globalNetworkPolicies.create({
      metadata: {
        name: 'gnp-1',
        labels: { a: 'b', 'projectcalico.org/x': '1', 'operator.tigera.io/z': 'w' },
        annotations: { 'projectcalico.org/note': 'k', plain: 'p' },
      },
      spec: {
        tier: 'security',
        order: 10,
        selector: 'app == "web"',
        ingress: [
          {
            action: 'Allow',
            protocol: 'TCP',
            source: { selector: 'role == "db"' },
            destination: { ports: [80, '8000:8010', 'http'] },
          },
        ],
      },
    });
    const raw = stored('globalnetworkpolicies', 'gnp-1');
    const at = made.metadata.creationTimestamp;
    expect(raw.metadata.annotations).toEqual({
      'projectcalico.org/metadata': `{"name":"gnp-1","creationTimestamp":"${at}","labels":{"a":"b","operator.tigera.io/z":"w","projectcalico.org/tier":"security","projectcalico.org/x":"1"},"annotations":{"plain":"p","projectcalico.org/note":"k"}}`,
      'projectcalico.org/note': 'k',
    });
    expect(raw.metadata.labels).toEqual({
      'operator.tigera.io/z': 'w',
      'projectcalico.org/tier': 'security',
      'projectcalico.org/x': '1',
    });
    expect(raw.spec).toEqual({
      tier: 'security',
      order: 10,
      selector: 'app == "web"',
      types: ['Ingress'],
      ingress: [
        {
          action: 'Allow',
          protocol: 'TCP',
          source: { selector: 'role == "db"' },
          destination: { ports: [80, '8000:8010', 'http'] },
        },
      ],
    });
    expect(made.metadata.uid).not.toBe(raw.metadata.uid);
    const pool = await client.ipPools.create({
      metadata: { name: 'pool-1' },
      spec: { cidr: '10.65.0.0/16', natOutgoing: true },
    });
    const rawPool = stored('ippools', 'pool-1');
    expect(rawPool.metadata.annotations).toEqual({
      'projectcalico.org/metadata': `{"creationTimestamp":"${pool.metadata.creationTimestamp}"}`,
    });
    expect(rawPool.spec).toEqual({
      allowedUses: ['Workload', 'Tunnel'],
      assignmentMode: 'Automatic',
      blockSize: 26,
      cidr: '10.65.0.0/16',
      ipipMode: 'Never',
      natOutgoing: true,
      nodeSelector: 'all()',
      vxlanMode: 'Never',
    });
  });

  it('are read as Calico reads them, whoever wrote them', async () => {
    const gnp = (metadata: object, spec: object) => ({
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'GlobalNetworkPolicy',
      metadata,
      spec,
    });
    const annotated = (text: string) => ({ 'projectcalico.org/metadata': text });
    const rule = [{ action: 'Allow' }];
    const create = (...objects: object[]) =>
      cluster.kubectl(
        ['create', '-f', '-'],
        JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
      );
    create(
      gnp({ name: 'default.plain', labels: { l: '1' } }, { selector: 'all()', ingress: rule }),
      gnp({ name: 'default.strip', annotations: annotated('{}') }, { selector: 'all()', tier: 'default' }),
      gnp({ name: 'default.sec', annotations: annotated('{}') }, { selector: 'all()', tier: 'security' }),
      gnp(
        {
          name: 'cr-name',
          annotations: annotated('{"name":"ann-name","labels":{"l":"ann"},"generation":7}'),
          labels: { l: 'cr', q: 'cr' },
        },
        { selector: 'all()' },
      ),
      gnp({ name: 'bad-ann', annotations: annotated('not json') }, { selector: 'all()' }),
    );
    const { items, problems } = await store.list({ kind: 'GlobalNetworkPolicy' });
    const shown = new Map(items.map(({ key, value }) => [key.name, value.metadata]));
    expect([...shown].map(([name, metadata]) => `${name} ${metadata.name}`)).toEqual([
      'cr-name ann-name',
      'default.plain default.plain',
      'default.sec default.sec',
      'default.strip strip',
      'gnp-1 gnp-1',
    ]);
    expect(shown.get('cr-name')).toMatchObject({ generation: 7, labels: { l: 'ann', q: 'cr' } });
    expect(problems.map(({ resource }) => resource)).toEqual(['GlobalNetworkPolicy/bad-ann']);
    expect(await messageOf(store.get({ kind: 'GlobalNetworkPolicy', name: 'strip' }))).toBe(
      'resource does not exist: GlobalNetworkPolicy(strip) with error: globalnetworkpolicies.crd.projectcalico.org "strip" not found',
    );
    expect((await rejection(store.get({ kind: 'GlobalNetworkPolicy', name: 'bad-ann' }))).code).toBe(
      'datastore/parse',
    );
    const owner = {
      apiVersion: API,
      kind: 'Tier',
      name: 'security',
      uid: '3a69eb52-4146-4f95-9934-f139aad2e0b6',
    };
    const owned = {
      apiVersion: API,
      kind: 'GlobalNetworkSet',
      metadata: { name: 'owned', ownerReferences: [owner] },
      spec: { nets: [] },
    };
    const back = await store.create(owned);
    expect(back.value.metadata.ownerReferences).toEqual([owner]);
  });

  it('are listed whole, however many pages that takes', async () => {
    const names = Array.from({ length: 1001 }, (_, at) => `set-${String(at).padStart(4, '0')}`);
    const create = (name: string) =>
      store.create({
        apiVersion: 'projectcalico.org/v3',
        kind: 'NetworkSet',
        metadata: { name, namespace: 'dev' },
        spec: { nets: ['192.0.2.0/24'] },
      });
    for (let at = 0; at < names.length; at += 50)
      await Promise.all(names.slice(at, at + 50).map((name) => create(name)));
    const { items, problems } = await store.list({ kind: 'NetworkSet', namespace: 'dev' });
    expect(problems).toEqual([]);
    expect(items.map(({ key }) => key.name)).toEqual(names);
  });

  it('of a kind whose CRD is missing are none', async () => {
    cluster.kubectl(['delete', 'crd', 'bgpfilters.crd.projectcalico.org']);
    const { missing, ...listing } = await store.list({ kind: 'BGPFilter' });
    expect(listing).toEqual({ items: [], revision: '', problems: [] });
    expect(missing?.message).toBe('the API server does not know BGPFilters.crd.projectcalico.org');
    expect(await messageOf(store.get({ kind: 'BGPFilter', name: 'x' }))).toBe(
      'resource does not exist: BGPFilter(x) with error: the server could not find the requested resource (get BGPFilters.crd.projectcalico.org x)',
    );
  });
});

describe('policies of Kubernetes', () => {
  const cnp = (name: string, to: object[]) => ({
    apiVersion: 'policy.networking.k8s.io/v1alpha2',
    kind: 'ClusterNetworkPolicy',
    metadata: { name },
    spec: {
      tier: 'Admin',
      priority: 10,
      subject: { namespaces: {} },
      egress: [{ name: 'r', action: 'Deny', to }],
    },
  });

  it('are converted, read only, and each says what it was', async () => {
    apply({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'web', namespace: 'prod' },
      spec: {
        podSelector: { matchLabels: { app: 'web' } },
        ingress: [{ ports: [{ port: 80, endPort: 90 }] }],
      },
    });
    const { items } = await store.list({ kind: 'KubernetesNetworkPolicy' });
    expect(items.map(({ key, value, resource }) => [key, value.spec, resource?.kind])).toEqual([
      [
        { kind: 'KubernetesNetworkPolicy', namespace: 'prod', name: 'web' },
        {
          tier: 'default',
          order: 1000,
          selector: "projectcalico.org/orchestrator == 'k8s' && app == 'web'",
          types: ['Ingress'],
          ingress: [{ action: 'Allow', protocol: 'TCP', destination: { ports: ['80:90'] } }],
        },
        'KubernetesNetworkPolicy',
      ],
    ]);
    expect((await rejection(store.delete(items[0]!.key))).code).toBe('datastore/not-supported');
  });

  it('that name nodes follow the nodes', async () => {
    apply(
      cnp('outside', [{ networks: ['10.0.0.0/8'] }]),
      cnp('nodes', [{ nodes: { matchLabels: { follow: 'yes' } } }]),
    );
    const { items, revision } = await store.list({ kind: 'KubernetesClusterNetworkPolicy' });
    expect(items.map(({ key }) => key.name)).toEqual(['nodes', 'outside']);
    const stop = new AbortController();
    const netsOf = (event: WatchEvent) =>
      event.type === 'modified' && event.entry.key.name === 'nodes'
        ? (event.entry.value.spec as { egress?: { destination?: { nets?: string[] } }[] }).egress?.[0]
            ?.destination?.nets
        : undefined;
    const found = (async () => {
      for await (const event of store.watch(
        { kind: 'KubernetesClusterNetworkPolicy' },
        { revision, signal: stop.signal },
      ))
        if (netsOf(event)?.includes('192.0.2.77/32')) return true;
      return false;
    })();
    await sleep(500);
    apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'followed', labels: { follow: 'yes' } } });
    const status = { addresses: [{ type: 'InternalIP', address: '192.0.2.77' }] };
    cluster.kubectl([
      'patch',
      'node',
      'followed',
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status }),
    ]);
    expect(await Promise.race([found, sleep(30_000, 'nothing came')])).toBe(true);
    stop.abort();
  });
});

function strangeCertificate(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tortie-certificate-'));
  const file = join(folder, 'other.crt');
  const argv = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '1',
    '-subj',
    '/CN=other',
    '-keyout',
    '/dev/null',
  ];
  const { status } = spawnSync('openssl', [...argv, '-out', file], { stdio: 'ignore' });
  expect(status).toBe(0);
  return file;
}

describe('a server that is not there, or says no', () => {
  const open: Datastore[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });
  const other = (...args: Parameters<typeof createKubernetesDatastore>) => {
    const made = createKubernetesDatastore(...args);
    open.push(made);
    return made;
  };
  const TIERS = { kind: 'Tier' };

  it('no permission', async () => {
    const { code, message } = await rejection(other(configOf(cluster, 'nobody')).list(TIERS));
    expect(code).toBe('datastore/unauthorized');
    expect(message).toContain('tiers.crd.projectcalico.org is forbidden: User "nobody"');
  });

  it('no server, and a certificate that nobody vouches for', async () => {
    const nowhere = { ...configOf(cluster), apiEndpoint: 'https://127.0.0.1:1' };
    const gone = await rejection(other(nowhere).list(TIERS));
    expect([gone.code, gone.message]).toEqual([
      'datastore/unavailable',
      expect.stringContaining('https://127.0.0.1:1'),
    ]);
    const untrusted = { ...configOf(cluster), caFile: strangeCertificate() };
    const refused = await rejection(other(untrusted).list(TIERS));
    expect(refused.code).toBe('datastore/unavailable');
    expect(refused.problems[0]?.hint).toContain('certificate');
  });

  it('a revision that is too old is expired', async () => {
    const events: WatchEvent[] = [];
    const watching = async () => {
      for await (const event of store.watch(TIERS, { revision: '1' })) events.push(event);
    };
    const caught = await watching().catch((error: unknown) => error);
    const last = events.at(-1);
    const code =
      caught instanceof DatastoreError ? caught.code : last?.type === 'error' ? last.error.code : last?.type;
    expect(code).toBe('datastore/expired');
  });

  it('that does not answer is found out, and a stream goes on over pause and restart', async () => {
    const watched = other(configOf(cluster), { times: { answer: 3_000, silence: 3_000 } });
    const held = new Set<string>();
    const troubles: string[] = [];
    const stop = new AbortController();
    const done = runSyncer(
      {
        store: watched,
        kinds: ['GlobalNetworkSet'],
        sink: {
          onUpdates(updates) {
            for (const { key, value } of updates)
              if (value) held.add(key);
              else held.delete(key);
          },
          onStatus: () => undefined,
          onTrouble: (_, error) => void troubles.push((error as Error).message),
        },
      },
      stop.signal,
    );
    const set = (name: string) => ({
      apiVersion: 'projectcalico.org/v3',
      kind: 'GlobalNetworkSet',
      metadata: { name },
      spec: { nets: [] },
    });
    const until = async (name: string) => {
      for (let n = 0; n < 600 && !held.has(`GlobalNetworkSet/${name}`); n++) await sleep(100);
      expect([...held]).toContain(`GlobalNetworkSet/${name}`);
    };
    await store.create(set('before'));
    await until('before');
    cluster.pause(true);
    await sleep(5_000);
    cluster.pause(false);
    await store.create(set('after-pause'));
    await until('after-pause');
    expect(troubles.join('\n')).toContain('no answer within 3 s');
    await cluster.restart();
    await store.create(set('after-restart'));
    await until('after-restart');
    stop.abort();
    await done;
  });
});
