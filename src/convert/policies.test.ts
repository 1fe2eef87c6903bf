// Policies as Calico converts them: recorded from Calico's Kubernetes backend (testing/*.yaml → testing/policies.json),
// and where we differ from it.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Node, Port, Rule } from '../resources/index.ts';
import type { Conversion } from './conversion.ts';
import { convertStagedKubernetesNetworkPolicy } from './index.ts';
import { convertObject } from './object.ts';
import recorded from './testing/policies.json' with { type: 'json' };
import { documents, faults, object, read } from './testing/read.ts';

const file = (name: string) => readFileSync(new URL(`./testing/${name}`, import.meta.url), 'utf8');

function portText(port: Port): string | number {
  if (port.kind === 'name') return port.name;
  return port.first === port.last ? port.first : `${port.first}:${port.last}`;
}

/** As Calico writes it: empty parts left out. */
function plainRule({ source, destination, metadata, ...rule }: Rule) {
  const side = ({ ports, ...entity }: Rule['source']) => ({
    ...entity,
    ...(ports && { ports: ports.map(portText) }),
  });
  const sides = { source: side(source), destination: side(destination) };
  const filled = Object.entries(sides).filter(([, value]) => Object.keys(value).length > 0);
  const annotations = metadata?.annotations && Object.fromEntries(metadata.annotations);
  return { ...rule, ...Object.fromEntries(filled), ...(annotations && { metadata: { annotations } }) };
}

function shown({ value }: Conversion) {
  if (value?.kind !== 'KubernetesNetworkPolicy' && value?.kind !== 'KubernetesClusterNetworkPolicy')
    return undefined;
  const { ingress, egress, tier, order, selector, types } = value.spec;
  const namespaceSelector = 'namespaceSelector' in value.spec ? value.spec.namespaceSelector : undefined;
  return {
    spec: { tier, order, selector, types, ...(namespaceSelector && { namespaceSelector }) },
    ingress: ingress.map(plainRule),
    egress: egress.map(plainRule),
  };
}

function convert(raw: unknown, nodes: readonly Node[] = []): Conversion {
  const { value, problems } = read(raw);
  return value ? convertObject(value, { nodes }) : { problems };
}

const all = [
  ...documents(file('network-policies.yaml')),
  ...documents(file('cluster-network-policies.yaml')),
];
const nameOf = (raw: unknown) => (raw as { metadata: { name: string } }).metadata.name;

describe('recorded policies', () => {
  const entries = Object.entries(recorded).map(
    ([key, value]) => [key.split('/').at(-1) ?? '', value] as const,
  );
  it('are all of them', () =>
    expect(entries.map(([name]) => name).sort()).toEqual([
      'admin-a',
      'baseline-b',
      'deny-all',
      'egress-only',
      'egress-rules-no-types',
      'everything',
    ]));
  it.each(entries)('%s', (name, expected) => {
    const conversion = convert(all.find((raw) => nameOf(raw) === name));
    expect(conversion.problems).toEqual([]);
    expect(shown(conversion)).toEqual(expected);
  });
});

it('every rule knows where it came from', () => {
  const { rules } = convert(all.find((raw) => nameOf(raw) === 'everything'));
  expect(rules?.ingress.map((path) => path.join('.'))).toEqual([
    ...[0, 1, 2, 3, 4, 5].map((peer) => `spec.ingress.0.from.${peer}`),
    'spec.ingress.1.from.0',
    'spec.ingress.1.from.0',
  ]);
  expect(rules?.egress.map((path) => path.join('.'))).toEqual([
    'spec.egress.0',
    'spec.egress.1',
    'spec.egress.1',
    'spec.egress.1',
    'spec.egress.2.to.0',
  ]);
});

