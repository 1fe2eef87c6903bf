import { expect, test } from 'vitest';
import {
  compileSelector,
  formatSelector,
  labelsOf,
  MAX_DEPTH,
  MAX_LENGTH,
  matches,
  parseSelector,
  prefixLabels,
  restrictions,
  type Selector,
} from './index.ts';

const TERMS = 10_000;

test.each([' && ', ' || '])('ten thousand terms joined by%s', (joint) => {
  const text = Array.from({ length: TERMS }, (_, i) => `label == "value-${i}"`).join(joint);
  const started = performance.now();
  const selector = parseSelector(text).value as Selector;
  expect(formatSelector(selector)).toBe(`(${text})`);
  expect(labelsOf(selector).get('label')?.values.size).toBe(TERMS);
  expect(restrictions(selector).get('label')?.values?.size).toBe(joint === ' || ' ? TERMS : 0);
  const labels = new Map([['label', `value-${TERMS - 1}`]]);
  expect(matches(selector, labels)).toBe(joint === ' || ');
  expect(compileSelector(selector)(labels)).toBe(joint === ' || ');
  expect(labelsOf(prefixLabels(selector, 'p.')).has('p.label')).toBe(true);
  // Linear work takes some 50 ms; anything quadratic takes seconds.
  expect(performance.now() - started).toBeLessThan(3000);
});

test('ten thousand values in one set, and as many negations in a row', () => {
  const values = Array.from({ length: TERMS }, (_, i) => `"${i}"`).join(', ');
  const inSet = parseSelector(`a in {${values}}`).value as Selector;
  expect(compileSelector(inSet)(new Map([['a', '9999']]))).toBe(true);
  expect(formatSelector(parseSelector(`${'!'.repeat(TERMS + 1)}has(a)`).value as Selector)).toBe('!has(a)');
});

test('parentheses nest up to the limit', () => {
  const nested = (depth: number) => `${'!( '.repeat(depth)}has(a) && has(b)${')'.repeat(depth)}`;
  // has( is one level more: the limit counts every parenthesis that is open at once.
  const deepest = parseSelector(nested(MAX_DEPTH - 1)).value as Selector;
  expect(parseSelector(formatSelector(deepest)).value).toEqual(deepest);
  expect(parseSelector(nested(MAX_DEPTH), { file: 'f', line: 1, column: 1 }).problems).toMatchObject([
    { code: 'selector/too-deep', place: { line: 1, column: MAX_DEPTH * 3 + 4 } },
  ]);
});

// One pair in the text, two in the canonical text: has(a) && (…) || has(c).
const zigzag = (pairs: number) => `${'has(a) && !('.repeat(pairs)}has(b)${') || has(c)'.repeat(pairs)}`;

test('what parses still parses in its canonical text, however deep', () => {
  expect(parseSelector(zigzag(MAX_DEPTH / 2)).problems).toMatchObject([{ code: 'selector/too-deep' }]);
});

test('the deepest trees fit the stack too', () => {
  const selector = parseSelector(zigzag(MAX_DEPTH / 2 - 1)).value as Selector;
  expect(parseSelector(formatSelector(selector)).value).toEqual(selector);
  expect(matches(selector, new Map())).toBe(compileSelector(selector)(new Map()));
  expect(labelsOf(selector).size).toBe(3);
});

test.each(['(', '!(', 'has(', '((a == "b") && '])('a million of %s are refused by name', (piece) => {
  const text = piece.repeat(Math.floor(1_000_000 / piece.length));
  expect(parseSelector(text).problems).toMatchObject([{ code: expect.stringMatching(/^selector\//) }]);
});

test('parentheses inside strings do not count', () => {
  const text = `a == "${'('.repeat(2000)}" && b == '${'('.repeat(2000)}'`;
  expect(parseSelector(text).problems).toEqual([]);
});

test('length', () => {
  const text = (length: number) => `a == "${'x'.repeat(length - 7)}"`;
  expect(parseSelector(text(MAX_LENGTH)).problems).toEqual([]);
  expect(parseSelector(text(MAX_LENGTH + 1)).problems).toMatchObject([{ code: 'selector/too-long' }]);
});

test('a hint is found in constant time, whatever surrounds the error', () => {
  const started = performance.now();
  expect(parseSelector(`a == "${'x'.repeat(900_000)}" && b (`).problems).toHaveLength(1);
  expect(parseSelector(`a ${'x'.repeat(900_000)}`).problems).toHaveLength(1);
  expect(performance.now() - started).toBeLessThan(3000);
});
