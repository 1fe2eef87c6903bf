// The room's public face. Contract of the functions (all pure):
//   parseAddress(text): Address | undefined          strict (no zone, no leading zeros); v4-mapped v6 is family 6
//   parsePrefix(text): {prefix: Prefix, hostBits: boolean, bare: boolean} | undefined   bare address → full length
//   formatAddress(a) / formatPrefix(p)               canonical text; a prefix always has its length: 10.0.0.1/32
//   maskPrefix(p), prefixContains(p, address), prefixCovers(wide, narrow), comparePrefixes(a, b)
//   compareMembers(a, b)                             order of canonical member text (family, address, length, proto, port)
//   disjoint(prefixes): Prefix[]                     drops covered ones; sorted; never merges neighbours
//   IntervalSet.of(prefixes) → has(address)          binary search
//   normalisePorts(ranges): PortRange[]              sorted, merged (overlapping and adjacent)
//   protocolNumber(name): number | undefined         tcp udp icmp icmpv6 sctp udplite, any case
//   protocolName(number): string                     lower case, or the number as text
//   icmpProtocol(family): 1 | 58
//   PORT_PROTOCOLS = {6, 17, 132}
// Canonical *member text* of IP sets, the form in which the graph hands them on: `10.0.0.1/32`, `fd00::/8`,
// and for named-port sets `10.0.0.1,tcp:8080` (no length; protocol tcp, udp or sctp).
//   parseMember(text): {kind:'net', prefix} | {kind:'port', address, protocol: number, port}
export type { Address, Family, PortRange, Prefix } from './types.ts';
