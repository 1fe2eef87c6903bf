import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareText } from './order.ts';
import { type Change, SortedMap } from './sorted-map.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const change = fc.tuple(fc.nat(600), fc.option(fc.nat(9), { nil: undefined }));

/** Sorted, each key once, no change that changes nothing. */
function tidy(changes: readonly [number, number | undefined][]): Change<{ n: number }>[] {
  const byKey = new Map(changes.map(([key, n]) => [`k${key}`, n === undefined ? undefined : { n }]));
  return [...byKey].sort(([a], [b]) => compareText(a, b));
}

it(`is a map, in the order of its keys, in every version (seed ${seed})`, () => {
  const batches = fc.array(fc.array(change, { maxLength: 400 }), { maxLength: 8 });
  fc.assert(
    fc.property(batches, (all) => {
      let map = new SortedMap<{ n: number }>();
      let plain = new Map<string, { n: number }>();
      for (const changes of all.map(tidy)) {
        const [oldMap, oldPlain] = [map, plain];
        map = map.with(changes);
        plain = new Map(plain);
        for (const [key, value] of changes) {
          if (value) plain.set(key, value);
          else plain.delete(key);
        }
        plain = new Map([...plain].sort(([a], [b]) => compareText(a, b)));
        for (const [version, model] of [[map, plain] as const, [oldMap, oldPlain] as const]) {
          expect([...version]).toEqual([...model]);
          expect([...version.keys()]).toEqual([...model.keys()]);
          expect(version.size).toBe(model.size);
        }
        for (let n = 0; n <= 600; n++) expect(map.get(`k${n}`)).toBe(plain.get(`k${n}`));
      }
    }),
    { numRuns: 40, seed },
  );
});

it('visits all, and knows what it has', () => {
  const map = new SortedMap<{ n: number }>().with([
    ['a', { n: 1 }],
    ['b', { n: 2 }],
  ]);
  const seen: string[] = [];
  map.forEach((value, key) => seen.push(`${key}${value.n}`));
  expect(seen).toEqual(['a1', 'b2']);
  expect([...map.values()]).toEqual([{ n: 1 }, { n: 2 }]);
  expect([map.has('a'), map.has('c'), map.has('')]).toEqual([true, false, false]);
});
