// Cases made by combination, in the manner of cyclonus: targets, rules, peers, ports, conflicts of two policies, and
// actions (policies created, updated and deleted, labels of pods and namespaces changed). Nothing is written by hand of
// what to expect: the literal reading says it.
import {
  addressOf,
  type Case,
  type LabelSelector,
  NINE,
  type NetworkPolicy,
  type PolicyPeer,
  type PolicyPort,
  type PolicyRule,
  type Step,
} from './cluster.ts';
import {
  ALL,
  among,
  block,
  every,
  from,
  labelled,
  namespaces,
  notAmong,
  ns,
  pod,
  pods,
  policy,
  port,
  step,
  to,
} from './policies.ts';

type Named<T> = readonly (readonly [name: string, value: T])[];
const WAYS = ['ingress', 'egress'] as const;
type Way = (typeof WAYS)[number];

const exists = (key: string): LabelSelector => ({ matchExpressions: [{ key, operator: 'Exists' }] });
const lacks = (key: string): LabelSelector => ({ matchExpressions: [{ key, operator: 'DoesNotExist' }] });

const SELECTORS: Named<LabelSelector> = [
  ['all', ALL],
  ['a', pod('a')],
  ['in a b', among('pod', 'a', 'b')],
  ['not in a', notAmong('pod', 'a')],
  ['has pod', exists('pod')],
  ['has not pod', lacks('pod')],
  ['a and not in b', { ...pod('a'), ...notAmong('pod', 'b') }],
];
const NAMESPACES: Named<LabelSelector> = [
  ['all', ALL],
  ['y', ns('y')],
  ['in x z', among('ns', 'x', 'z')],
  ['not in x', notAmong('ns', 'x')],
  ['by name label', labelled({ 'kubernetes.io/metadata.name': 'z' })],
  ['has not ns', lacks('ns')],
];

const host = (key: string) => [`${addressOf(key, 4)}/32`, `${addressOf(key, 6)}/128`] as const;
const BLOCKS: Named<readonly PolicyPeer[]> = [
  ['one address', host('y/b').map((cidr) => block(cidr))],
  ['a namespace', [block('10.65.2.0/24'), block('fd65::2:0/112')]],
  ['all but one', [block('10.65.0.0/16', host('y/b')[0]), block('fd65::/64', host('y/b')[1])]],
  ['all but a namespace', [block('10.65.0.0/16', '10.65.2.0/24'), block('fd65::/64', 'fd65::2:0/112')]],
  ['everything', [block('0.0.0.0/0'), block('::/0')]],
  ['IPv4 alone', [block('10.65.0.0/16')]],
  ['IPv6 alone', [block('::/0', host('z/a')[1])]],
  ['half of it, not aligned', [block('10.65.1.2/31'), block('fd65::1:2/127')]],
];
const PEERS: Named<readonly PolicyPeer[]> = [
  ...SELECTORS.map(([name, selector]) => [`pods ${name}`, [pods(selector)]] as const),
  ...NAMESPACES.map(([name, selector]) => [`namespaces ${name}`, [namespaces(selector)]] as const),
  ...SELECTORS.slice(1, 6).flatMap(([a, podSelector]) =>
    NAMESPACES.slice(0, 4).map(
      ([b, selector]) => [`pods ${a} of namespaces ${b}`, [pods(podSelector, selector)]] as const,
    ),
  ),
  ...BLOCKS.map(([name, blocks]) => [`block ${name}`, blocks] as const),
];

const PORTS: Named<readonly PolicyPort[]> = [
  ['TCP 80', [port(80)]],
  ['UDP 81', [port(81, 'UDP')]],
  ['SCTP 80', [port(80, 'SCTP')]],
  ['all of TCP', [every('TCP')]],
  ['all of SCTP', [every('SCTP')]],
  ['no protocol', [{ port: 81 }]],
  ['named', [port('serve-81-tcp')]],
  ['named UDP', [port('serve-80-udp', 'UDP')]],
  ['named for another protocol', [port('serve-80-udp')]],
  ['a name that nobody has', [port('nothing')]],
  ['range to 81', [port(80, 'TCP', 81)]],
  ['range of others', [port(1, 'UDP', 79), port(82, 'UDP', 65_535)]],
  ['two protocols', [port(80), port(81, 'UDP')]],
  ['name and number', [port('serve-80-tcp'), port(81), every('UDP')]],
];

const rule = (way: Way, peers: readonly PolicyPeer[], ports: readonly PolicyPort[] = []): PolicyRule =>
  way === 'ingress' ? from(peers, ...ports) : to(peers, ...ports);
const generated = (tags: readonly string[], name: string, ...steps: Step[]): Case => ({
  name: `${tags.join(' ')}: ${name}`,
  tags: ['generated', ...tags],
  cluster: NINE,
  steps,
});
const create = (...apply: NetworkPolicy[]): Step => step('create', { apply });

const targets = ['x', 'y'].flatMap((namespace) =>
  SELECTORS.flatMap(([name, on]) => [
    ...WAYS.map((way) =>
      generated(
        ['target', way],
        `${namespace} ${name}`,
        create(policy(`${namespace}/p`, { on, [way]: [rule(way, [pods(pod('b'), ALL)])] })),
      ),
    ),
    generated(
      ['target', 'both'],
      `${namespace} ${name}`,
      create(policy(`${namespace}/p`, { on, ingress: [], egress: [] })),
    ),
  ]),
);

