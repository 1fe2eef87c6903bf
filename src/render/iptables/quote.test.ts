import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clearBits, markBits, setBit, whenClear, whenSet } from './bits.ts';
import { commentMatch, commentText, interfaceName, interfacePrefix, logPrefix } from './quote.ts';

describe('quoting', () => {
  test('a comment holds nothing that ends it, and fits behind the hash', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(commentMatch(commentText(text))).toMatch(
          /^-m comment --comment "[A-Za-z0-9_ @%+=:,./;-]{0,231}"$/,
        );
      }),
    );
    expect(commentText('a"b\n-j ACCEPT $(x)')).toBe('a_b_-j ACCEPT __x_');
  });

  test('a comment that is too long keeps the index at its end', () => {
    expect(commentText(`${'x'.repeat(400)}/ingress/12`)).toMatch(/^x+\.\.x+\/ingress\/12$/);
  });

  test('a log prefix is cut, its end stays', () => {
    expect(logPrefix('calico-packet', 'log')).toBe('"calico-packet: "');
    expect(logPrefix('x'.repeat(40), 'log')).toBe(`"${'x'.repeat(27)}: "`);
    expect(logPrefix('x'.repeat(80), 'nflog')).toBe(`"${'x'.repeat(61)}: "`);
    expect(logPrefix('a"\\\n', 'log')).toBe('"a___: "');
  });

  test.each(['cali1', 'a+b', 'eth0.100', 'x@y', 'a-b', '123456789012345'])(
    'takes the interface %s',
    (name) => {
      expect(interfaceName(name)).toBe(name);
    },
  );

  test.each([
    '',
    'cali+',
    'a*',
    'a b',
    'a"b',
    "a'b",
    'a\\b',
    '-i',
    '!x',
    'a/b',
    'a\nb',
    'ä',
    '1234567890123456',
  ])('refuses the interface %j', (name) => {
    expect(() => interfaceName(name)).toThrow(/cannot be the name of an interface/);
  });

  test('a prefix is a wildcard, unless it is as long as a name can be', () => {
    expect(interfacePrefix('cali')).toBe('cali+');
    expect(interfacePrefix('123456789012345')).toBe('123456789012345');
    expect(() => interfacePrefix('')).toThrow(/cannot be the name/);
  });
});

describe('bits', () => {
  test('the two lowest of the mask, and no other ever changes', () => {
    expect(markBits(0xffff0000)).toEqual({ accepted: 0x10000, passed: 0x20000 });
    expect(markBits(0x80000008)).toEqual({ accepted: 0x8, passed: 0x80000000 });
    expect(() => markBits(0x40)).toThrow(/fewer than two bits/);
    expect(() => markBits(0)).toThrow(/fewer than two bits/);
  });

  test('texts', () => {
    expect(setBit(0x80000000)).toBe('-j MARK --set-mark 0x80000000/0x80000000');
    expect(clearBits(0x80000000 | 0x8)).toBe('-j MARK --set-mark 0x0/0x80000008');
    expect(whenSet(8)).toBe('-m mark --mark 0x8/0x8');
    expect(whenClear(8)).toBe('-m mark --mark 0x0/0x8');
  });
});
