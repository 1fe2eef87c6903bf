// Packets on their way to being made: what is in them, without where they go.
import type { Family } from '../../src/net/index.ts';
import type { Rule } from '../../src/resources/index.ts';
import type { Packet } from '../../src/verdict/packet.ts';
import type { Item } from '../oracle/labels.ts';
import { address } from './addresses.ts';
import type { Random } from './random.ts';
import { ICMP_TYPES } from './rules.ts';
import { PORTS, routeTo } from './universe.ts';

export type Draft = { -readonly [K in keyof Packet]: Packet[K] };
export interface Drafted {
  node: string;
  packet: Draft;
}

export const ported = (protocol: number): boolean => [6, 17, 132, 136].includes(protocol);
const NUMBERS: Readonly<Record<string, number>> = {
  TCP: 6,
  UDP: 17,
  SCTP: 132,
  ICMP: 1,
  ICMPv6: 58,
  UDPLite: 136,
};

function portOf(rand: Random, wanted: Rule['source']['ports'], unwanted: Rule['source']['ports']): number {
  const ranges = [...(wanted ?? []), ...(unwanted ?? [])].flatMap((one) =>
    one.kind === 'range' ? [one] : [],
  );
  if (ranges.length === 0 || rand.chance(0.25)) return rand.pick(PORTS);
  const range = rand.pick(ranges);
  return clamp(rand.pick([range.first, range.last, range.first - 1, range.last + 1]));
}
export const clamp = (port: number): number => Math.min(65_535, Math.max(1, port));

/** A packet that the rule may match, from the rule's own constants; it has no interfaces yet. */
export function contentsFor(rand: Random, rule: Rule, all: readonly Item[]): Draft {
  const nets = [rule.source, rule.destination].flatMap((side) => [
    ...(side.nets ?? []),
    ...(side.notNets ?? []),
  ]);
  const family = familyOf(rule, nets) ?? rand.pick([4, 6] as const);
  const protocol =
    rule.protocol === undefined
      ? rule.icmp || rule.notICMP
        ? family === 4
          ? 1
          : 58
        : rand.pick([6, 6, 17, 17, 132, family === 4 ? 1 : 58, 47, 50])
      : typeof rule.protocol === 'number'
        ? rule.protocol
        : (NUMBERS[rule.protocol] ?? 6);
  const source = address(rand, family, rule.source.nets ?? []);
  const destination = address(rand, family, rule.destination.nets ?? []);
  const packet: Draft = {
    family,
    protocol,
    source,
    destination,
    ...(ported(protocol) && {
      sourcePort:
        rule.source.ports?.length || rule.source.notPorts?.length
          ? portOf(rand, rule.source.ports, rule.source.notPorts)
          : rand.between(20_000, 60_000),
      destinationPort: portOf(rand, rule.destination.ports, rule.destination.notPorts),
    }),
    ...icmp(rand, family, protocol, rule.icmp ?? rule.notICMP),
  };
  if (ported(protocol))
    for (const side of ['source', 'destination'] as const) meetName(rand, packet, rule[side], side, all);
  for (const side of ['source', 'destination'] as const) meetService(rand, packet, rule[side], side, all);
  return packet;
}

/** An endpoint that has one of the side's named ports, and that port. */
function meetName(
  rand: Random,
  packet: Draft,
  side: Rule['source'],
  which: 'source' | 'destination',
  all: readonly Item[],
): void {
  const names = [...(side.ports ?? []), ...(side.notPorts ?? [])].flatMap((one) =>
    one.kind === 'name' ? [one.name] : [],
  );
  if (names.length === 0 || rand.chance(0.2)) return;
  const item = rand.pick(all.filter((one) => one.endpoint ?? one.host));
  const port = item.ports.find((one) => one.name !== undefined && names.includes(one.name));
  const own = item.blocks.find((one) => one.family === packet.family);
  if (!port || !own) return;
  packet[which] = own.bits;
  packet[`${which}Port`] = port.port;
}

/** An address of the side's service, and for a destination mostly one of its ports. */
function meetService(
  rand: Random,
  packet: Draft,
  { services }: Rule['source'],
  which: 'source' | 'destination',
  all: readonly Item[],
): void {
  if (!services || rand.chance(0.1)) return;
  const slices = all.filter(
    ({ service, blocks }) =>
      service?.endsWith(`/${services.name}`) && blocks.some((one) => one.family === packet.family),
  );
  if (slices.length === 0) return;
  const slice = rand.pick(slices);
  packet[which] = rand.pick(slice.blocks).bits;
  const port = slice.ports.length > 0 ? rand.pick(slice.ports) : undefined;
  if (which === 'source' || !port || !ported(packet.protocol) || rand.chance(0.1)) return;
  packet.destinationPort = port.port;
  if (rand.chance(0.9)) packet.protocol = NUMBERS[String(port.protocol)] ?? packet.protocol;
}

function familyOf(rule: Rule, nets: readonly string[]): Family | undefined {
  if (rule.ipVersion !== undefined) return rule.ipVersion;
  if (rule.protocol === 'ICMP' || rule.protocol === 1) return 4;
  if (rule.protocol === 'ICMPv6' || rule.protocol === 58) return 6;
  return nets[0] === undefined ? undefined : nets[0].includes(':') ? 6 : 4;
}

/** Says of a packet from an interface whether the node would look for its source elsewhere. */
export function sourced(drafted: Drafted): Drafted {
  const { node, packet } = drafted;
  const from = packet.inInterface;
  delete packet.spoofed;
  if (from !== undefined && routeTo(node, packet.family, packet.source) !== from) packet.spoofed = true;
  return drafted;
}

export function outOf(node: string, family: Family, destination: bigint): { outInterface?: string } {
  const to = routeTo(node, family, destination);
  return to === undefined ? {} : { outInterface: to };
}

export function icmp(
  rand: Random,
  family: Family,
  protocol: number,
  match?: { type?: number | undefined; code?: number | undefined },
): Partial<Packet> {
  if (protocol !== (family === 4 ? 1 : 58)) return {};
  const types = family === 4 ? [8, 8, 13, ...ICMP_TYPES[4]] : [128, 128, 139, ...ICMP_TYPES[6]];
  return {
    icmpType: match?.type !== undefined && rand.chance(0.6) ? match.type : rand.pick(types),
    icmpCode: match?.code !== undefined && rand.chance(0.7) ? match.code : rand.below(3),
  };
}
