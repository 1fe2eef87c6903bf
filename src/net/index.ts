// The room's public face. Contract of the functions (all pure):
//   parseAddress(text): Address | undefined          strict (no zone, no leading zeros); v4-mapped v6 is family 6
//   parsePrefix(text): {prefix: Prefix, hostBits: boolean, bare: boolean} | undefined   bare address → full length
//   formatAddress(a) / formatPrefix(p)               canonical text; a prefix always has its length: 10.0.0.1/32
//   canonicalPrefix(text) / canonicalHost(text)      text to canonical text (the same string where it is canonical
//                                                    already); a host has its full length, whatever is written
//   maskPrefix(p), prefixContains(p, address), prefixCovers(wide, narrow), comparePrefixes(a, b)
//   compareAddresses(a, b)                           by family, then number
//   addressPrefix(a): Prefix                         the prefix of full length
//   disjoint(prefixes): Prefix[]                     drops covered ones; sorted; never merges neighbours
//   toRanges(prefixes): AddressRange[]               inclusive {family, first, last}; sorted, merged (overlapping and adjacent)
//   IntervalSet.of(prefixes) → has(address)          binary search
//   normalisePorts(ranges): PortRange[]              sorted, merged (overlapping and adjacent)
//   protocolNumber(name): number | undefined         tcp udp icmp icmpv6 sctp udplite, any case
//   protocolName(number): string                     lower case, or the number as text
//   icmpProtocol(family): 1 | 58
//   PORT_PROTOCOLS = {6, 17, 132}
// Canonical *member text* of IP sets, the form in which the graph hands them on: `10.0.0.1/32`, `fd00::/8`,
// and for named-port sets `10.0.0.1,tcp:8080` (no length; protocol tcp, udp or sctp).
//   parseMember(text): {kind:'net', prefix} | {kind:'port', address, protocol: number, port}
//       throws TortieError `net/member` for text that no formatMember wrote: a bug, not bad input
//   formatMember(member): string
//   compareMembers(a, b)                             total order of member text (family, address, net before port,
//                                                    length, protocol, port); what is no member comes last, by text
//   sortMembers(members): string[]                   the same order, each member parsed once: use it for long lists
export { parseAddress, type ParsedPrefix, parsePrefix } from './parse.ts';
export { canonicalHost, canonicalPrefix } from './canonical.ts';
export { formatAddress, formatPrefix } from './format.ts';
export {
  addressPrefix,
  compareAddresses,
  comparePrefixes,
  disjoint,
  maskPrefix,
  prefixContains,
  prefixCovers,
} from './prefix.ts';
export { type AddressRange, toRanges } from './ranges.ts';
export { IntervalSet } from './interval-set.ts';
export { normalisePorts } from './ports.ts';
export { icmpProtocol, PORT_PROTOCOLS, protocolName, protocolNumber } from './protocols.ts';
export { compareMembers, formatMember, type Member, parseMember, sortMembers } from './members.ts';
export type { Address, Family, PortRange, Prefix } from './types.ts';
