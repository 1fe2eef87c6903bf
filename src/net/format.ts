// Addresses and prefixes to canonical text: dotted quads, and RFC 5952 for IPv6 except that an IPv4-mapped address is
// printed in hexadecimal too (`::ffff:a00:1`), as `ip-address` prints it. Written by hand, since IP sets print
// hundreds of thousands of members; a test holds it to `ip-address`.
import type { Address, Prefix } from './types.ts';

export function formatAddress(address: Address): string {
  return address.family === 4 ? formatIPv4(Number(address.bits)) : formatIPv6(address.bits);
}

/** Always with the length, also when it is full: sets hold `10.0.0.1/32`. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix)}/${prefix.length}`;
}

function formatIPv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

function formatIPv6(bits: bigint): string {
  const hex = bits.toString(16).padStart(32, '0');
  const groups: string[] = [];
  // The longest run of at least two zero groups is shortened, the first of equals.
  let gap = 0;
  let gapLength = 1;
  let run = 0;
  for (let i = 0; i < 8; i++) {
    const group = Number.parseInt(hex.slice(i * 4, i * 4 + 4), 16);
    groups.push(group.toString(16));
    run = group === 0 ? run + 1 : 0;
    if (run > gapLength) {
      gapLength = run;
      gap = i + 1 - run;
    }
  }
  if (gapLength === 1) return groups.join(':');
  return `${groups.slice(0, gap).join(':')}::${groups.slice(gap + gapLength).join(':')}`;
}
