// Text to addresses and prefixes, strictly: no zone, no leading zeros in IPv4 octets or in a length, no spaces, no
// brackets. An IPv4-mapped IPv6 address stays IPv6. A node parses hundreds of thousands of these, so the plain
// spellings are read by hand; `ip-address` judges every other spelling of IPv6, and a test holds the two together.
import { Address6 } from 'ip-address';
import { maskBits, WIDTH } from './bits.ts';
import type { Address, Family, Prefix } from './types.ts';

export interface ParsedPrefix {
  readonly prefix: Prefix;
  /** The text had bits set behind the length; `prefix` has them cleared. */
  readonly hostBits: boolean;
  /** The text was an address without a length. */
  readonly bare: boolean;
}

/** Undefined unless the whole text is one address. */
export function parseAddress(text: string): Address | undefined {
  const v4 = parseIPv4(text, text.length);
  if (v4 >= 0) return { family: 4, bits: BigInt(v4) };
  const v6 = parseIPv6(text);
  return v6 === undefined ? undefined : { family: 6, bits: v6 };
}

/** `10.0.0.0/8`, `fd00::/8`, or an address without a length. */
export function parsePrefix(text: string): ParsedPrefix | undefined {
  const slash = text.indexOf('/');
  const bare = slash < 0;
  const address = parseAddress(bare ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const { family, bits } = address;
  const length = bare ? WIDTH[family] : parseLength(text, slash + 1, family);
  if (length === undefined) return undefined;
  const masked = length === WIDTH[family] ? bits : maskBits(family, bits, length);
  return { prefix: { family, bits: masked, length }, hostBits: masked !== bits, bare };
}

/** The number from `start` on, without leading zeros. */
function parseLength(text: string, start: number, family: Family): number | undefined {
  if (start === text.length) return undefined;
  let length = 0;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57 || (i > start && length === 0)) return undefined;
    length = length * 10 + (code - 48);
    if (length > WIDTH[family]) return undefined;
  }
  return length;
}

/** The address as a number, or -1. */
function parseIPv4(text: string, end: number): number {
  if (end < 7 || end > 15) return -1;
  let value = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (digits === 0 || dots === 3) return -1;
      value = value * 256 + octet;
      octet = 0;
      digits = 0;
      dots++;
    } else if (code >= 48 && code <= 57) {
      if (digits > 0 && octet === 0) return -1; // a leading zero: some read it as octal
      octet = octet * 10 + (code - 48);
      if (octet > 255) return -1;
      digits++;
    } else return -1;
  }
  return dots === 3 && digits > 0 ? value * 256 + octet : -1;
}

const PLAIN_IPV6 = /^[0-9a-fA-F:]{2,39}$/;
const GROUP = /^[0-9a-fA-F]{1,4}$/;

function parseIPv6(text: string): bigint | undefined {
  if (!text.includes(':')) return undefined;
  if (!PLAIN_IPV6.test(text)) return parseUncommonIPv6(text);
  const gap = text.indexOf('::');
  if (gap < 0) return joinGroups(text.split(':'), [], false);
  const tail = text.slice(gap + 2);
  if (tail.includes('::')) return undefined;
  const left = gap === 0 ? [] : text.slice(0, gap).split(':');
  return joinGroups(left, tail === '' ? [] : tail.split(':'), true);
}

function joinGroups(left: string[], right: string[], gap: boolean): bigint | undefined {
  const count = left.length + right.length;
  if (gap ? count > 7 : count !== 8) return undefined;
  const groups = [...left, ...Array<string>(8 - count).fill('0'), ...right];
  let hex = '0x';
  for (const group of groups) {
    if (!GROUP.test(group)) return undefined;
    hex += group.padStart(4, '0');
  }
  return BigInt(hex);
}

/** What is left: an IPv4 address in the last 32 bits (`::ffff:10.0.0.1`), or no address at all. */
function parseUncommonIPv6(text: string): bigint | undefined {
  // ip-address takes a zone and a length; neither belongs to an address here. It throws on anything else.
  if (text.length > 45 || /[%/]/.test(text)) return undefined;
  try {
    return new Address6(text).bigInt();
  } catch {
    return undefined;
  }
}
