// Prefixes as values: masks, containment, order, and a list without the prefixes that others cover.
import { hostMask, maskBits, WIDTH } from './bits.ts';
import type { Address, Prefix } from './types.ts';

export function maskPrefix(prefix: Prefix): Prefix {
  const bits = maskBits(prefix.family, prefix.bits, prefix.length);
  return bits === prefix.bits ? prefix : { ...prefix, bits };
}

export function addressPrefix(address: Address): Prefix {
  return { family: address.family, bits: address.bits, length: WIDTH[address.family] };
}

export function prefixContains(prefix: Prefix, address: Address): boolean {
  return (
    prefix.family === address.family && (prefix.bits ^ address.bits) <= hostMask(prefix.family, prefix.length)
  );
}

/** True for a prefix and itself. */
export function prefixCovers(wide: Prefix, narrow: Prefix): boolean {
  return wide.length <= narrow.length && prefixContains(wide, narrow);
}

export function compareAddresses(a: Address, b: Address): number {
  if (a.family !== b.family) return a.family - b.family;
  return a.bits < b.bits ? -1 : a.bits > b.bits ? 1 : 0;
}

/** By family, address, then length: a prefix stands directly before what it covers. */
export function comparePrefixes(a: Prefix, b: Prefix): number {
  return compareAddresses(a, b) || a.length - b.length;
}

/**
 * Prefixes that no other covers, sorted. Neighbours stay apart (10.0.0.0/25 and 10.0.0.128/25 do not become a /24), so
 * that every element can be traced to, and deleted with, the prefix it came from.
 */
export function disjoint(prefixes: Iterable<Prefix>): Prefix[] {
  const kept: Prefix[] = [];
  for (const prefix of [...prefixes].sort(comparePrefixes)) {
    const last = kept.at(-1);
    if (last === undefined || !prefixCovers(last, prefix)) kept.push(prefix);
  }
  return kept;
}
