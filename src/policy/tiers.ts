// The tiers that exist, and the one order of all tiers, those that are only named by policies included.
import type { Tier } from '../resources/index.ts';
import { compareTiers, type TierOrder } from './order.ts';

export class Tiers {
  readonly #known = new Map<string, TierOrder>();

  /** True when the order or the end of some tier changed. */
  put(name: string, tier: Tier | undefined): boolean {
    const before = this.#known.get(name);
    if (!tier) return this.#known.delete(name);
    const { order } = tier.spec;
    // Everything that is not Pass denies.
    const defaultAction = tier.spec.defaultAction === 'Pass' ? 'Pass' : 'Deny';
    this.#known.set(name, { name, known: true, order, defaultAction });
    return before?.order !== order || before?.defaultAction !== defaultAction;
  }

  has(name: string): boolean {
    return this.#known.has(name);
  }

  /** A tier that does not exist is evaluated last and denies at its end. */
  get(name: string): TierOrder {
    return this.#known.get(name) ?? { name, known: false, order: undefined, defaultAction: 'Deny' };
  }

  sorted(names: Iterable<string>): TierOrder[] {
    return [...names].map((name) => this.get(name)).sort(compareTiers);
  }
}
