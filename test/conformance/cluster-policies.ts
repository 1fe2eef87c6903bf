// network-policy-api ClusterNetworkPolicy (v1alpha2), in our words: 24 tests; each step is one of its 92 sub-runs. The
// subject is namespace x; of w everything is ruled, of y port 80, of z port 81 and the rest apart. Which of several
// rules for the same traffic stands first decides: the steps put another one first.
import {
  type Case,
  type ClusterNetworkPolicy,
  type ClusterPeer,
  type ClusterProtocol,
  type ClusterRule,
  FOUR,
  portName,
  type ProtocolName,
} from './cluster.ts';
import { from, namespaces, ns, pod, policy, step, to } from './policies.ts';

type Tier = 'Admin' | 'Baseline';
type Way = 'ingress' | 'egress';
const TIERS = ['Admin', 'Baseline'] as const;

const spaceOf = (name: string): ClusterPeer => ({ namespaces: ns(name) });
const podsOf = (name: string): ClusterPeer => ({ pods: { namespaceSelector: ns(name), podSelector: {} } });
const at = (protocol: ProtocolName, number: number): ClusterProtocol => ({
  [protocol.toLowerCase()]: { destinationPort: { number } },
});
const rule = (
  way: Way,
  action: ClusterRule['action'],
  peer: ClusterPeer,
  ...protocols: ClusterProtocol[]
): ClusterRule => ({
  action,
  ...(way === 'ingress' ? { from: [peer] } : { to: [peer] }),
  ...(protocols.length > 0 && { protocols }),
});

interface Sketch {
  readonly name?: string;
  readonly priority?: number;
  readonly subject?: ClusterPeer;
  readonly ingress?: readonly ClusterRule[];
  readonly egress?: readonly ClusterRule[];
}

function clusterPolicy(
  tier: Tier,
  { name = 'p', priority = 10, subject = spaceOf('x'), ingress, egress }: Sketch,
): ClusterNetworkPolicy {
  return {
    kind: 'ClusterNetworkPolicy',
    metadata: { name },
    spec: { tier, priority, subject, ...(ingress && { ingress }), ...(egress && { egress }) },
  };
}

/** Of the rules for w, y and z, those with these actions first. */
function rules(
  tier: Tier,
  way: Way,
  protocols: readonly ProtocolName[],
  first: readonly ClusterRule['action'][],
): ClusterRule[] {
  const actions: ClusterRule['action'][] = tier === 'Admin' ? ['Accept', 'Deny', 'Pass'] : ['Accept', 'Deny'];
  const [whole = 'Accept', narrow = 'Deny'] = first;
  const ports = (number: number) => protocols.map((protocol) => at(protocol, number));
  const ordered = (action: ClusterRule['action']) => [action, ...actions.filter((other) => other !== action)];
  return [
    ...ordered(whole).map((action) => rule(way, action, spaceOf('w'))),
    ...ordered(narrow).map((action) => rule(way, action, spaceOf('y'), ...ports(80))),
    rule(way, 'Accept', spaceOf('z'), ...ports(81)),
    rule(way, 'Deny', spaceOf('z')),
  ];
}

function expected(
  ways: readonly Way[],
  protocols: readonly ProtocolName[],
  first: readonly ClusterRule['action'][],
): string[] {
  const [whole, narrow] = first;
  return ways.flatMap((way) => {
    const line = (verdict: string, other: string, rest = '') =>
      way === 'ingress' ? `${verdict} ${other}/* > x/*${rest}` : `${verdict} x/* > ${other}/*${rest}`;
    return [
      ...(whole === 'Deny' ? [line('deny', 'w')] : []),
      ...(narrow === 'Deny' ? protocols.map((protocol) => line('deny', 'y', ` ${protocol} 80`)) : []),
      line('deny', 'z'),
      ...protocols.map((protocol) => line('allow', 'z', ` ${protocol} 81`)),
    ];
  });
}

