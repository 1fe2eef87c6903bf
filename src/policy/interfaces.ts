// Which interfaces belong to workloads, which to hosts, and which endpoint stands on each: decided once for evaluator
// and renderers.
import type { HostFacts } from './host-facts.ts';
import type { HostEndpoint, LocalEndpoint, NodePolicy } from './node-policy.ts';

/** Of two endpoints on one interface the one with the smallest id wins. Sorted by interface name. */
export function endpointsByInterface(policy: NodePolicy): ReadonlyMap<string, LocalEndpoint> {
  const winners = new Map<string, LocalEndpoint>();
  for (const endpoint of policy.endpoints.values()) {
    const other = winners.get(endpoint.interfaceName);
    if (other === undefined || endpoint.id < other.id) winners.set(endpoint.interfaceName, endpoint);
  }
  return new Map([...winners].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const claimed = new WeakMap<NodePolicy['endpoints'], ReadonlySet<string>>();

/**
 * By prefix, or because a local endpoint claims the interface. Calico polices only the former, which leaves an
 * endpoint outside the prefixes open.
 */
export function isWorkloadInterface(policy: NodePolicy, name: string): boolean {
  if (policy.config.interfacePrefixes.some((prefix) => name.startsWith(prefix))) return true;
  let names = claimed.get(policy.endpoints);
  if (names === undefined) {
    names = new Set([...policy.endpoints.values()].map((endpoint) => endpoint.interfaceName));
    claimed.set(policy.endpoints, names);
  }
  return names.has(name);
}

export interface HostInterfaces {
  /** By interface, sorted. Interfaces of workloads are not among them. */
  readonly named: ReadonlyMap<string, HostEndpoint>;
  /** Of every host interface that is not among the named. */
  readonly any?: HostEndpoint;
}

const ALL_INTERFACES = '*';

/**
 * Which host endpoint polices which interface. Of several the one with the smallest id wins; an endpoint that names its
 * interface does so whether or not the host has it (yet), and one that names none needs an address that the host has.
 */
export function hostInterfaces(policy: NodePolicy, facts: HostFacts | undefined): HostInterfaces {
  const named = new Map<string, HostEndpoint>();
  let any: HostEndpoint | undefined;
  for (const endpoint of [...policy.hostEndpoints.values()].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (endpoint.interfaceName === ALL_INTERFACES) any ??= endpoint;
    else {
      for (const name of interfacesOf(endpoint, facts))
        if (!named.has(name) && !isWorkloadInterface(policy, name)) named.set(name, endpoint);
    }
  }
  return { named: new Map([...named].sort(([a], [b]) => (a < b ? -1 : 1))), ...(any && { any }) };
}

/** The interfaces that an endpoint other than `*` means, those of workloads included. */
export function interfacesOf(endpoint: HostEndpoint, facts: HostFacts | undefined): readonly string[] {
  const { interfaceName, expectedAddresses } = endpoint;
  if (interfaceName !== undefined) return [interfaceName];
  const expected = new Set(expectedAddresses.map((net) => net.slice(0, net.indexOf('/'))));
  const found = (facts?.interfaces ?? []).filter(({ addresses }) => addresses.some((a) => expected.has(a)));
  return found.map(({ name }) => name);
}
