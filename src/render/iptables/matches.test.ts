import { describe, expect, test } from 'vitest';
import type { Family } from '../../net/index.ts';
import type { Condition } from '../program.ts';
import { lowerConditions, matchText, type SetNames } from './matches.ts';

const names: SetNames = { netSet: (id, family) => `tortie-${family}-${id}`, portSet: () => undefined };

function text(conditions: Condition[], family: Family = 4): string {
  const { all, choices } = lowerConditions(conditions, family, names);
  const alternatives = choices.map((c) => `[${c.map(matchText).join(' | ')}]`);
  return [matchText(all), ...alternatives].filter((t) => t !== '').join(' ');
}

const protocol = (n: number, negated = false): Condition => ({ kind: 'protocol', protocol: n, negated });
const net = (n: string, negated = false, side: 'source' | 'destination' = 'source'): Condition => {
  return { kind: 'net', side, net: n, negated };
};
const ports = (p: number, ranges: readonly [number, number][], negated = false): Condition => ({
  kind: 'ports',
  side: 'destination',
  protocol: p,
  ranges: ranges.map(([first, last]) => ({ first, last })),
  negated,
});
const singles = (n: number): [number, number][] => Array.from({ length: n }, (_, i) => [10 * i, 10 * i]);
const list = (from: number, n: number) => Array.from({ length: n }, (_, i) => 10 * (from + i)).join(',');

describe('one kernel rule', () => {
  test.each<[string, Condition[], string, Family?]>([
    ['nothing', [], ''],
    ['protocol by name', [protocol(6)], '-p tcp'],
    ['protocol by number', [protocol(136)], '-p 136'],
    ['not a protocol', [protocol(17, true)], '! -p udp'],
    ['net', [net('10.0.0.0/8')], '-s 10.0.0.0/8'],
    ['not a net', [net('fd00::/8', true, 'destination')], '! -d fd00::/8', 6],
    ['set', [{ kind: 'set', side: 'source', set: 'a', negated: false }], '-m set --match-set tortie-4-a src'],
    [
      'not in a set',
      [{ kind: 'set', side: 'destination', set: 'a', negated: true }],
      '-m set ! --match-set tortie-6-a dst',
      6,
    ],
    [
      'named port',
      [protocol(6), { kind: 'port-set', side: 'destination', set: 'n', negated: false }],
      '-p tcp -m set --match-set tortie-4-n dst,dst',
    ],
    [
      'not a named port',
      [{ kind: 'port-set', side: 'source', set: 'n', negated: true }],
      '-m set ! --match-set tortie-4-n src,src',
    ],
    ['one port', [protocol(6), ports(6, [[80, 80]])], '-p tcp -m tcp --dport 80'],
    ['one range', [protocol(17), ports(17, [[1, 9]])], '-p udp -m udp --dport 1:9'],
    ['not a range', [protocol(17), ports(17, [[1, 9]], true)], '-p udp -m udp ! --dport 1:9'],
    ['SCTP', [protocol(132), ports(132, [[1, 9]])], '-p sctp -m multiport --dports 1:9'],
    [
      'several ranges',
      [
        protocol(6),
        ports(6, [
          [80, 80],
          [90, 99],
        ]),
      ],
      '-p tcp -m multiport --dports 80,90:99',
    ],
    [
      'positive and negative ports side by side',
      [protocol(6), ports(6, [[1, 100]]), ports(6, [[50, 50]], true)],
      '-p tcp -m tcp --dport 1:100 -m tcp ! --dport 50',
    ],
    ['15 ports', [ports(6, singles(15))], `-p tcp -m multiport --dports ${list(0, 15)}`],
    [
      'not 16 SCTP ports: each slice must hold',
      [ports(132, singles(16), true)],
      `-p sctp -m multiport ! --dports ${list(0, 15)} -m multiport ! --dports 150`,
    ],
    ['ICMP', [{ kind: 'icmp', type: 8, negated: false }], '-p icmp -m icmp --icmp-type 8'],
    ['ICMP code', [{ kind: 'icmp', type: 8, code: 0, negated: false }], '-p icmp -m icmp --icmp-type 8/0'],
    [
      'not ICMP demands the protocol',
      [{ kind: 'icmp', type: 3, code: 1, negated: true }],
      '-p icmp -m icmp ! --icmp-type 3/1',
    ],
    ['ICMPv6', [{ kind: 'icmp', type: 128, negated: false }], '-p icmpv6 -m icmp6 --icmpv6-type 128', 6],
  ])('%s', (_, conditions, expected, family = 4) => {
    expect(text(conditions, family)).toBe(expected);
  });
});

test('look-ups in sets stand behind what is cheaper', () => {
  const inSet: Condition = { kind: 'set', side: 'source', set: 'a', negated: false };
  const conditions: Condition[] = [protocol(6), inSet, net('10.0.0.0/8'), ports(6, [[80, 80]])];
  expect(text(conditions)).toBe('-p tcp -s 10.0.0.0/8 -m tcp --dport 80 -m set --match-set tortie-4-a src');
});

describe('choices', () => {
  test('a net and a net excluded from it cannot stand in one rule', () => {
    expect(text([net('10.0.0.0/8'), net('10.1.0.0/16', true)])).toBe('-s 10.0.0.0/8 [! -s 10.1.0.0/16]');
    expect(text([net('10.0.0.0/8'), net('10.1.0.0/16', true, 'destination')])).toBe(
      '-s 10.0.0.0/8 ! -d 10.1.0.0/16',
    );
  });

  test('16 SCTP ports are alternatives', () => {
    expect(text([ports(132, singles(16))])).toBe(
      `[-p sctp -m multiport --dports ${list(0, 15)} | -p sctp -m multiport --dports 150]`,
    );
  });

  test('numeric or named ports', () => {
    const named: Condition = { kind: 'port-set', side: 'destination', set: 'n', negated: false };
    expect(text([protocol(6), { kind: 'any-of', alternatives: [ports(6, [[80, 80]]), named] }])).toBe(
      '-p tcp [-p tcp -m tcp --dport 80 | -m set --match-set tortie-4-n dst,dst]',
    );
  });
});

test('a range takes two slots, and beyond 15 TCP ports are a bitmap', () => {
  const made: string[] = [];
  const sets: SetNames = { ...names, portSet: (set) => made.push(set.name) };
  const ranges = (n: number): [number, number][] => Array.from({ length: n }, (_, i) => [10 * i, 10 * i + 1]);
  const seven = lowerConditions([ports(6, ranges(7))], 4, sets);
  expect(matchText(seven.all)).toContain('multiport');
  expect(made).toEqual([]);
  const eight = lowerConditions([ports(6, ranges(8), true)], 4, sets);
  expect(made).toHaveLength(1);
  expect(matchText(eight.all)).toBe(`-p tcp -m set ! --match-set ${made[0]} dst`);
});
