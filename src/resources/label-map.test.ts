import { expect, it } from 'vitest';
import { LabelMap, labelMap, shareText } from './label-map.ts';

const given = new Map([
  ['role', 'web'],
  ['app', 'shop'],
  ['constructor', 'x'],
]);

it('reads as a Map does, in the order of the names', () => {
  const labels = labelMap(given);
  const sorted = [...given].sort(([a], [b]) => (a < b ? -1 : 1));
  expect([...labels]).toEqual(sorted);
  expect([...labels.entries()]).toEqual(sorted);
  expect([...labels.keys()]).toEqual(sorted.map(([name]) => name));
  expect([...labels.values()]).toEqual(sorted.map(([, value]) => value));
  expect(labels.size).toBe(3);
  expect(labels.get('app')).toBe('shop');
  expect(labels.get('constructor')).toBe('x');
  expect(labels.get('toString')).toBeUndefined();
  expect(labels.has('role')).toBe(true);
  expect(labels.has('__proto__')).toBe(false);
  const seen: string[] = [];
  labels.forEach((value, name, whole) => seen.push(`${name}=${value} of ${whole.size}`));
  expect(seen).toEqual(['app=shop of 3', 'constructor=x of 3', 'role=web of 3']);
  expect([...labelMap(new Map())]).toEqual([]);
});

it('shares names whatever their order, and values', () => {
  const other = labelMap(
    new Map([
      ['app', ['sh', 'op'].join('')],
      ['constructor', 'y'],
      ['role', 'db'],
    ]),
  );
  const labels = labelMap(given);
  expect(other.names).toBe(labels.names);
  expect(Object.is(other.texts[0], shareText('shop'))).toBe(true);
  expect(labelMap(labels)).toBe(labels);
});

it('is one object for pods that follow each other with the same labels', () => {
  const pod = () => new Map([...given].map(([name, value]): [string, string] => [name, value]));
  expect(labelMap(pod())).toBe(labelMap(pod()));
  expect(labelMap(pod()).texts).not.toEqual(labelMap(pod().set('app', 'other')).texts);
});

it('names that look like one joined name are several', () => {
  expect(labelMap(new Map([['a b', 'x']])).get('a')).toBeUndefined();
  const two = labelMap(
    new Map([
      ['a', '1'],
      ['b', '2'],
    ]),
  );
  expect(two.names).not.toBe(labelMap(new Map([['a b', '1']])).names);
});

it('goes on when what is remembered starts anew', () => {
  const before = labelMap(given);
  for (let i = 0; i < 70_000; i++) labelMap(new Map([[`name-${i}`, `value-${i}`]]));
  const after = labelMap(new Map(given));
  expect(after).toEqual(before);
  expect(after).toBeInstanceOf(LabelMap);
});
