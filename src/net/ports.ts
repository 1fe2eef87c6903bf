// Port ranges as values.
import type { PortRange } from './types.ts';

/** Sorted; overlapping and adjacent ranges become one. Nothing in, nothing out: an empty list means no port. */
export function normalisePorts(ranges: Iterable<PortRange>): PortRange[] {
  const merged: { first: number; last: number }[] = [];
  for (const { first, last } of [...ranges].sort((a, b) => a.first - b.first || a.last - b.last)) {
    const previous = merged.at(-1);
    if (previous === undefined || first > previous.last + 1) merged.push({ first, last });
    else if (last > previous.last) previous.last = last;
  }
  return merged;
}
