// Faults of the graph, shown to the unit differential (oracle against evaluator).
import type { Fault } from './fault.ts';

const graph = (name: string, file: string, search: string, replace: string): Fault => ({
  name,
  kind: 'unit',
  file: `src/policy/${file}`,
  search,
  replace,
});

export const GRAPH: readonly Fault[] = [
  graph(
    'the ports of a service are all of its first one',
    'service-sets.ts',
    'spec.ports.map(({ protocol, port }) =>',
    'spec.ports.slice(0, 1).map(({ protocol, port }) =>',
  ),
  graph(
    'policies and tiers in falling order',
    'order.ts',
    'return a < b ? -1 : 1;\n}\n\nexport function compareText',
    'return a < b ? 1 : -1;\n}\n\nexport function compareText',
  ),
  graph(
    'a tier loses its default action',
    'tiers.ts',
    "tier.spec.defaultAction === 'Pass' ? 'Pass' : 'Deny'",
    "'Deny' as 'Pass' | 'Deny'",
  ),
  graph(
    'directions of a policy swapped',
    'tier-lists.ts',
    '(p) => p[direction]',
    "(p) => p[direction === 'ingress' ? 'egress' : 'ingress']",
  ),
  graph(
    'notSelector dropped',
    'peers.ts',
    'notSets: negative ? [context.use(netSet(negative))] : NONE',
    'notSets: NONE',
  ),
  graph('notNets dropped', 'peers.ts', 'notNets: compileNets(peer.notNets, context)', 'notNets: NONE'),
  graph('numeric notPorts dropped', 'peers.ts', 'notPorts: portRanges(peer.notPorts)', 'notPorts: NONE'),
  graph(
    'port range begins one too late',
    'peers.ts',
    '{ first: port.first, last: port.last }',
    '{ first: port.first + (port.first < port.last ? 1 : 0), last: port.last }',
  ),
  graph(
    'a namespaced peer sees every namespace',
    'selector-text.ts',
    "return namespace === undefined ? '' : namespaceClause(namespace);",
    "return '';",
  ),
  graph(
    'merged selector loses its negation',
    'selector-text.ts',
    '&& (!(${negative}))',
    '&& ((${negative}))',
  ),
  graph('global() means namespaced', 'selector-text.ts', "'global()', `!has(", "'global()', `has("),
  graph(
    'labels inherited in the wrong order',
    'inheritance.ts',
    'for (const parent of parents) {',
    'for (const parent of [...parents].reverse()) {',
  ),
  graph(
    'ICMPv6 by name taken for IPv4',
    'rules.ts',
    "return protocol === 'ICMPv6' ? 6 : undefined;",
    "return protocol === 'ICMPv6' ? 4 : undefined;",
  ),
  graph(
    'named port without protocol means TCP',
    'set-definition.ts',
    "if (protocol === undefined) return 'any';",
    "if (protocol === undefined) return 'tcp';",
  ),
  graph(
    "the node's own configuration loses to the default",
    'felix-config.ts',
    "this.#objects.get('default'),\n      this.#scoped(node),\n      this.#objects.get(`${NODE_PREFIX}${node}`),",
    "this.#objects.get(`${NODE_PREFIX}${node}`),\n      this.#scoped(node),\n      this.#objects.get('default'),",
  ),
  graph(
    'hosts: of expected addresses all must be there',
    'interfaces.ts',
    'addresses.some((a) => expected.has(a))',
    'addresses.every((a) => expected.has(a))',
  ),
  graph(
    'hosts: of two for one interface the last one wins',
    'interfaces.ts',
    'if (!named.has(name) && !isWorkloadInterface(policy, name))',
    'if (!isWorkloadInterface(policy, name))',
  ),
  graph(
    'hosts: pre-DNAT policy taken for one of forwarded traffic',
    'policy-head.ts',
    "return 'preDnat';",
    "return 'forward';",
  ),
  graph(
    'masquerade: the destinations to except are forgotten',
    'pools.ts',
    'exceptions: texts([...kept.map((spec) => spec.cidr), ...hosts]) };',
    'exceptions: texts(hosts) };',
  ),
  graph(
    'masquerade: what is in a disabled pool is not excepted',
    'pools.ts',
    "const kept = pools.filter((spec) => spec.allowedUses.some((use) => use !== 'LoadBalancer'));",
    "const kept = pools.filter((spec) => !spec.disabled && spec.allowedUses.some((use) => use !== 'LoadBalancer'));",
  ),
  graph(
    'masquerade: addresses of hosts are never excepted',
    'pools.ts',
    'exceptHosts === undefined ? [] :',
    'exceptHosts !== null ? [] :',
  ),
  graph(
    'masquerade: the range of ports ends one too far',
    'felix-config.ts',
    '...(ports && { ports: { first: ports.first, last: ports.last } }),',
    '...(ports && { ports: { first: ports.first, last: ports.last + 1 } }),',
  ),
  graph(
    'sources: what an endpoint may spoof is not told',
    'endpoint-values.ts',
    '...(spoofable && { spoofable: keep(before?.spoofable, spoofable) }),',
    '',
  ),
  graph(
    'tunnels: the configured port of VXLAN is not read',
    'felix-config.ts',
    'vxlanPort: spec.vxlanPort ?? standard.vxlanPort',
    'vxlanPort: standard.vxlanPort',
  ),
];
