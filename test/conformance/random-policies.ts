// Random Kubernetes policies over the little cluster: every field of a NetworkPolicy and of a ClusterNetworkPolicy, in
// numbers that let several of them meet at one pod.
import type { Random } from '../generator/random.ts';
import {
  type Cluster,
  type ClusterNetworkPolicy,
  type ClusterPeer,
  type ClusterProtocol,
  type ClusterRule,
  keyOf,
  type Labels,
  type LabelSelector,
  NINE,
  type NetworkPolicy,
  type Policy,
  type PolicyPeer,
  type PolicyPort,
  type PolicyRule,
  portName,
  PORTS,
  PROTOCOLS,
} from './cluster.ts';

const BLOCKS = [
  '10.65.0.0/16',
  '10.65.1.0/30',
  '10.65.2.2/32',
  '0.0.0.0/0',
  'fd65::/64',
  'fd65::2:0/112',
  '::/0',
];
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  '10.65.0.0/16': ['10.65.1.1/32', '10.65.3.0/24'],
  '10.65.1.0/30': ['10.65.1.2/32'],
  '0.0.0.0/0': ['10.0.0.0/8', '10.65.2.0/24', '172.18.0.3/32', '128.0.0.0/1'],
  'fd65::/64': ['fd65::1:2/128', 'fd65::3:0/112'],
  '::/0': ['fd65::/16', 'fd18::2/128'],
};
const NETWORKS = [
  '10.65.0.0/16',
  '10.65.3.2/32',
  '198.51.100.0/24',
  '0.0.0.0/0',
  'fd65::1:0/112',
  'fd18::/64',
  '::/0',
];

/** The cluster of three namespaces of three pods, with labels and policies. */
export function randomCluster(rand: Random): Cluster {
  const policies: Policy[] = [
    ...Array.from({ length: rand.between(1, 5) }, (_, n) => networkPolicy(rand, n)),
    ...Array.from({ length: rand.between(0, 4) }, (_, n) => clusterPolicy(rand, n)),
  ];
  return {
    namespaces: new Map([...NINE.namespaces].map(([key, labels]) => [key, { ...labels, ...more(rand) }])),
    pods: new Map([...NINE.pods].map(([key, labels]) => [key, { ...labels, ...more(rand) }])),
    policies: new Map(policies.map((policy) => [keyOf(policy), policy])),
  };
}

function more(rand: Random): Labels {
  return {
    ...(rand.chance(0.4) && { tier: rand.pick(['front', 'back', '']) }),
    ...(rand.chance(0.2) && { constructor: 'yes' }),
  };
}

/** `own`: the label by which this kind of thing is told apart, with its values. */
function selector(rand: Random, own: readonly [key: string, ...values: string[]]): LabelSelector {
  const [key, ...values] = own;
  const expression = () =>
    rand.weighted([
      [3, { key, operator: rand.pick(['In', 'NotIn']), values: rand.some(values, rand.between(1, 2)) }],
      [2, { key: 'tier', operator: rand.pick(['In', 'NotIn']), values: rand.some(['front', 'back', ''], 2) }],
      [2, { key: rand.pick(['tier', 'constructor']), operator: rand.pick(['Exists', 'DoesNotExist']) }],
    ]);
  return {
    ...(rand.chance(0.35) && {
      matchLabels: rand.chance(0.7)
        ? { [key]: rand.pick(values) }
        : { tier: rand.pick(['front', 'back', '']) },
    }),
    ...(rand.chance(0.45) && { matchExpressions: Array.from({ length: rand.between(1, 2) }, expression) }),
  };
}

const podSelector = (rand: Random): LabelSelector => selector(rand, ['pod', 'a', 'b', 'c']);
const namespaceSelector = (rand: Random): LabelSelector => selector(rand, ['ns', 'x', 'y', 'z']);
const several = <T>(rand: Random, low: number, high: number, make: () => T): T[] =>
  Array.from({ length: rand.between(low, high) }, make);

