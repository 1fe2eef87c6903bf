// Through which interface a node meets what is not on it. Nobody tells us the host's routes, so this is a guess, and
// explain says so where another choice would change the verdict.
import { type Address, formatAddress, parseAddress } from '../net/index.ts';
import { type HostFacts, hostInterfaces, isWorkloadInterface, type NodePolicy } from '../policy/index.ts';

/**
 * The host's interfaces that could be meant, the likeliest first; never empty: the one that has `own` (the host's
 * address in this flow), those with an address of its family, the others; without facts those that host endpoints name.
 */
export function uplinks(
  policy: NodePolicy,
  facts: HostFacts | undefined,
  own: Address | undefined,
): readonly string[] {
  const known = (facts?.interfaces ?? []).filter(({ name }) => name !== 'lo');
  const having = (matches: (address: Address) => boolean) =>
    known.filter(({ addresses }) => addresses.some((text) => isAddress(text, matches)));
  const bearing = own && having((a) => formatAddress(a) === formatAddress(own));
  const likely = own && having((a) => a.family === own.family);
  const named = hostInterfaces(policy, facts).named.keys();
  const names = [...(bearing ?? []), ...(likely ?? []), ...known].map(({ name }) => name);
  const found = new Set([
    ...names,
    ...(known.length === 0 ? named : []),
    ...(known.length === 0 ? ['eth0', 'uplink'] : []),
  ]);
  const hosts = [...found].filter((name) => !isWorkloadInterface(policy, name));
  // Every name may belong to a workload; no workload prefix starts with a space.
  return hosts.length > 0 ? hosts : [' uplink'];
}

function isAddress(text: string, matches: (address: Address) => boolean): boolean {
  const address = parseAddress(text);
  return address !== undefined && matches(address);
}
