// Members of IP sets in canonical text: `10.0.0.1/32`, `fd00::/8`, and for named-port sets `10.0.0.1,tcp:8080`.
import { problem, TortieError } from '../errors/problem.ts';
import { formatAddress, formatPrefix } from './format.ts';
import { parseAddress, parsePrefix } from './parse.ts';
import { compareAddresses } from './prefix.ts';
import { PORT_PROTOCOLS, protocolName, protocolNumber } from './protocols.ts';
import type { Address, Prefix } from './types.ts';

export type Member =
  | { readonly kind: 'net'; readonly prefix: Prefix }
  | { readonly kind: 'port'; readonly address: Address; readonly protocol: number; readonly port: number };

/** Throws TortieError `net/member`: members are written by formatMember, so other text is a bug, not bad input. */
export function parseMember(text: string): Member {
  const member = readMember(text);
  if (member === undefined) {
    throw new TortieError([problem('net/member', `not a member of an IP set: ${JSON.stringify(text)}`)]);
  }
  return member;
}

export function formatMember(member: Member): string {
  return member.kind === 'net'
    ? formatPrefix(member.prefix)
    : `${formatAddress(member.address)},${protocolName(member.protocol)}:${member.port}`;
}

/** Order of member text: family, address, nets before ports, length, protocol number, port. */
export function compareMembers(a: string, b: string): number {
  return a === b ? 0 : compareKeyed(keyed(a), keyed(b));
}

/** The order of compareMembers, with each member parsed once. */
export function sortMembers(members: Iterable<string>): string[] {
  return Array.from(members, keyed)
    .sort(compareKeyed)
    .map((entry) => entry.text);
}

function readMember(text: string): Member | undefined {
  const comma = text.indexOf(',');
  if (comma < 0) {
    const parsed = parsePrefix(text);
    if (parsed === undefined || parsed.bare || parsed.hostBits) return undefined;
    return { kind: 'net', prefix: parsed.prefix };
  }
  const address = parseAddress(text.slice(0, comma));
  const [, name = '', digits = ''] = /^([a-z]+):(0|[1-9]\d{0,4})$/.exec(text.slice(comma + 1)) ?? [];
  const protocol = protocolNumber(name);
  const port = Number(digits);
  if (address === undefined || protocol === undefined || !PORT_PROTOCOLS.has(protocol) || port > 65535) {
    return undefined;
  }
  return { kind: 'port', address, protocol, port };
}

interface Keyed {
  readonly text: string;
  readonly member: Member | undefined;
}

function keyed(text: string): Keyed {
  return { text, member: readMember(text) };
}

function compareKeyed(a: Keyed, b: Keyed): number {
  if (a.member === undefined || b.member === undefined) {
    // What is no member stands behind all members, so that the order stays total whatever the input.
    return Number(a.member === undefined) - Number(b.member === undefined) || compareText(a.text, b.text);
  }
  // Two spellings of one member (FD00::/8) are still two texts.
  return compareParsed(a.member, b.member) || compareText(a.text, b.text);
}

function compareParsed(a: Member, b: Member): number {
  const byAddress = compareAddresses(addressOf(a), addressOf(b));
  if (byAddress !== 0) return byAddress;
  if (a.kind === 'net') return b.kind === 'net' ? a.prefix.length - b.prefix.length : -1;
  return b.kind === 'net' ? 1 : a.protocol - b.protocol || a.port - b.port;
}

function addressOf(member: Member): Address {
  return member.kind === 'net' ? member.prefix : member.address;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
