import { expect, it } from 'vitest';
import { compareTiers, type TierOrder } from './order.ts';
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
