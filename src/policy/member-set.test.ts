import { expect, it } from 'vitest';
import { MemberSet } from './member-set.ts';

it('every version keeps its members, whenever and in whatever order it is read', () => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 0, 2],
    [1, 2, 0],
  ]) {
    const table = new Map([
      ['a', 1],
      ['b', 1],
    ]);
    const first = new MemberSet(table);
    table.set('c', 1);
    table.delete('a');
    const second = first.supersede(table, ['c'], ['a']);
    table.delete('b');
    table.set('a', 1);
    const third = second.supersede(table, ['a'], ['b']);
    const versions = [first, second, third];
    const read = order.map((index) => [index, [...(versions[index] ?? [])].sort().join('')]);
    expect(Object.fromEntries(read)).toEqual({ 0: 'ab', 1: 'bc', 2: 'ac' });
  }
});

it('is a set', () => {
  const set = new MemberSet(
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
  );
  const seen: string[] = [];
  set.forEach((value, key, whole) => seen.push(value, key, String(whole === set)));
  expect(seen).toEqual(['a', 'a', 'true', 'b', 'b', 'true']);
  expect([set.size, set.has('a'), set.has('c')]).toEqual([2, true, false]);
  expect([...set.values()]).toEqual([...set.keys()]);
  expect([...set.entries()]).toEqual([
    ['a', 'a'],
    ['b', 'b'],
  ]);
});

it('a very old version is still readable', () => {
  const table = new Map<string, number>();
  const first = new MemberSet(table);
  let last = first;
  for (let i = 0; i < 20_000; i++) {
    table.set(String(i), 1);
    last = last.supersede(table, [String(i)], []);
  }
  expect([first.size, last.size]).toEqual([0, 20_000]);
});