/** One sub-run for everything, one for a port, with each action first. */
function ordering(name: string, tier: Tier, ways: readonly Way[], protocols: readonly ProtocolName[]): Case {
  const orders: [string, ClusterRule['action'], ClusterRule['action']][] = [
    ['accept first', 'Accept', 'Deny'],
    ['accept at a port', 'Accept', 'Accept'],
    ['deny first', 'Deny', 'Accept'],
    ['deny at a port', 'Deny', 'Deny'],
    ...(tier === 'Admin'
      ? (
          [
            ['pass first', 'Pass', 'Deny'],
            ['pass at a port', 'Pass', 'Pass'],
          ] as const
        ).map((o): [string, 'Pass', 'Pass' | 'Deny'] => [...o])
      : []),
  ];
  return {
    name,
    tags: ['cnp', tier.toLowerCase()],
    cluster: FOUR,
    steps: orders.map(([what, ...first]) => {
      const both = Object.fromEntries(ways.map((way) => [way, rules(tier, way, protocols, first)]));
      return step(what, { apply: [clusterPolicy(tier, both)], expect: expected(ways, protocols, first) });
    }),
  };
}

const perTier = (tier: Tier): Case[] => {
  const one = (name: string, ...steps: Case['steps']): Case => ({
    name: `CNP ${tier} tier: ${name}`,
    tags: ['cnp', tier.toLowerCase()],
    cluster: FOUR,
    steps,
  });
  const named = (way: Way, protocol: ProtocolName) => {
    const first = rule(way, 'Accept', spaceOf('z'), { destinationNamedPort: portName(protocol, 80) });
    const line = way === 'ingress' ? 'z/* > x/*' : 'x/* > z/*';
    return step('accept a named port, deny the rest', {
      apply: [clusterPolicy(tier, { [way]: [first, rule(way, 'Deny', spaceOf('z'))] })],
      expect: [`deny ${line}`, `allow ${line} ${protocol} 80`],
    });
  };
  const linux: ClusterPeer = { nodes: { matchLabels: { 'kubernetes.io/os': 'linux' } } };
  const anywhere: ClusterPeer = { networks: ['0.0.0.0/0', '::/0'] };
  const toNodes = (...more: ClusterRule[]) => [
    rule('egress', 'Accept', linux, at('TCP', 80)),
    ...more,
    rule('egress', 'Deny', linux),
    rule('egress', 'Deny', anywhere),
  ];
  const passUdp = rule('egress', 'Pass', linux, at('UDP', 81));
  const nodeLines = ['deny x/* > *', 'allow x/* > node2 TCP 80'];
  const passLines = tier === 'Admin' ? [...nodeLines, 'allow x/* > node2 UDP 81'] : nodeLines;
  const nodePolicy = clusterPolicy(tier, { egress: toNodes(...(tier === 'Admin' ? [passUdp] : [])) });
  const range = rule('egress', 'Accept', linux, {
    tcp: { destinationPort: { range: { start: 80, end: 81 } } },
  });
  return [
    ...(['egress', 'ingress'] as const).flatMap((way) =>
      (['TCP', 'UDP', 'SCTP'] as const).map((protocol) =>
        ordering(`CNP ${tier} tier: ${way} of ${protocol}`, tier, [way], [protocol]),
      ),
    ),
    ordering(
      `CNP ${tier} tier: both directions, three protocols`,
      tier,
      ['ingress', 'egress'],
      ['TCP', 'UDP', 'SCTP'],
    ),
    one(
      'egress to address blocks',
      step('deny the internet, and pods with it', {
        apply: [
          clusterPolicy(tier, {
            egress: [rule('egress', 'Accept', podsOf('y')), rule('egress', 'Deny', anywhere)],
          }),
        ],
        expect: ['deny x/* > *', 'allow x/* > y/*'],
      }),
      step('accept one address', {
        apply: [
          clusterPolicy(tier, {
            egress: [
              rule('egress', 'Accept', podsOf('y')),
              rule('egress', 'Accept', { networks: ['198.51.100.1/32', '2001:db8:9::1/128'] }),
              rule('egress', 'Deny', anywhere),
            ],
          }),
        ],
        expect: ['deny x/* > *', 'allow x/* > y/*', 'allow x/* > internet'],
      }),
    ),
    one('egress to a named port', named('egress', tier === 'Admin' ? 'TCP' : 'UDP')),
    one('ingress at a named port', named('ingress', tier === 'Admin' ? 'UDP' : 'TCP')),
    one(
      'egress to nodes',
      step('accept a port on nodes', { apply: [nodePolicy], expect: passLines }),
      ...(tier === 'Admin' ? [step('pass a port on nodes', { apply: [nodePolicy], expect: passLines })] : []),
      step('deny the rest, accept a range', {
        apply: [
          clusterPolicy(tier, {
            egress: [range, rule('egress', 'Deny', linux), rule('egress', 'Deny', anywhere)],
          }),
        ],
        expect: ['deny x/* > *', 'allow x/* > node2 TCP'],
      }),
    ),
  ];
};

