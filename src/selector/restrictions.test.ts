import { expect, test } from 'vitest';
import { labelsOf, parseSelector, restrictions, type Selector } from './index.ts';

function parse(text: string): Selector {
  return parseSelector(text).value as Selector;
}

/** `a+{v1,v2}`: + present, - absent. */
function demands(text: string): string {
  return [...restrictions(parse(text))]
    .map(([label, { present, absent, values }]) => {
      const set = values ? `{${[...values].sort().join()}}` : '';
      return `${label}${present ? '+' : ''}${absent ? '-' : ''}${set}`;
    })
    .sort()
    .join(' ');
}

test.each([
  ['all()', ''],
  ['global()', ''],
  ['a == "v"', 'a+{v}'],
  ['a in {"v", "w"}', 'a+{v,w}'],
  ['a in {}', 'a+'],
  ['has(a)', 'a+'],
  ['a contains "v"', 'a+'],
  ['a starts with "v"', 'a+'],
  ['a ends with "v"', 'a+'],
  ['a != "v"', ''],
  ['a not in {"v"}', ''],
  ['!has(a)', 'a-'],
  ['!!has(a)', 'a+'],
  ['!a == "v"', ''],
  ['!(has(a) && has(b))', ''],
  [`a == 'v1' && a == 'v2'`, 'a+{}'],
  ['a in {"x", "y"} && a in {"y", "z"} && has(b)', 'a+{y} b+'],
  ['has(a) && a == "v"', 'a+{v}'],
  ['has(a) && !has(a)', 'a+-'],
  [`a=='v2' || (has(b) && has(a))`, 'a+'],
  [`a == 'v1' || all()`, ''],
  ['a == "x" || a == "y"', 'a+{x,y}'],
  ['a == "x" || b == "y"', ''],
  ['!has(a) || a == "x"', ''],
  ['!has(a) || !has(a)', 'a-'],
  ['a == "x" || a == "y" || has(a)', 'a+'],
  ['(a == "x" && b == "y") || (a == "z" && b == "w" && has(c))', 'a+{x,z} b+{w,y}'],
])('%s demands %s', (text, expected) => {
  expect(demands(text)).toBe(expected);
});

test('labelsOf names what can change the answer', () => {
  const uses = labelsOf(
    parse(
      'a == "x" && !(a in {"y", "x"} || has(b)) && c not in {} && a contains "q" && a contains "q" && d != "z"',
    ),
  );
  expect([...uses]).toEqual([
    ['a', { values: new Set(['x', 'y']), presence: false, substrings: [{ op: 'contains', value: 'q' }] }],
    ['b', { values: new Set(), presence: true, substrings: [] }],
    ['c', { values: new Set(), presence: false, substrings: [] }],
    ['d', { values: new Set(['z']), presence: false, substrings: [] }],
  ]);
  expect(labelsOf(parse('all()')).size).toBe(0);
});
