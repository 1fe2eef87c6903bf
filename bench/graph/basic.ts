// The calculation graph on a middling cluster: 10,000 endpoints of which 200 are local, 1,000 policies of 5 rules,
// 100 namespaces. Prints one table. Run: npx tsx --expose-gc bench/graph/basic.ts [endpoints] [policies] [local]
import { createGraph } from '../../src/policy/index.ts';
import { type Resource, resourceKey } from '../../src/resources/index.ts';
import type { ResourceUpdate } from '../../src/sync/types.ts';

const [ENDPOINTS = 10_000, POLICIES = 1_000, LOCAL = 200] = process.argv.slice(2).map(Number);
const NAMESPACES = 100;
const MARKERS = 29;
const NODE = 'local';

// Resources as they come out of a store: parsed and defaulted, every map and list an object of its own.
function endpoint(index: number): Resource {
  const seed = index + 1;
  const namespace = `namespace-${index % NAMESPACES}`;
  const labels = new Map([
    ['projectcalico.org/namespace', namespace],
    ['projectcalico.org/orchestrator', 'k8s'],
    [`marker-${seed % MARKERS}`, 'true'],
    ...[10, 11, 20, 30, 40].map((n): [string, string] => [`one-in-${n}`, `value-${seed % n}`]),
  ]);
  // Scattered, so that local endpoints are of all kinds.
  const node = (index * 7919) % ENDPOINTS < LOCAL ? NODE : `node-${index % 50}`;
  return {
    apiVersion: 'projectcalico.org/v3',
    kind: 'WorkloadEndpoint',
    metadata: { name: `${node}-k8s-pod${index}-eth0`, namespace, labels },
    spec: {
      orchestrator: 'k8s',
      node,
      pod: `pod${index}`,
      endpoint: 'eth0',
      ipNetworks: [address(index)],
      profiles: [`kns.${namespace}`],
      ports: [],
      interfaceName: `cali${index.toString(16)}`,
    },
  };
}

function address(index: number): string {
  return `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}/32`;
}

function policy(index: number): Resource {
  const rules = [0, 1, 2, 3, 4].map((offset) => ({
    action: 'Allow' as const,
    source: { selector: `has(marker-${(index + offset) % MARKERS})` },
    destination: {},
  }));
  return {
    apiVersion: 'projectcalico.org/v3',
    kind: 'GlobalNetworkPolicy',
    metadata: { name: `policy-${index}` },
    spec: {
      tier: 'default',
      selector: `has(marker-${index % MARKERS})`,
      types: ['Ingress', 'Egress'],
      ingress: rules,
      egress: [],
      doNotTrack: false,
      preDNAT: false,
      applyOnForward: false,
    },
  };
}

function profile(index: number): Resource {
  const labelsToApply = new Map([['pcns.projectcalico.org/name', `namespace-${index}`]]);
  return {
    apiVersion: 'projectcalico.org/v3',
    kind: 'Profile',
    metadata: { name: `kns.namespace-${index}` },
    spec: { ingress: [], egress: [], labelsToApply },
  };
}

function update(value: Resource): ResourceUpdate {
  return { key: resourceKey(value.kind, value.metadata.namespace, value.metadata.name), value };
}

const list = <T>(length: number, make: (index: number) => T): T[] =>
  Array.from({ length }, (_, index) => make(index));
const updates = [...list(POLICIES, policy), ...list(NAMESPACES, profile), ...list(ENDPOINTS, endpoint)].map(
  update,
);

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** Median milliseconds of `repeat` calls. */
function time(repeat: number, call: (round: number) => void): number {
  const times = list(repeat, (round) => {
    const start = performance.now();
    call(round);
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[repeat >> 1] ?? 0;
}

const before = heap();
const graph = createGraph({ nodes: [NODE] });
const first = time(1, () => {
  graph.onUpdates(updates);
  graph.onStatus('in-sync');
  graph.flush();
});
const after = heap();
const { work } = graph;
const policyOf = graph.nodePolicy(NODE);
const members = [...policyOf.ipSets.values()].reduce((sum, set) => sum + set.members.size, 0);
const rows: [string, string][] = [
  ['endpoints / local / policies', `${ENDPOINTS} / ${policyOf.endpoints.size} / ${policyOf.policies.size}`],
  ['IP sets / members', `${policyOf.ipSets.size} / ${members}`],
  ['first flush', `${first.toFixed(0)} ms`],
  ['heap of the graph', globalThis.gc ? `${(after - before).toFixed(1)} MB` : 'run with --expose-gc'],
  ['selector evaluations / classes', `${work.selectorEvaluations} / ${work.classesCreated}`],
];

const REMOTE = updates.findIndex(
  ({ value }) => value?.kind === 'WorkloadEndpoint' && value.spec.node !== NODE,
);
const LOCAL_ONE = updates.findIndex(
  ({ value }) => value?.kind === 'WorkloadEndpoint' && value.spec.node === NODE,
);
const base = POLICIES + NAMESPACES;

/** The endpoint with another address each round. */
function readdressed(at: number, round: number): ResourceUpdate {
  const value = endpoint(at - base) as Extract<Resource, { kind: 'WorkloadEndpoint' }>;
  return update({ ...value, spec: { ...value.spec, ipNetworks: [`192.168.${round & 255}.1/32`] } });
}

/** The endpoint with another marker each round. */
function relabelled(at: number, round: number): ResourceUpdate {
  const value = endpoint(at - base);
  const labels = [...(value.metadata.labels ?? [])].filter(([label]) => !label.startsWith('marker-'));
  return update({
    ...value,
    metadata: { ...value.metadata, labels: new Map([...labels, [`marker-${round % MARKERS}`, 'true']]) },
  });
}

const changes: [string, (round: number) => ResourceUpdate][] = [
  ['remote endpoint, new address', (round) => readdressed(REMOTE, round)],
  ['remote endpoint, other labels', (round) => relabelled(REMOTE, round)],
  ['local endpoint, new address', (round) => readdressed(LOCAL_ONE, round)],
  ['local endpoint, other labels', (round) => relabelled(LOCAL_ONE, round)],
  ['policy, other rule order', (round) => update(policy(MARKERS * (round % 30)))],
];
for (const [name, make] of changes) {
  const prepared = list(101, make);
  const spent = time(101, (round) => {
    graph.onUpdates([prepared[round] as ResourceUpdate]);
    graph.flush();
  });
  rows.push([name, `${(spent * 1000).toFixed(0)} µs`]);
}
const width = Math.max(...rows.map(([name]) => name.length));
for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${value}`);
