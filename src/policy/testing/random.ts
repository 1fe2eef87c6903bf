// Random resources from a small universe, so that names, labels and addresses meet often.
import * as fc from 'fast-check';
import type { Resource } from '../../resources/index.ts';
import {
  endpoint,
  globalPolicy,
  hostEndpoint,
  namespaceProfile,
  networkPolicy,
  networkSet,
  profile,
  resource,
  tier,
} from './resources.ts';

const oneOf = fc.constantFrom;
const LABELS = ['a', 'b', 'c'] as const;
const VALUES = ['x', 'xy', 'y', ''] as const;

/** Some values are named by no selector, so that only substrings tell them apart. */
const labels = fc.dictionary(oneOf(...LABELS), oneOf(...VALUES, 'xz', 'zx', 'zyz'), { maxKeys: 3 });

const term = fc
  .record({ label: oneOf(...LABELS), value: oneOf(...VALUES), other: oneOf(...VALUES), form: fc.nat(9) })
  .map(({ label, value, other, form }) => {
    const forms = [
      `${label} == '${value}'`,
      `${label} != '${value}'`,
      `${label} in {'${value}', '${other}'}`,
      `${label} not in {'${value}'}`,
      `${label} contains '${value}'`,
      `${label} starts with '${value}'`,
      `${label} ends with '${value}'`,
      `has(${label})`,
      `!has(${label})`,
      'all()',
    ];
    return forms[form] as string;
  });

const selector = fc
  .array(fc.tuple(term, fc.boolean(), oneOf('&&', '||')), { minLength: 1, maxLength: 3 })
  .map((parts) =>
    parts.map(([text, not, join], i) => `${i > 0 ? ` ${join} ` : ''}${not ? '!' : ''}(${text})`).join(''),
  );

const namespaceSelector = oneOf("env == 'p'", 'all()', 'global()', 'has(env)', "env != 'p'");
const port = oneOf<string | number>('http', 'dns', 80, '90:99');

const peer = fc.record(
  {
    selector,
    notSelector: selector,
    namespaceSelector,
    ports: fc.array(port, { maxLength: 2 }),
    notPorts: fc.array(port, { maxLength: 1 }),
  },
  { requiredKeys: [] },
);

const rule = fc
  .record({ action: oneOf('Allow', 'Deny', 'Pass', 'Log'), source: peer, destination: peer })
  .map((each) => ({ ...each, protocol: 'TCP' }));

const policySpec = fc.record({
  order: oneOf(1, 1, 2),
  tier: oneOf('default', 'one', 'two'),
  selector,
  types: fc.subarray(['Ingress', 'Egress'], { minLength: 1 }),
  ingress: fc.array(rule, { maxLength: 2 }),
  egress: fc.array(rule, { maxLength: 1 }),
});

const namespace = oneOf('n', 'm');

const endpoints = fc
  .record({
    namespace,
    pod: oneOf('p1', 'p2', 'p3', 'p4'),
    addresses: fc.subarray(['10.0.0.1', '10.0.0.2', 'fd00::1']),
    labels,
    placed: oneOf('n1', 'n2', 'n3'),
    profiles: fc.shuffledSubarray(['one', 'two', 'kns.n', 'kns.m']),
    ports: fc.subarray([
      { name: 'http', protocol: 'TCP', port: 8080 },
      { name: 'http', protocol: 'TCP', port: 8081 },
      { name: 'dns', protocol: 'UDP', port: 53 },
    ]),
  })
  .map((each) => {
    // The node is part of the name, so that an endpoint can never be on two.
    const options = { labels: each.labels, node: each.placed, profiles: each.profiles, ports: each.ports };
    return endpoint(`${each.namespace}/${each.pod}`, each.addresses.join(' '), options);
  });

const hosts = fc
  .record({
    name: oneOf('h1', 'h2', 'h3'),
    interface: oneOf('eth0', 'eth1', '*', 'calix', undefined),
    expected: fc.subarray(['10.0.0.1', '10.0.0.9', 'fd00::9'], { minLength: 1 }),
    labels,
    node: oneOf('n1', 'n2', 'n3'),
    profiles: fc.shuffledSubarray(['one', 'two', 'kns.n']),
    ports: fc.subarray([
      { name: 'http', protocol: 'TCP', port: 8080 },
      { name: 'dns', protocol: 'UDP', port: 53 },
    ]),
  })
  // A host endpoint may move to another node.
  .map(({ name, expected, interface: found, ...rest }) =>
    hostEndpoint(name, { ...rest, expected: expected.join(' '), ...(found && { interface: found }) }),
  );