it('what Calico would widen, skip or replace is refused', () => {
  const problemsOf = (name: string) => {
    const odd = [...all, ...documents(file('odd-cluster-network-policies.yaml'))];
    const { problems, value } = convert(odd.find((raw) => nameOf(raw) === name));
    expect(value).toBeUndefined();
    return faults(problems).map((text) => text.replace(/: supported values.*/, ''));
  };
  expect(problemsOf('bad-operator')).toEqual([
    'spec.ingress.0.from.0.namespaces.matchExpressions.0.operator: Unsupported value: "Weird"',
  ]);
  expect(problemsOf('badtier')).toEqual(['spec.tier: Unsupported value: "Weird"']);
  expect(problemsOf('nosubject')).toEqual(['spec.subject: namespaces, pods: exactly one must be set, not 0']);
  expect(problemsOf('admin-nodes')).toEqual([
    'spec.ingress.0.from: from is required',
    'spec.ingress.1.from.0: namespaces, pods: exactly one must be set, not 0',
    'spec.ingress.2.action: Unsupported value: "Weird"',
    'spec.egress.4.to.0.networks.0: invalid CIDR',
  ]);
});

function cluster(spec: Record<string, unknown>) {
  const base = { tier: 'Admin', priority: 20, subject: { namespaces: {} } };
  const metadata = { name: 'p' };
  return {
    apiVersion: 'policy.networking.k8s.io/v1alpha2',
    kind: 'ClusterNetworkPolicy',
    metadata,
    spec: { ...base, ...spec },
  };
}

function node(name: string, zone: string, ...addresses: string[]): Node {
  const status = { addresses: addresses.map((address) => ({ type: 'InternalIP', address })) };
  const raw = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { zone } }, status };
  return convertObject(object('Node', raw)).value as Node;
}

it('node peers are the InternalIPs of the nodes, where Calico knows none', () => {
  const nodes = [
    node('a', 'x', '192.0.2.2', 'fd00::2'),
    node('b', 'x', '192.0.2.1'),
    node('c', 'y', '192.0.2.3'),
  ];
  const to = (zone: string) => [{ nodes: { matchLabels: { zone } } }];
  const egress = [
    { action: 'Deny', to: to('x') },
    { action: 'Deny', to: to('none') },
  ];
  const conversion = convert(cluster({ egress }), nodes);
  expect(shown(conversion)?.egress).toEqual([
    { action: 'Deny', destination: { nets: ['192.0.2.1/32', '192.0.2.2/32', 'fd00::2/128'] } },
  ]);
  expect(faults(conversion.problems)).toEqual([
    'spec.egress.1.to.0.nodes: selects no node with an InternalIP, and matches nothing',
  ]);
});

it('domain names fail closed', () => {
  const to = [{ networks: ['10.0.0.0/8'] }, { domainNames: ['a.example.com'] }];
  const conversion = convert(
    cluster({ egress: ['Accept', 'Pass', 'Deny'].map((action) => ({ action, name: 'n', to })) }),
  );
  expect(shown(conversion)?.egress).toEqual([{ action: 'Deny' }, { action: 'Deny' }]);
  expect(conversion.problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual(
    Array(3).fill('warning convert/domain-names'),
  );
});

it('an all-ports entry swallows the others of its protocol', () => {
  const protocols = [
    { tcp: {} },
    { tcp: { destinationPort: { number: 80 } } },
    { udp: { destinationPort: { number: 53 } } },
  ];
  const ingress = [{ action: 'Accept', from: [{ namespaces: {} }], protocols }];
  expect(shown(convert(cluster({ ingress })))?.ingress).toEqual([
    { action: 'Allow', protocol: 'TCP', source: { namespaceSelector: 'all()' } },
    {
      action: 'Allow',
      protocol: 'UDP',
      source: { namespaceSelector: 'all()' },
      destination: { ports: [53] },
    },
  ]);
});

function policy(spec: Record<string, unknown>) {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'p' }, spec };
}

