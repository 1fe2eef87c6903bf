import { expect, test } from 'vitest';
import { suggest } from './index.ts';

const FIELDS = ['selector', 'notSelector', 'nets', 'notNets', 'ports', 'order', 'types'];

test.each([
  ['selectr', 'selector'],
  ['Selector', 'selector'],
  ['slector', 'selector'],
  ['selcetor', 'selector'],
  ['notNet', 'notNets'],
  ['odrer', 'order'],
  ['prots', 'ports'],
])('%s is %s', (word, expected) => {
  expect(suggest(word, FIELDS)).toBe(expected);
});

test.each(['', 'x', 'banana', 'st', 's'.repeat(65), 'selectorselector'])('%j is nothing we know', (word) => {
  expect(suggest(word, FIELDS)).toBeUndefined();
});

test('of equally near candidates the first in order, whatever the order given', () => {
  expect(suggest('cat', ['hat', 'bat'])).toBe('bat');
  expect(suggest('cat', ['bat', 'hat'])).toBe('bat');
  expect(suggest('cat', [])).toBeUndefined();
});
