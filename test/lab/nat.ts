// DNAT in the lab, as if by other software: tables `testnat` of nft, loaded for one batch and gone after it, that
// rewrite exactly the flows of the packets that have an original destination.
import type { Runner } from '../../src/host/index.ts';
import { type Family, formatAddress } from '../../src/net/index.ts';
import type { Packet } from '../../src/verdict/packet.ts';

/** The packet as it is sent. The same object when nothing translates it. */
export function beforeNat(packet: Packet): Packet {
  const { originalDestination, originalDestinationPort, ...rest } = packet;
  if (originalDestination === undefined) return packet;
  return {
    ...rest,
    destination: originalDestination,
    ...(originalDestinationPort !== undefined && { destinationPort: originalDestinationPort }),
  };
}

const PORTED = new Set([6, 17, 132, 136]);
const FAMILIES = [4, 6] as const;
const text = (family: Family, bits: bigint): string => formatAddress({ family, bits });

function keyOf(packet: Packet): string {
  const { family, source, destination, protocol, sourcePort, destinationPort } = beforeNat(packet);
  return [text(family, source), text(family, destination), protocol, sourcePort, destinationPort].join(' . ');
}

function realOf(packet: Packet): string {
  if (packet.originalDestination === undefined) return '';
  if (!PORTED.has(packet.protocol)) throw new Error('the lab translates only what has ports');
  return `${text(packet.family, packet.destination)} . ${packet.destinationPort}`;
}

/** Runs of packets in which no flow is translated in two ways, or once and once not. */
export function natBatches(packets: readonly Packet[]): Packet[][] {
  const batches: Packet[][] = [];
  let known = new Map<string, string>();
  for (const packet of packets) {
    const [key, real] = [keyOf(packet), realOf(packet)];
    const last = batches.at(-1);
    if (last && (known.get(key) ?? real) === real) last.push(packet);
    else {
      batches.push([packet]);
      known = new Map();
    }
    if (PORTED.has(packet.protocol)) known.set(key, real);
  }
  return batches;
}

export const NO_NAT = FAMILIES.map((family) => {
  const table = family === 4 ? 'ip testnat' : 'ip6 testnat';
  return `add table ${table}\ndelete table ${table}\n`;
}).join('');

/** Text for `nft -f`; `undefined` when no packet is translated. */
export function natTables(packets: readonly Packet[]): string | undefined {
  const translated = packets.filter((packet) => packet.originalDestination !== undefined);
  if (translated.length === 0) return undefined;
  return NO_NAT + FAMILIES.map((family) => table(family, translated)).join('');
}

function table(family: Family, translated: readonly Packet[]): string {
  const mine = translated.filter((packet) => packet.family === family);
  if (mine.length === 0) return '';
  const [ip, address] = family === 4 ? ['ip', 'ipv4_addr'] : ['ip6', 'ipv6_addr'];
  const elements = new Set(mine.map((packet) => `${keyOf(packet)} : ${realOf(packet)}`));
  const rule = `meta l4proto { 6, 17, 132, 136 } dnat ${ip} to ${ip} saddr . ${ip} daddr . meta l4proto . th sport . th dport map @real`;
  return `table ${ip} testnat {
  map real { type ${address} . ${address} . inet_proto . inet_service . inet_service : ${address} . inet_service; elements = { ${[...elements].join(', ')} }; }
  chain prerouting { type nat hook prerouting priority dstnat; policy accept; ${rule}; }
  chain output { type nat hook output priority -100; policy accept; ${rule}; }
}
`;
}

export async function loadNat(runner: Runner, script: string): Promise<void> {
  const done = await runner.run(['nft', '-f', '-'], { stdin: script });
  if (done.exitCode !== 0) throw new Error(`the lab could not load its DNAT: ${done.stderr}`);
}