const sets = fc
  .record({
    name: oneOf('s', 'n/s', 'm/s'),
    nets: fc.subarray(['10.0.0.0/24', '10.0.0.1', 'fd00::/64']),
    labels,
  })
  .map((each) => networkSet(each.name, each.nets.join(' '), each.labels));

const flags = oneOf({}, { applyOnForward: true }, { doNotTrack: true }, { preDNAT: true });

/** What a preDNAT policy may not have is left out. */
function withFlags(spec: object, more: { preDNAT?: boolean }): Record<string, unknown> {
  const ingressOnly = more.preDNAT ? { egress: [], types: ['Ingress'] } : {};
  const forward = Object.keys(more).length > 0 ? { applyOnForward: true } : {};
  return { ...spec, ...more, ...forward, ...ingressOnly };
}

const policies = fc.oneof(
  fc
    .tuple(namespace, oneOf('p', 'q'), policySpec)
    .map(([ns, name, spec]) => networkPolicy(`${ns}/${name}`, spec)),
  fc
    .tuple(oneOf('p', 'q', 'r'), policySpec, fc.option(oneOf("env == 'p'", 'all()', 'has(env)')))
    .map(([name, spec, ns]) => globalPolicy(name, ns === null ? spec : { ...spec, namespaceSelector: ns })),
  fc
    .tuple(oneOf('GlobalNetworkPolicy', 'StagedGlobalNetworkPolicy'), oneOf('p', 'q'), policySpec, flags)
    .map(([kind, name, spec, more]) => resource(kind, name, withFlags(spec, more))),
);

const profiles = fc.oneof(
  fc
    .tuple(oneOf('one', 'two'), labels, fc.array(rule, { maxLength: 1 }))
    .map(([name, handed, ingress]) => profile(name, handed, { ingress })),
  fc.tuple(namespace, oneOf('p', 'q')).map(([ns, env]) => namespaceProfile(ns, { env })),
);

const tiers = fc
  .record({ name: oneOf('one', 'two'), order: oneOf(1, 2), end: oneOf('Deny' as const, 'Pass' as const) })
  .map(({ name, order, end }) => tier(name, order, end));

const config = fc.oneof(
  oneOf('default', 'node.n1', 'rack').map((name) =>
    resource('FelixConfiguration', name, {
      vxlanPort: 4000 + name.length,
      ...(name === 'default' && { failsafeInboundHostPorts: [] }),
      ...(name === 'rack' && { nodeSelector: "rack == 'x'" }),
    }),
  ),
  oneOf('x', 'y').map((rack) => resource('Node', 'n1', {}, { labels: { rack } })),
);

const pools = fc
  .record({
    name: oneOf('a', 'b'),
    cidr: oneOf('10.0.0.0/16', '10.0.0.0/24', 'fd00::/64'),
    natOutgoing: fc.boolean(),
  })
  .map(({ name, ...spec }) => resource('IPPool', name, spec));

const hostAddresses = fc.oneof(
  oneOf('n1', 'n2').map((name) =>
    resource('Node', name, { addresses: [{ address: `192.0.2.${name.length}`, type: 'InternalIP' }] }),
  ),
  oneOf('default', 'node.n2').map((name) =>
    resource('FelixConfiguration', name, { natOutgoingExclusions: 'IPPoolsAndHostIPs' }),
  ),
);

export const randomResource: fc.Arbitrary<Resource> = fc.oneof(
  { arbitrary: endpoints, weight: 5 },
  { arbitrary: hosts, weight: 3 },
  { arbitrary: policies, weight: 5 },
  { arbitrary: profiles, weight: 2 },
  { arbitrary: sets, weight: 2 },
  { arbitrary: tiers, weight: 1 },
  { arbitrary: config, weight: 1 },
  { arbitrary: pools, weight: 1 },
  { arbitrary: hostAddresses, weight: 1 },
);