function networkPolicy(rand: Random, n: number): NetworkPolicy {
  const rules = (way: 'from' | 'to'): PolicyRule[] => several(rand, 0, 3, () => policyRule(rand, way));
  const types = rand.pick([undefined, ['Ingress'], ['Egress'], ['Ingress', 'Egress']] as const);
  return {
    kind: 'NetworkPolicy',
    metadata: { namespace: rand.pick(['x', 'y', 'z']), name: `p${(n * 3) % 5}` },
    spec: {
      podSelector: podSelector(rand),
      ...(types && { policyTypes: types }),
      ...(rand.chance(0.8) && { ingress: rules('from') }),
      ...(rand.chance(0.6) && { egress: rules('to') }),
    },
  };
}

function policyRule(rand: Random, way: 'from' | 'to'): PolicyRule {
  return {
    ...(rand.chance(0.8) && { [way]: several(rand, 0, 3, () => peer(rand)) }),
    ...(rand.chance(0.6) && { ports: several(rand, 0, 3, () => policyPort(rand)) }),
  };
}

function peer(rand: Random): PolicyPeer {
  return rand.weighted<() => PolicyPeer>([
    [2, () => ({ podSelector: podSelector(rand) })],
    [2, () => ({ namespaceSelector: namespaceSelector(rand) })],
    [3, () => ({ podSelector: podSelector(rand), namespaceSelector: namespaceSelector(rand) })],
    [
      2,
      () => {
        const cidr = rand.pick(BLOCKS);
        const except = rand.some(EXCEPTIONS[cidr] ?? [], rand.below(3));
        return { ipBlock: { cidr, ...(except.length > 0 && { except }) } };
      },
    ],
  ])();
}

function policyPort(rand: Random): PolicyPort {
  const protocol = rand.pick(PROTOCOLS);
  return {
    ...(rand.chance(0.8) && { protocol }),
    ...rand.weighted<() => Partial<PolicyPort>>([
      [4, () => ({ port: rand.pick([80, 81, 82]) })],
      [2, () => ({ port: rand.pick([1, 80, 81]), endPort: rand.pick([81, 90]) })],
      [2, () => ({ port: portName(rand.chance(0.8) ? protocol : 'UDP', rand.pick(PORTS)) })],
      [1, () => ({})],
    ])(),
  };
}

function clusterPolicy(rand: Random, n: number): ClusterNetworkPolicy {
  const tier = rand.pick(['Admin', 'Baseline'] as const);
  const rules = (way: 'from' | 'to'): ClusterRule[] =>
    several(rand, 1, 3, () => clusterRule(rand, tier, way));
  return {
    kind: 'ClusterNetworkPolicy',
    metadata: { name: `c${(n * 3) % 5}` },
    // The API leaves open what two of one priority mean.
    spec: {
      tier,
      priority: n * 10 + rand.below(10),
      subject: endpoints(rand),
      ...(rand.chance(0.8) && { ingress: rules('from') }),
      ...(rand.chance(0.8) && { egress: rules('to') }),
    },
  };
}

const endpoints = (rand: Random): Pick<ClusterPeer, 'namespaces' | 'pods'> =>
  rand.chance(0.5)
    ? { namespaces: namespaceSelector(rand) }
    : { pods: { namespaceSelector: namespaceSelector(rand), podSelector: podSelector(rand) } };

function clusterRule(rand: Random, tier: 'Admin' | 'Baseline', way: 'from' | 'to'): ClusterRule {
  const peers = several(rand, 1, 2, (): ClusterPeer => {
    if (way === 'from' || rand.chance(0.6)) return endpoints(rand);
    return rand.chance(0.6)
      ? { networks: rand.some(NETWORKS, rand.between(1, 2)) }
      : { nodes: selector(rand, ['kubernetes.io/os', 'linux', 'windows']) };
  });
  return {
    action: rand.pick(tier === 'Admin' ? ['Accept', 'Deny', 'Pass'] : ['Accept', 'Deny']),
    [way]: peers,
    ...(rand.chance(0.6) && { protocols: several(rand, 1, 2, () => clusterProtocol(rand)) }),
  };
}

function clusterProtocol(rand: Random): ClusterProtocol {
  const protocol = rand.pick(PROTOCOLS);
  if (rand.chance(0.25)) return { destinationNamedPort: portName(protocol, rand.pick(PORTS)) };
  return {
    [protocol.toLowerCase()]: rand.weighted([
      [3, { destinationPort: { number: rand.pick([80, 81, 82]) } }],
      [2, { destinationPort: { range: { start: rand.pick([1, 80, 81]), end: rand.pick([82, 90]) } } }],
      [1, {}],
    ]),
  };
}
