import { expect, test } from 'vitest';
import { compileSelector, matches, parseSelector, type Selector } from './index.ts';

test.each<[string, Record<string, string>, boolean]>([
  ['a != "a"', {}, true],
  ['a != "a"', { a: 'b' }, true],
  ['a != "a"', { a: 'a' }, false],
  ['!a in {"a"}', { a: 'b' }, true],
  ['a not in {"d"}', {}, true],
  ['!! ! has(a)', { a: 'b' }, false],
  ['!(!has(a) || has(b))', { a: 'a' }, true],
  [`a != 'a1' || b != 'b1'`, { a: 'a1', b: 'b1' }, false],
  [`a in {"'", '"', "c"}`, { a: '"' }, true],
  ['a ends with "a"', { a: 'aab' }, false],
  ['a ends with "b"', { a: 'aab' }, true],
  ['a starts with "aa"', { a: 'aab' }, true],
  ['a contains "ab"', { a: 'aab' }, true],
  ['a contains ""', { a: '' }, true],
  ['a contains ""', {}, false],
  ['a starts with ""', {}, false],
  ['a ends with ""', {}, false],
  ['a == ""', {}, false],
  ['a == ""', { a: '' }, true],
  ['has(a)', { a: '' }, true],
  ['a in {}', { a: 'x' }, false],
  ['a in {}', {}, false],
  ['a not in {}', { a: 'x' }, true],
  ['a in {"constructor"}', {}, false],
  ['all()', {}, true],
  ['global()', {}, true],
  ['', {}, true],
  ['!all()', {}, false],
])('%s on %j is %s', (text, labels, expected) => {
  const selector = parseSelector(text).value as Selector;
  const source = new Map(Object.entries(labels));
  expect(matches(selector, source)).toBe(expected);
  expect(compileSelector(selector)(source)).toBe(expected);
});
