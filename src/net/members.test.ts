import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { TortieError } from '../errors/problem.ts';
import { compareMembers, formatMember, type Member, parseMember, sortMembers } from './index.ts';

// Few addresses, so that members of different kinds share one.
const address = fc.oneof(
  fc.nat(2).map((n) => ({ family: 4 as const, bits: BigInt(n) })),
  fc.nat(2).map((n) => ({ family: 6 as const, bits: BigInt(n) })),
);
const member: fc.Arbitrary<Member> = fc.oneof(
  address.map((a): Member => ({ kind: 'net', prefix: { ...a, length: a.family === 4 ? 32 : 128 } })),
  fc
    .constantFrom(0, 8, 27)
    .map((length): Member => ({ kind: 'net', prefix: { family: 4, bits: 0n, length } })),
  fc
    .tuple(address, fc.constantFrom(6, 17, 132), fc.nat(65535))
    .map(([a, protocol, port]): Member => ({ kind: 'port', address: a, protocol, port })),
);
// Texts that nobody wrote as members must not upset the order either.
const text = fc.oneof(
  member.map(formatMember),
  fc.string(),
  fc.constantFrom('FD00::/8', 'fd00::/8', '10.0.0.1'),
);

test('members are read as they are written', () => {
  expect(parseMember('10.0.0.1,tcp:8080')).toMatchObject({ kind: 'port', protocol: 6, port: 8080 });
  expect(parseMember('fd00::1,sctp:1')).toMatchObject({ kind: 'port', protocol: 132 });
  expect(parseMember('fd00::/8')).toMatchObject({ kind: 'net', prefix: { family: 6, length: 8 } });
  fc.assert(
    fc.property(member, (m) => {
      expect(parseMember(formatMember(m))).toEqual(m);
    }),
  );
});

test.each([
  '',
  '10.0.0.1',
  '10.0.0.1/8',
  '10.0.0.1/32,tcp:80',
  '10.0.0.1,tcp',
  '10.0.0.1,tcp:',
  '10.0.0.1,tcp:080',
  '10.0.0.1,TCP:80',
  '10.0.0.1,tcp:65536',
  '10.0.0.1,icmp:1',
  '10.0.0.1,udplite:1',
  ',tcp:80',
  '10.0.0.1,tcp:80,',
  '10.0.0.1,tcp:80 ',
])('%j is no member', (wrong) => {
  expect(() => parseMember(wrong)).toThrow(TortieError);
});

test('order: family, address, nets before ports, length, protocol, port; then what is no member', () => {
  const sorted = [
    '2.0.0.0/8',
    '9.0.0.0/8',
    '10.0.0.0/8',
    '10.0.0.0/24',
    '10.0.0.0/32',
    '10.0.0.0,tcp:80',
    '10.0.0.0,tcp:443',
    '10.0.0.0,udp:53',
    '10.0.0.0,sctp:1',
    '10.0.0.1/32',
    '::/0',
    '::1/128',
    'fd00::/8',
    'nonsense',
  ];
  expect(sortMembers(sorted.toReversed())).toEqual(sorted);
});

test('compareMembers is a total order, and sortMembers sorts by it', () => {
  fc.assert(
    fc.property(text, text, text, (x, y, z) => {
      const xy = Math.sign(compareMembers(x, y));
      expect(Math.sign(compareMembers(y, x)) + xy).toBe(0);
      expect(xy === 0).toBe(x === y);
      const [first = '', second = '', third = ''] = [x, y, z].sort(compareMembers);
      expect(compareMembers(first, second)).toBeLessThanOrEqual(0);
      expect(compareMembers(second, third)).toBeLessThanOrEqual(0);
      expect(compareMembers(first, third)).toBeLessThanOrEqual(0);
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(fc.array(text), (list) => {
      expect(sortMembers(list)).toEqual([...list].sort(compareMembers));
    }),
  );
});
