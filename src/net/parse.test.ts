import { Address4, Address6 } from 'ip-address';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAddress, formatPrefix, parseAddress, parsePrefix } from './index.ts';

const address = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }).map((bits) => ({ family: 4 as const, bits })),
  fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map((bits) => ({ family: 6 as const, bits })),
  // Many zero groups: where the shortening of IPv6 goes wrong, if it does.
  fc.array(fc.constantFrom('0', '0', '1', 'ffff', 'a00'), { minLength: 8, maxLength: 8 }).map((groups) => ({
    family: 6 as const,
    bits: BigInt(`0x${groups.map((g) => g.padStart(4, '0')).join('')}`),
  })),
);

/** What ip-address makes of the text, less what we refuse on purpose: zones and lengths. */
function byLibrary(text: string): string | undefined {
  if (/[%/]/.test(text)) return undefined;
  const parsed = text.includes(':') ? attempt(() => new Address6(text)) : attempt(() => new Address4(text));
  return parsed?.correctForm();
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['0.0.0.0', '0.0.0.0'],
  ['255.255.255.255', '255.255.255.255'],
  ['::', '::'],
  ['FE80::1', 'fe80::1'],
  ['fd00:0:0:0:0:0:0:1', 'fd00::1'],
  ['0001:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ['::ffff:10.0.0.1', '::ffff:a00:1'],
  ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
])('address %s is %s', (text, canonical) => {
  const parsed = parseAddress(text);
  expect(parsed && formatAddress(parsed)).toBe(canonical);
  expect(parsed?.family).toBe(text.includes(':') ? 6 : 4);
});

test.each([
  '',
  '10.0.0',
  '10.0.0.0.1',
  '10.0.0.256',
  '010.0.0.1',
  '10.00.0.1',
  '10.0.0.1 ',
  ' 10.0.0.1',
  '10.0.0.1\n',
  '10..0.1',
  '.10.0.0.1',
  '10.0.0.1.',
  '10.0.0.-1',
  '0x0a.0.0.1',
  '167772161',
  '10.0.0.1/32',
  '1.2.3.4.',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1::2:3:4:5:6:7:8',
  '::00001',
  '::g',
  ':1',
  '1:',
  'fe80::1%eth0',
  '[::1]',
  '::1/128',
  '::ffff:010.0.0.1',
  '::ffff:10.0.0',
  '::ffff:10.0.0.256',
  '1.2.3.4::',
  '::1 ',
  '::1.2.3.4:5',
  '1:2:3:4:5:6:7:1.2.3.4',
  '１0.0.0.1',
])('%j is no address', (text) => {
  expect(parseAddress(text)).toBeUndefined();
});

describe('prefixes', () => {
  test.each([
    ['10.0.0.0/8', '10.0.0.0/8', false, false],
    ['10.1.2.3/8', '10.0.0.0/8', true, false],
    ['10.0.0.1', '10.0.0.1/32', false, true],
    ['10.0.0.1/32', '10.0.0.1/32', false, false],
    ['255.255.255.255/0', '0.0.0.0/0', true, false],
    ['::/0', '::/0', false, false],
    ['fe80::1', 'fe80::1/128', false, true],
    ['fd00:0::1/64', 'fd00::/64', true, false],
    ['::ffff:10.0.0.0/104', '::ffff:a00:0/104', false, false],
  ])('%s is %s', (text, canonical, hostBits, bare) => {
    const parsed = parsePrefix(text);
    expect(parsed && formatPrefix(parsed.prefix)).toBe(canonical);
    expect(parsed).toMatchObject({ hostBits, bare });
  });

  test.each([
    '',
    '/',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/00',
    '10.0.0.0/+8',
    '10.0.0.0/-1',
    '10.0.0.0/ 8',
    '10.0.0.0/8/8',
    '10.0.0.0/255.0.0.0',
    '10.0.0.0/8 ',
    '::/129',
    '::/0128',
    'fe80::%eth0/64',
    '10/8',
    '10.0.0.0/1e1',
  ])('%j is no prefix', (text) => {
    expect(parsePrefix(text)).toBeUndefined();
  });
});

describe('held to ip-address', () => {
  test('printing', () => {
    fc.assert(
      fc.property(address, (a) => {
        const library = a.family === 4 ? Address4.fromBigInt(a.bits) : Address6.fromBigInt(a.bits);
        expect(formatAddress(a)).toBe(library.correctForm());
        expect(parseAddress(formatAddress(a))).toEqual(a);
      }),
      { numRuns: 2000 },
    );
  });

  test('reading: what it accepts and what it refuses', () => {
    const piece = fc.constantFrom(
      '0',
      '1',
      '00',
      '01',
      '10',
      '255',
      '256',
      'ff',
      'ffff',
      'FFFF',
      '00001',
      'g',
      '.',
      ':',
      '::',
      '1.2.3.4',
      '-',
      ' ',
      '',
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 16 }).map((pieces) => pieces.join('')),
      fc.array(piece, { minLength: 1, maxLength: 9 }).map((pieces) => pieces.join(':')),
      fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join('.')),
      fc
        .tuple(address, fc.nat(40), fc.constantFrom('', '0', ':', '.', '1'))
        .map(([a, at, insert]) => formatAddress(a).slice(0, at) + insert + formatAddress(a).slice(at)),
    );
    let accepted = 0;
    fc.assert(
      fc.property(text, (t) => {
        const parsed = parseAddress(t);
        if (parsed) accepted++;
        expect(parsed && formatAddress(parsed)).toBe(byLibrary(t));
      }),
      { numRuns: 5000 },
    );
    expect(accepted).toBeGreaterThan(500);
  });
});
