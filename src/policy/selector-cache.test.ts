import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatSelector, parseSelector, selectorId } from '../selector/index.ts';
import { createSelectorCache, isParsed } from './selector-cache.ts';
import { createWorkCounters } from './work.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const piece = fc.constantFrom(
  'a',
  'has',
  'x.y/z-1',
  ' == ',
  ' ',
  '==',
  '!',
  '"',
  "'",
  'v',
  'é',
  'a '.repeat(300),
  '\n',
);
const equals = fc
  .tuple(
    fc.constantFrom('a', 'in', 'x.y/z', 'é', 'l'.repeat(512), 'l'.repeat(513)),
    fc.string(),
    fc.constantFrom('"', "'"),
  )
  .map(([label, value, quote]) => `${label} == ${quote}${value}${quote}`);

it(`reads a selector as the parser does, also the simplest form (seed ${seed})`, () => {
  fc.assert(
    fc.property(
      fc.oneof(
        equals,
        fc.array(piece, { maxLength: 6 }).map((parts) => parts.join('')),
      ),
      (text) => {
        const parsed = createSelectorCache(createWorkCounters()).parse(text);
        const { value } = parseSelector(text);
        expect(isParsed(parsed)).toBe(value !== undefined);
        if (!isParsed(parsed)) return;
        expect(parsed.ast).toEqual(value);
        expect(parsed.text).toBe(value && formatSelector(value));
        expect(parsed.id).toBe(value && selectorId(value));
      },
    ),
    { numRuns: 3000, seed },
  );
});
