import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Address,
  addressPrefix,
  comparePrefixes,
  disjoint,
  formatPrefix,
  IntervalSet,
  maskPrefix,
  type Prefix,
  parseAddress,
  parsePrefix,
  prefixContains,
  prefixCovers,
  toRanges,
} from './index.ts';

function p(text: string): Prefix {
  return parsePrefix(text)?.prefix as Prefix;
}
function a(text: string): Address {
  return parseAddress(text) as Address;
}

// A small world, so that prefixes nest, touch and miss each other: the top or the bottom bits of either family.
const family = fc.constantFrom(4 as const, 6 as const);
const prefix: fc.Arbitrary<Prefix> = fc
  .tuple(family, fc.nat(63), fc.nat(6), fc.boolean())
  .map(([f, value, cut, top]) => {
    const width = f === 4 ? 32 : 128;
    const bits = top ? BigInt(value) << BigInt(width - 6) : BigInt(value);
    return maskPrefix({ family: f, bits, length: top ? 6 - cut : width - cut });
  });
const address: fc.Arbitrary<Address> = fc.tuple(family, fc.nat(63), fc.boolean()).map(([f, value, top]) => ({
  family: f,
  bits: top ? (BigInt(value) << BigInt((f === 4 ? 32 : 128) - 6)) + 1n : BigInt(value),
}));

/** Bit by bit: the first `length` bits agree. */
function slowContains(net: Prefix, one: Address): boolean {
  const width = net.family === 4 ? 32 : 128;
  const text = (bits: bigint) => bits.toString(2).padStart(width, '0').slice(0, net.length);
  return net.family === one.family && text(net.bits) === text(one.bits);
}

test('containment, at the edges and across families', () => {
  expect(prefixContains(p('10.0.0.0/8'), a('10.255.255.255'))).toBe(true);
  expect(prefixContains(p('10.0.0.0/8'), a('11.0.0.0'))).toBe(false);
  expect(prefixContains(p('0.0.0.0/0'), a('255.255.255.255'))).toBe(true);
  expect(prefixContains(p('::/0'), a('10.0.0.1'))).toBe(false);
  expect(prefixContains(p('::ffff:10.0.0.0/104'), a('10.0.0.1'))).toBe(false);
  expect(prefixCovers(p('10.0.0.0/8'), p('10.0.0.0/8'))).toBe(true);
  expect(prefixCovers(p('10.0.0.0/9'), p('10.0.0.0/8'))).toBe(false);
  expect(maskPrefix({ ...a('10.1.2.3'), length: 16 })).toEqual(p('10.1.0.0/16'));
  expect(addressPrefix(a('::1'))).toEqual(p('::1/128'));
});

test('containment and order agree with the bits', () => {
  fc.assert(
    fc.property(prefix, prefix, address, (x, y, one) => {
      expect(prefixContains(x, one)).toBe(slowContains(x, one));
      expect(prefixCovers(x, y)).toBe(x.length <= y.length && slowContains(x, y));
      expect(Math.sign(comparePrefixes(x, y))).toBe(-Math.sign(comparePrefixes(y, x)) || 0);
      expect(comparePrefixes(x, y) === 0).toBe(formatPrefix(x) === formatPrefix(y));
    }),
  );
});

test('disjoint drops what is covered and leaves neighbours apart', () => {
  const nets = ['10.0.0.128/25', '10.0.0.0/25', '10.0.0.5/32', 'fd00::/8', 'fd00::1/128', '10.0.0.0/25'].map(
    p,
  );
  expect(disjoint(nets).map(formatPrefix)).toEqual(['10.0.0.0/25', '10.0.0.128/25', 'fd00::/8']);
});

test('disjoint and toRanges hold the same addresses, each once', () => {
  fc.assert(
    fc.property(fc.array(prefix, { maxLength: 12 }), address, (nets, one) => {
      const expected = nets.some((net) => slowContains(net, one));
      expect(disjoint(nets).filter((net) => slowContains(net, one))).toHaveLength(expected ? 1 : 0);
      const ranges = toRanges(nets);
      const holding = ranges.filter(
        (r) => r.family === one.family && r.first <= one.bits && one.bits <= r.last,
      );
      expect(holding).toHaveLength(expected ? 1 : 0);
      // Neither overlapping nor adjacent, or they would be one.
      const apart = ranges.every(({ family, last }, i) => {
        const next = ranges[i + 1];
        return next?.family !== family || next.first > last + 1n;
      });
      expect(apart).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('toRanges joins neighbours', () => {
  expect(toRanges(['10.0.0.128/25', '10.0.0.0/25', '10.0.1.0/32'].map(p))).toEqual([
    { family: 4, first: a('10.0.0.0').bits, last: a('10.0.1.0').bits },
  ]);
});

test('IntervalSet answers like a search through all prefixes', () => {
  expect(IntervalSet.of([]).has(a('10.0.0.1'))).toBe(false);
  fc.assert(
    fc.property(
      fc.array(prefix, { maxLength: 20 }),
      fc.array(address, { maxLength: 20 }),
      (nets, addresses) => {
        const set = IntervalSet.of(nets);
        for (const one of addresses) expect(set.has(one)).toBe(nets.some((net) => slowContains(net, one)));
      },
    ),
    { numRuns: 500 },
  );
});
