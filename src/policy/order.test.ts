import { expect, it } from 'vitest';
import { comparePolicies, compareText, compareTiers, mergeSorted, type TierOrder } from './order.ts';
import type { PolicyHead } from './policy-head.ts';
import { Tiers } from './tiers.ts';

const tier = (name: string, order: number | undefined, known = true): TierOrder => ({
  name,
  known,
  order,
  defaultAction: 'Deny',
});

it('tiers: known before unknown, then by order with none last, then by name', () => {
  const sorted = [
    tier('z', -1),
    tier('b', 0),
    tier('a', 1),
    tier('c', 1),
    tier('x', undefined),
    tier('y', undefined),
    tier('d', undefined, false),
    tier('e', undefined, false),
  ];
  expect(sorted.toReversed().sort(compareTiers)).toEqual(sorted);
});

it('a tier that does not exist denies at its end', () => {
  expect(new Tiers().get('nowhere')).toMatchObject({ known: false, defaultAction: 'Deny' });
});

it('policies: by order with none last, then as name/namespace/kind compare', () => {
  const names = ['a', 'a-b', 'a.b', 'a/', 'ab', 'b'];
  const heads = names.flatMap((name) =>
    [undefined, 'm', 'n'].flatMap((namespace) =>
      [undefined, 1, 2].map((order) => ({ name, namespace, order, kind: 'NetworkPolicy' }) as PolicyHead),
    ),
  );
  const text = ({ order, name, namespace, kind }: PolicyHead): string =>
    `${order ?? 3} ${name}/${namespace ?? ''}/${kind}`;
  const sorted = [...heads].sort(comparePolicies).map(text);
  expect(sorted).toEqual(heads.map(text).sort(compareText));
});

it('sorted lists merge into one', () => {
  const compare = (a: number, b: number): number => a - b;
  expect(mergeSorted([], compare)).toEqual([]);
  expect(mergeSorted([[1, 4]], compare)).toEqual([1, 4]);
  expect(mergeSorted([[1, 4], [], [0, 2, 5], [3], [6, 7]], compare)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});
