import { expect, it } from 'vitest';
import type { Resource } from '../resources/index.ts';
import { createGraph } from './graph.ts';
import { hostFactsProblems } from './host-problems.ts';
import { allowTo, endpoint, globalPolicy, hostEndpoint, keyOf, resource } from './testing/resources.ts';

function problemsOf(...resources: readonly Resource[]): string[] {
  const graph = createGraph({ nodes: ['n1'] });
  graph.onUpdates(resources.map((value) => ({ key: keyOf(value), value })));
  graph.onStatus('in-sync');
  graph.flush();
  return graph
    .problems()
    .map(({ severity, code, resource: key, path }) =>
      [severity, code, key, path?.join('.')].filter((part) => part !== undefined).join(' '),
    );
}

it('a clean state has none', () => {
  expect(problemsOf(endpoint('a/web', '10.0.0.1'), globalPolicy('p', {}))).toEqual([]);
});

it('a policy in a tier that does not exist', () => {
  expect(problemsOf(globalPolicy('p', { tier: 'nowhere' }))).toEqual([
    'warning policy/unknown-tier GlobalNetworkPolicy/p spec.tier',
  ]);
});

it('a profile that does not exist, but only of local endpoints', () => {
  const far = endpoint('a/far', '10.0.0.2', { profiles: ['none'], node: 'n2' });
  expect(problemsOf(endpoint('a/web', '10.0.0.1', { profiles: ['none'] }), far)).toEqual([
    'warning policy/unknown-profile WorkloadEndpoint/a/n1-k8s-web-eth0 spec.profiles',
  ]);
});

it('two endpoints on one interface: the smaller id is used', () => {
  const one = endpoint('a/one', '10.0.0.1', { interface: 'cali0' });
  const two = endpoint('a/two', '10.0.0.2', { interface: 'cali0' });
  expect(problemsOf(two, one)).toEqual([
    'warning policy/shared-interface WorkloadEndpoint/a/n1-k8s-two-eth0 spec.interfaceName',
  ]);
});

it('an interface outside the prefixes', () => {
  expect(problemsOf(endpoint('a/web', '10.0.0.1', { interface: 'veth0' }))).toEqual([
    'warning policy/interface-prefix WorkloadEndpoint/a/n1-k8s-web-eth0 spec.interfaceName',
  ]);
});

it('an endpoint without addresses, on whatever node', () => {
  expect(problemsOf(endpoint('a/web', '', { node: 'n2' }))).toEqual([
    'warning policy/no-addresses WorkloadEndpoint/a/n2-k8s-web-eth0 spec.ipNetworks',
  ]);
});

it('rules that never match', () => {
  const policy = globalPolicy('p', {
    ingress: [{ action: 'Deny' }, { action: 'Allow', http: { methods: ['GET'] } }],
    egress: [allowTo({ services: { name: 'x', namespace: 'y' } })],
  });
  expect(problemsOf(policy)).toEqual([
    'warning policy/http GlobalNetworkPolicy/p spec.ingress.1',
    'warning policy/services GlobalNetworkPolicy/p spec.egress.0.destination.services',
  ]);
});

it('a staged Kubernetes policy is shown like other staged ones', () => {
  const graph = createGraph({ nodes: ['n1'] });
  const staged = resource('StagedKubernetesNetworkPolicy', 'a/p', { ingress: [{}] });
  graph.onUpdates([endpoint('a/x', '10.0.0.1'), staged].map((value) => ({ key: keyOf(value), value })));
  graph.onStatus('in-sync');
  graph.flush();
  const { policies, staged: shown } = graph.nodePolicy('n1');
  expect([...policies.keys()]).toEqual([]);
  const key = 'StagedKubernetesNetworkPolicy/a/p';
  expect(shown.get(key)).toMatchObject({ key, tier: 'default', order: 1000, ingress: [{ action: 'allow' }] });
});

it('a policy that cannot be compiled is absent, and an error', () => {
  const good = globalPolicy('p', { ingress: [{ action: 'Allow' }] }) as Extract<
    Resource,
    { kind: 'GlobalNetworkPolicy' }
  >;
  const bad = {
    ...good,
    spec: { ...good.spec, ingress: [{ ...good.spec.ingress[0], source: { selector: 'a ==' } }] },
  };
  const graph = createGraph({ nodes: ['n1'] });
  const put = (value: Resource) => graph.onUpdates([{ key: keyOf(value), value }]);
  put(endpoint('a/web', '10.0.0.1'));
  graph.onStatus('in-sync');
  for (const [value, present] of [
    [bad, 0],
    [good, 1],
    [bad, 0],
  ] as const) {
    put(value as Resource);
    graph.flush();
    const policy = graph.nodePolicy('n1');
    expect(policy.policies.size).toBe(present);
    expect([...policy.endpoints.values()][0]?.tiers.length).toBe(present);
    expect(graph.problems().map(({ code }) => code)).toEqual(present ? [] : ['selector/syntax']);
  }
});

