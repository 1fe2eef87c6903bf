import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { build } from './ast.ts';
import { readEquality } from './equality.ts';
import { parseSelector } from './parse.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const label = fc.constantFrom(
  'a',
  'in',
  'has',
  'all',
  'x.y/z-1',
  'é',
  '',
  '-',
  'l'.repeat(512),
  'l'.repeat(513),
);
const space = fc.constantFrom(' ', ' ', '  ', '', '\n');
const quote = fc.constantFrom('"', "'");

it(`reads an equality as the parser does, or not at all (seed ${seed})`, () => {
  let read = 0;
  fc.assert(
    fc.property(label, space, space, quote, fc.string(), quote, (name, before, after, open, value, close) => {
      const text = `${name}${before}==${after}${open}${value}${close}`;
      const found = readEquality(text);
      if (found === undefined) return;
      read++;
      expect(parseSelector(text).value).toEqual(build.compare(found.label, '==', found.value));
    }),
    { numRuns: 3000, seed },
  );
  expect(read).toBeGreaterThan(100);
});