const peers = PEERS.flatMap(([name, list]) =>
  WAYS.map((way) =>
    generated(['peer', way], name, create(policy('x/p', { on: pod('a'), [way]: [rule(way, list)] }))),
  ),
);

const ports = PORTS.flatMap(([name, list]) =>
  WAYS.map((way) => generated(['port', way], name, create(policy('x/p', { [way]: [rule(way, [], list)] })))),
);

const SOME_PEERS = PEERS.filter(([name]) =>
  ['pods a', 'namespaces not in x', 'pods in a b of namespaces y', 'block all but one'].includes(name),
);
const peersAndPorts = SOME_PEERS.flatMap(([a, list]) =>
  PORTS.flatMap(([b, some]) =>
    WAYS.map((way) =>
      generated(
        ['peer', 'port', way],
        `${a}, ${b}`,
        create(policy('x/p', { on: pod('b'), [way]: [rule(way, list, some)] })),
      ),
    ),
  ),
);

const multiPeer = SOME_PEERS.flatMap(([a, one], n) =>
  SOME_PEERS.slice(n + 1).flatMap(([b, other]) =>
    WAYS.flatMap((way) => [
      generated(
        ['multi-peer', way],
        `${a} or ${b}`,
        create(policy('x/p', { [way]: [rule(way, [...one, ...other], [port(80)])] })),
      ),
      generated(
        ['multi-rule', way],
        `${a} at 80, ${b} at 81`,
        create(policy('x/p', { [way]: [rule(way, one, [port(80)]), rule(way, other, [port(81, 'UDP')])] })),
      ),
    ]),
  ),
);

const OPPONENTS: Named<(name: string) => NetworkPolicy> = [
  ['deny ingress', (name) => policy(`x/${name}`, { ingress: [] })],
  ['deny egress', (name) => policy(`x/${name}`, { egress: [] })],
  ['deny all', (name) => policy(`x/${name}`, { ingress: [], egress: [] })],
  ['allow ingress', (name) => policy(`x/${name}`, { ingress: [from([])] })],
  ['allow egress', (name) => policy(`x/${name}`, { egress: [to([])] })],
  [
    'allow some',
    (name) =>
      policy(`x/${name}`, {
        on: pod('a'),
        ingress: [from([namespaces(ns('y'))], port(80))],
        egress: [to([pods(pod('b'))], port(81, 'UDP'))],
      }),
  ],
  [
    'the other side',
    (name) =>
      policy(`y/${name}`, {
        ingress: [from([namespaces(ns('x'))])],
        egress: [to([pods(pod('c'), ns('x'))])],
      }),
  ],
];
const conflicts = OPPONENTS.flatMap(([a, one], n) =>
  OPPONENTS.slice(n + 1).map(([b, other]) =>
    generated(['conflict'], `${a}, ${b}`, create(one('one'), other('other'))),
  ),
);

const GUARDED = policy('x/p', {
  on: pod('a'),
  ingress: [from([pods(pod('b'), ns('y'))], port(80))],
  egress: [to([namespaces(ns('y'))])],
});
const updates: Named<NetworkPolicy> = [
  ['another target', policy('x/p', { on: pod('b'), ingress: [from([pods(pod('b'), ns('y'))], port(80))] })],
  ['another peer', policy('x/p', { on: pod('a'), ingress: [from([pods(pod('c'), ns('z'))], port(80))] })],
  [
    'another port',
    policy('x/p', { on: pod('a'), ingress: [from([pods(pod('b'), ns('y'))], port(81, 'SCTP'))] }),
  ],
  ['other types', policy('x/p', { on: pod('a'), egress: [] })],
  ['a block', policy('x/p', { on: pod('a'), ingress: [from([block('10.65.2.0/24')])] })],
];
const relabelled: Named<NonNullable<Step['label']>> = [
  ['the target', { 'x/a': { pod: 'b' } }],
  ['the peer', { 'y/b': { pod: 'q' } }],
  ['another becomes the peer', { 'y/c': { pod: 'b' } }],
  ['the namespace of the peer', { y: { ns: 'q' } }],
  ['another namespace becomes it', { z: { ns: 'y' } }],
  ['without labels', { 'x/a': {}, 'y/b': {} }],
];
const actions = [
  ...updates.map(([name, updated]) =>
    generated(
      ['action', 'update'],
      name,
      create(GUARDED),
      step('update', { apply: [updated] }),
      step('and back', { apply: [GUARDED] }),
    ),
  ),
  ...relabelled.map(([name, label]) =>
    generated(['action', 'label'], name, create(GUARDED), step('label', { label })),
  ),
  ...OPPONENTS.map(([name, one]) =>
    generated(
      ['action', 'delete'],
      name,
      create(GUARDED, one('other')),
      step('delete one', { remove: ['x/p'] }),
      step('delete the other', { remove: [name === 'the other side' ? 'y/other' : 'x/other'] }),
    ),
  ),
];

export const GENERATED: readonly Case[] = [
  ...targets,
  ...peers,
  ...ports,
  ...peersAndPorts,
  ...multiPeer,
  ...conflicts,
  ...actions,
];