it.each<[Record<string, unknown>, string[]]>([
  [{ podSelecter: {} }, ['spec.podSelecter: unknown field "podSelecter"']],
  [{ ingress: [{ form: [] }] }, ['spec.ingress.0.form: unknown field "form"']],
  [{ ingress: [{ from: [{}] }] }, ['spec.ingress.0.from.0: must specify a peer']],
  [{ ingress: [{ from: [{ podSelector: null }] }] }, ['spec.ingress.0.from.0: must specify a peer']],
  [
    { ingress: [{ from: [{ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }] }] },
    ['spec.ingress.0.from.0.ipBlock: may not specify both ipBlock and another peer'],
  ],
  [
    { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.1', except: ['x', '10.0.0.0/8'] } }] }] },
    [
      'spec.egress.0.to.0.ipBlock.cidr: invalid CIDR "10.0.0.1"',
      'spec.egress.0.to.0.ipBlock.except.0: invalid CIDR "x"',
    ],
  ],
  [
    {
      egress: [
        { to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8', '11.0.0.0/9', 'fd00::/64'] } }] },
      ],
    },
    [0, 1, 2].map(
      (i) => `spec.egress.0.to.0.ipBlock.except.${i}: must be a strict subset of the cidr 10.0.0.0/8`,
    ),
  ],
  [
    { podSelector: { matchLabels: { a: "it's" } } },
    ['spec.podSelector.matchLabels.a: invalid label value "it\'s"'],
  ],
  [
    {
      podSelector: {
        matchExpressions: [
          { key: 'a', operator: 'In' },
          { key: 'b', operator: 'Exists', values: ['x'] },
        ],
      },
    },
    [
      'spec.podSelector.matchExpressions.0.values: values are required with operator In',
      'spec.podSelector.matchExpressions.1.values: values are not allowed with operator Exists',
    ],
  ],
  [
    { podSelector: { matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] } },
    [
      'spec.podSelector.matchExpressions.0.operator: ' +
        'Unsupported value: "Gt": supported values: "In", "NotIn", "Exists", "DoesNotExist"',
    ],
  ],
  [
    {
      ingress: [
        { ports: [{ endPort: 90 }, { port: 'http', endPort: 90 }, { port: 90, endPort: 80 }, { port: 0 }] },
      ],
    },
    [
      'spec.ingress.0.ports.0.endPort: endPort needs a numeric port',
      'spec.ingress.0.ports.1.endPort: endPort needs a numeric port',
      'spec.ingress.0.ports.2.endPort: endPort must be greater than or equal to port',
      'spec.ingress.0.ports.3.port: must be at least 1',
    ],
  ],
  [
    { ingress: [{ ports: [{ port: 'NOT A NAME' }] }], policyTypes: ['ingress'] },
    [
      'spec.ingress.0.ports.0.port: invalid port name "NOT A NAME"',
      'spec.policyTypes.0: Unsupported value: "ingress": supported values: "Ingress", "Egress"',
    ],
  ],
])('%j is refused', (spec, expected) => {
  const { problems, value } = convert(policy(spec));
  expect(value).toBeUndefined();
  expect(faults(problems).sort()).toEqual(expected.sort());
});

it('an API server fills in types; Calico takes none as Ingress', () => {
  const typesOf = (spec: Record<string, unknown>) => shown(convert(policy(spec)))?.spec.types;
  expect([typesOf({}), typesOf({ egress: [{}] }), typesOf({ policyTypes: ['Egress'] })]).toEqual([
    ['Ingress'],
    ['Ingress', 'Egress'],
    ['Egress'],
  ]);
  const staged = convertStagedKubernetesNetworkPolicy({
    apiVersion: 'projectcalico.org/v3',
    kind: 'StagedKubernetesNetworkPolicy',
    metadata: { name: 'p', namespace: 'x' },
    spec: { stagedAction: 'Set', egress: [{}] },
  });
  expect(staged.value?.spec).toMatchObject({
    types: ['Ingress'],
    order: 1000,
    egress: [{ action: 'Allow' }],
  });
});
