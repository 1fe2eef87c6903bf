// Prefixes as sorted address ranges with nothing in common: the form for binary search.
import { hostMask } from './bits.ts';
import { comparePrefixes } from './prefix.ts';
import type { Family, Prefix } from './types.ts';

/** Inclusive on both ends. */
export interface AddressRange {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
}

/** Sorted by family and address; overlapping and adjacent prefixes become one range. */
export function toRanges(prefixes: Iterable<Prefix>): AddressRange[] {
  const ranges: { family: Family; first: bigint; last: bigint }[] = [];
  for (const { family, bits, length } of [...prefixes].sort(comparePrefixes)) {
    const last = bits | hostMask(family, length);
    const previous = ranges.at(-1);
    if (previous === undefined || previous.family !== family || bits > previous.last + 1n) {
      ranges.push({ family, first: bits, last });
    } else if (last > previous.last) previous.last = last;
  }
  return ranges;
}
