// The oracle's reading of sources: which ones a workload may use, and which one a packet leaves with.
import type { IPPool, Node, Resource, WorkloadEndpoint } from '../../src/resources/index.ts';
import type { Packet } from '../../src/verdict/packet.ts';
import { block, inBlock } from './addresses.ts';
import type { Felix } from './felix.ts';

export interface Translated {
  readonly address?: string;
  readonly ports?: { readonly first: number; readonly last: number };
}

const within = (text: string, packet: Packet, side: 'source' | 'destination'): boolean => {
  const one = block(text);
  return one !== undefined && inBlock(one, packet.family, packet[side]);
};

/** Whether the host's check of sources, which this packet fails, drops it. */
export function dropsSource(endpoint: WorkloadEndpoint | undefined, packet: Packet, felix: Felix): boolean {
  if (!packet.spoofed || (packet.family === 6 && packet.source === 0n)) return false;
  const allowed = endpoint?.spec.allowSpoofedSourcePrefixes ?? [];
  return felix.workloadSourceSpoofing !== 'Any' || !allowed.some((net) => within(net, packet, 'source'));
}

/** Undefined: it leaves with the source that it came with. */
export function translated(all: readonly Resource[], felix: Felix, packet: Packet): Translated | undefined {
  const { outInterface: out, family, protocol } = packet;
  if (out === undefined || (packet.state ?? 'new') !== 'new') return undefined;
  const filter = felix.iptablesNATOutgoingInterfaceFilter;
  if (filter?.endsWith('+') ? !out.startsWith(filter.slice(0, -1)) : filter && out !== filter)
    return undefined;
  const pools = all.filter((one): one is IPPool => one.kind === 'IPPool');
  if (!pools.some(({ spec }) => spec.natOutgoing && within(spec.cidr, packet, 'source'))) return undefined;
  const toPool = pools.some(
    ({ spec }) => spec.allowedUses.join() !== 'LoadBalancer' && within(spec.cidr, packet, 'destination'),
  );
  if (toPool) return undefined;
  if (felix.natOutgoingExclusions === 'IPPoolsAndHostIPs') {
    const nodes = all
      .filter((one): one is Node => one.kind === 'Node')
      .flatMap((one) => hostIps(one, family));
    const spared = [...nodes, ...(felix.externalNodesList ?? [])];
    if (spared.some((net) => within(net, packet, 'destination'))) return undefined;
  }
  const range = felix.natPortRange;
  return {
    ...(family === 4 && felix.natOutgoingAddress && { address: felix.natOutgoingAddress }),
    ...((protocol === 6 || protocol === 17) && range && { ports: { first: range.first, last: range.last } }),
  };
}

function hostIps({ spec }: Node, family: 4 | 6): string[] {
  const bgp = family === 4 ? spec.bgp?.ipv4Address : spec.bgp?.ipv6Address;
  if (bgp) return [bgp.split('/')[0] ?? bgp];
  const mine = (spec.addresses ?? []).filter(({ address }) => address.includes(':') === (family === 6));
  const best =
    mine.find(({ type }) => type === 'InternalIP') ?? mine.find(({ type }) => type === 'ExternalIP');
  return best ? [best.address] : [];
}
