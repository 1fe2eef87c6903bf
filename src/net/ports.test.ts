import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { icmpProtocol, normalisePorts, PORT_PROTOCOLS, protocolName, protocolNumber } from './index.ts';

test('ranges that overlap or touch become one', () => {
  const ranges = [
    { first: 443, last: 443 },
    { first: 80, last: 90 },
    { first: 91, last: 100 },
    { first: 85, last: 86 },
    { first: 102, last: 102 },
  ];
  expect(normalisePorts(ranges)).toEqual([
    { first: 80, last: 100 },
    { first: 102, last: 102 },
    { first: 443, last: 443 },
  ]);
  expect(normalisePorts([])).toEqual([]);
});

test('the same ports, in ranges with a gap between any two', () => {
  const range = fc.tuple(fc.nat(40), fc.nat(6)).map(([first, more]) => ({ first, last: first + more }));
  fc.assert(
    fc.property(fc.array(range), (ranges) => {
      const merged = normalisePorts(ranges);
      for (let port = 0; port < 50; port++) {
        const inside = (r: { first: number; last: number }) => r.first <= port && port <= r.last;
        expect(merged.filter(inside)).toHaveLength(ranges.some(inside) ? 1 : 0);
      }
      for (const [i, r] of merged.entries())
        expect(merged[i + 1]?.first ?? Infinity).toBeGreaterThan(r.last + 1);
    }),
  );
});

test('protocols by name and number', () => {
  for (const [name, number] of [
    ['TCP', 6],
    ['udp', 17],
    ['ICMP', 1],
    ['ICMPv6', 58],
    ['sctp', 132],
    ['UDPLite', 136],
  ] as const) {
    expect(protocolNumber(name)).toBe(number);
    expect(protocolName(number)).toBe(name.toLowerCase());
  }
  expect(protocolNumber('6')).toBeUndefined();
  expect(protocolNumber('constructor')).toBeUndefined();
  expect(protocolName(4)).toBe('4');
  expect([icmpProtocol(4), icmpProtocol(6)]).toEqual([1, 58]);
  expect([...PORT_PROTOCOLS]).toEqual([6, 17, 132]);
});