it('two host endpoints for one interface, or for all: the smaller id is used', () => {
  const hosts = ['h2', 'h1'].map((name) => hostEndpoint(name, { interface: 'eth0' }));
  const all = ['a2', 'a1'].map((name) => hostEndpoint(name, { interface: '*' }));
  const elsewhere = hostEndpoint('h0', { interface: 'eth0', node: 'n2' });
  expect(problemsOf(...hosts, ...all, elsewhere)).toEqual([
    'warning policy/shared-interface HostEndpoint/a2 spec.interfaceName',
    'warning policy/shared-interface HostEndpoint/h2 spec.interfaceName',
  ]);
});

it('a host endpoint on the interface of a workload, by prefix or because an endpoint has it', () => {
  const web = endpoint('a/web', '10.0.0.1', { interface: 'veth0' });
  const hosts = ['cali7', 'veth0', 'eth0'].map((name) => hostEndpoint(name, { interface: name }));
  expect(problemsOf(web, ...hosts).filter((text) => text.includes('HostEndpoint'))).toEqual([
    'warning policy/host-workload-interface HostEndpoint/cali7 spec.interfaceName',
    'warning policy/host-workload-interface HostEndpoint/veth0 spec.interfaceName',
  ]);
});

it('untracked policy that only a host endpoint for all interfaces matches', () => {
  const untracked = globalPolicy('p', { selector: 'has(host)', doNotTrack: true, applyOnForward: true });
  const all = hostEndpoint('all', { interface: '*', labels: { host: '' } });
  const one = hostEndpoint('one', { interface: 'eth0', labels: { host: '' } });
  expect(problemsOf(untracked, all)).toEqual([
    'warning policy/untracked-all-interfaces GlobalNetworkPolicy/p spec.doNotTrack',
  ]);
  expect(problemsOf(untracked, all, one)).toEqual([]);
  expect(problemsOf(untracked)).toEqual([]);
});

it('a host endpoint lists a profile that does not exist', () => {
  expect(problemsOf(hostEndpoint('h', { interface: 'eth0', profiles: ['none'] }))).toEqual([
    'warning policy/unknown-profile HostEndpoint/h spec.profiles',
  ]);
});

it('an annotation of ours with a value that means nothing', () => {
  const annotations = { 'tortie.dev/hostNeighbourDiscovery': 'off' };
  expect(problemsOf(resource('FelixConfiguration', 'default', {}, { annotations }))).toEqual([
    'warning policy/annotation FelixConfiguration/default metadata.annotations.tortie.dev/hostNeighbourDiscovery',
  ]);
});

it('what only the host shows: addresses and interfaces that it has not, and two endpoints for one address', () => {
  const graph = createGraph({ nodes: ['n1'] });
  const hosts = [
    hostEndpoint('a', { interface: 'eth0' }),
    hostEndpoint('b', { expected: '192.168.0.1' }),
    hostEndpoint('c', { expected: '192.168.0.9 fd00::9' }),
    hostEndpoint('d', { interface: 'eth9' }),
    hostEndpoint('e', { expected: '10.0.0.1' }),
    hostEndpoint('f', { interface: '*' }),
    hostEndpoint('g', { interface: '*' }),
  ];
  graph.onUpdates(hosts.map((value) => ({ key: keyOf(value), value })));
  graph.onStatus('in-sync');
  graph.flush();
  const facts = {
    interfaces: [
      { name: 'cali7', addresses: ['10.0.0.1'] },
      { name: 'eth0', addresses: ['192.168.0.1'] },
    ],
  };
  const found = hostFactsProblems(graph.nodePolicy('n1'), facts);
  expect(found.map(({ code, resource: key, path }) => `${code} ${key} ${path?.join('.')}`)).toEqual([
    'policy/shared-interface HostEndpoint/b spec.expectedIPs',
    'policy/host-workload-interface HostEndpoint/e spec.expectedIPs',
    'policy/expected-addresses HostEndpoint/c spec.expectedIPs',
    'policy/absent-interface HostEndpoint/d spec.interfaceName',
  ]);
});
