// What a host endpoint accepts before its policies: the failsafe ports, and neighbour discovery, without which they are
// of no use over IPv6.
import { icmpProtocol, parsePrefix } from '../net/index.ts';
import type { Failsafe, NodeConfig } from '../policy/index.ts';
import type { Direction } from '../resources/types.ts';
import { builtIn, type Outcome } from './outcome.ts';
import type { Packet } from './packet.ts';
import { indexPrefixes, type NetIndex } from './set-index.ts';
import type { Step } from './trail.ts';

/** Router and neighbour solicitation and advertisement. */
const DISCOVERY_FIRST = 133;
const DISCOVERY_LAST = 136;

interface Entry extends Failsafe {
  /** Of the far end; absent: any. */
  readonly nets: NetIndex | undefined;
}

/** Undefined: neither failsafe nor neighbour discovery. */
export type Failsafes = (
  packet: Packet,
  direction: Direction,
  /** Without conntrack replies have to be known by their source port. */
  replies: boolean,
  steps: Step[] | undefined,
) => Outcome | undefined;

export function createFailsafes(config: NodeConfig): Failsafes {
  const inbound = config.failsafeInbound.map(compile);
  const outbound = config.failsafeOutbound.map(compile);
  return (packet, direction, replies, steps) => {
    const [asked, answered] = direction === 'ingress' ? [inbound, outbound] : [outbound, inbound];
    const farEnd = direction === 'ingress' ? packet.source : packet.destination;
    if (
      asked.some((entry) => isOf(entry, packet, packet.destinationPort, farEnd)) ||
      (replies && answered.some((entry) => isOf(entry, packet, packet.sourcePort, farEnd)))
    ) {
      return builtIn('failsafe', 'allow', steps);
    }
    if (config.hostNeighbourDiscovery && isDiscovery(packet))
      return builtIn('host-neighbour-discovery', 'allow', steps);
    return undefined;
  };
}

function compile(failsafe: Failsafe): Entry {
  const prefix = failsafe.net === undefined ? undefined : parsePrefix(failsafe.net)?.prefix;
  // A net that cannot be read matches nothing.
  const nets = failsafe.net === undefined ? undefined : indexPrefixes(prefix ? [prefix] : []);
  return { ...failsafe, nets };
}

function isOf(entry: Entry, packet: Packet, port: number | undefined, farEnd: bigint): boolean {
  if (packet.protocol !== entry.protocol || port !== entry.port) return false;
  return entry.nets === undefined || entry.nets.has(packet.family, farEnd);
}

function isDiscovery({ family, protocol, icmpType }: Packet): boolean {
  if (family !== 6 || protocol !== icmpProtocol(6) || icmpType === undefined) return false;
  return icmpType >= DISCOVERY_FIRST && icmpType <= DISCOVERY_LAST;
}
