// A set of addresses given by prefixes, for the one question whether an address is in it: O(log n).
import { toRanges } from './ranges.ts';
import type { Address, Prefix } from './types.ts';

export interface IntervalSet {
  has(address: Address): boolean;
}

// IPv4 is kept in doubles: comparing bigints costs several times as much, and most look-ups are IPv4.
interface Bounds<T> {
  readonly firsts: T[];
  readonly lasts: T[];
}

export const IntervalSet = {
  of(prefixes: Iterable<Prefix>): IntervalSet {
    const v4: Bounds<number> = { firsts: [], lasts: [] };
    const v6: Bounds<bigint> = { firsts: [], lasts: [] };
    for (const range of toRanges(prefixes)) {
      if (range.family === 4) {
        v4.firsts.push(Number(range.first));
        v4.lasts.push(Number(range.last));
      } else {
        v6.firsts.push(range.first);
        v6.lasts.push(range.last);
      }
    }
    return Object.freeze({
      has: (address: Address) =>
        address.family === 4 ? within(v4, Number(address.bits)) : within(v6, address.bits),
    });
  },
};

function within<T extends number | bigint>({ firsts, lasts }: Bounds<T>, value: T): boolean {
  // The last range that begins at or before the value is the only one that can hold it.
  let low = 0;
  let high = firsts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((firsts[middle] as T) <= value) low = middle + 1;
    else high = middle;
  }
  return low > 0 && value <= (lasts[low - 1] as T);
}
