// Which interfaces belong to workloads, and which endpoint stands on each: decided once for evaluator and renderers.
import type { LocalEndpoint, NodePolicy } from './node-policy.ts';

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
