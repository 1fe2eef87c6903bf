import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalHost, canonicalPrefix } from './canonical.ts';
import { formatPrefix } from './format.ts';
import { parsePrefix } from './parse.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

/** Texts that are addresses, or nearly: few different groups, so that zeros, gaps and mistakes meet. */
const group = fc.constantFrom('0', '0', '0', '1', 'a', 'ffff', '01', 'A', '', '12345');
const v6 = fc.array(group, { maxLength: 9 }).map((groups) => groups.join(':'));
const gapped = fc
  .tuple(fc.array(group, { maxLength: 6 }), fc.array(group, { maxLength: 6 }))
  .map(([left, right]) => `${left.join(':')}::${right.join(':')}`);
const octet = fc.constantFrom('0', '1', '10', '255', '256', '01', '', '999');
const v4 = fc.array(octet, { minLength: 3, maxLength: 5 }).map((octets) => octets.join('.'));
const text = fc
  .tuple(
    fc.oneof(v6, gapped, v4, fc.ipV4(), fc.ipV6()),
    fc.constantFrom('/32', '/128', '/24', '', '/0', '/129'),
  )
  .map((parts) => parts.join(''));

it(`says what parsing and printing say (seed ${seed})`, () => {
  fc.assert(
    fc.property(text, (each) => {
      const prefix = parsePrefix(each)?.prefix;
      expect(canonicalPrefix(each)).toBe(prefix && formatPrefix(prefix));
      const length = prefix?.family === 4 ? 32 : 128;
      expect(canonicalHost(each)).toBe(prefix && formatPrefix({ ...prefix, length }));
    }),
    { numRuns: 20_000, seed },
  );
});

it.each(['::/128', '::1/128', '1::/128', 'a00:1::ffff:0:0/128', '1:0:0:2::3/128', '1::2:0:0:3/128'])(
  '%s',
  (each) => {
    expect(canonicalPrefix(each)).toBe(formatPrefix(parsePrefix(each)?.prefix as never));
  },
);