const both = (action: ClusterRule['action'], peer: ClusterPeer) => ({
  ingress: [rule('ingress', action, peer)],
  egress: [rule('egress', action, peer)],
});
const CLOSED = ['deny y/* > x/*', 'deny x/* > y/*'];
const ALLOW_Y = policy('x/allow-y', {
  ingress: [from([namespaces(ns('y'))])],
  egress: [to([namespaces(ns('y'))])],
});
const ONLY_Y = ['deny * > x/*', 'deny x/* > *', 'allow y/* > x/*', 'allow x/* > y/*'];
const deny = clusterPolicy('Admin', { name: 'decide', ...both('Deny', spaceOf('y')) });
const pass = clusterPolicy('Admin', { name: 'decide', ...both('Pass', spaceOf('y')) });
const baseline = (action: 'Accept' | 'Deny') =>
  clusterPolicy('Baseline', { name: 'default', ...both(action, spaceOf('y')) });

export const CLUSTER_POLICIES: readonly Case[] = [
  ...TIERS.flatMap(perTier),
  {
    name: 'CNP Admin tier: the priority decides between policies',
    tags: ['cnp', 'admin'],
    cluster: FOUR,
    steps: [
      step('50 denies before 60 passes: ingress', {
        apply: [
          clusterPolicy('Admin', { name: 'fifty', priority: 50, ...both('Deny', podsOf('y')) }),
          clusterPolicy('Admin', { name: 'other', priority: 60, ...both('Pass', podsOf('y')) }),
          baseline('Accept'),
        ],
        expect: CLOSED,
      }),
      step('egress, with a subject of pods', {
        apply: [
          clusterPolicy('Admin', {
            name: 'fifty',
            priority: 50,
            subject: { pods: { namespaceSelector: ns('x'), podSelector: pod('a') } },
            ...both('Deny', podsOf('y')),
          }),
        ],
        expect: ['deny y/* > x/a', 'deny x/a > y/*'],
      }),
      step('60 becomes 40 and passes first', {
        apply: [
          clusterPolicy('Admin', { name: 'fifty', priority: 50, ...both('Deny', podsOf('y')) }),
          clusterPolicy('Admin', { name: 'other', priority: 40, ...both('Pass', podsOf('y')) }),
        ],
        expect: [],
      }),
    ],
  },
  {
    name: 'CNP Admin tier, NetworkPolicy and Baseline tier together',
    tags: ['cnp', 'admin', 'baseline'],
    cluster: FOUR,
    steps: [
      step('Admin denies ingress, whatever the others say', {
        apply: [deny, ALLOW_Y, baseline('Deny')],
        expect: ONLY_Y.slice(0, 2),
      }),
      step('Admin denies egress, also without a baseline', {
        remove: ['default'],
        expect: ONLY_Y.slice(0, 2),
      }),
      step('Admin passes ingress: the NetworkPolicy decides', {
        apply: [pass, baseline('Deny')],
        expect: ONLY_Y,
      }),
      step('Admin passes egress: the NetworkPolicy decides', { remove: ['default'], expect: ONLY_Y }),
      step('without a NetworkPolicy the baseline denies', {
        apply: [baseline('Deny')],
        remove: ['x/allow-y'],
        expect: CLOSED,
      }),
      step('or accepts', { apply: [baseline('Accept')], expect: [] }),
    ],
  },
];
