// The tiers of an endpoint: which policies, in which order, in which direction. Equal lists are one object, so that
// readers can tell by identity which endpoints are judged alike.
import type { EndpointTier } from './node-policy.ts';
import { comparePolicies } from './order.ts';
import type { PolicyHead } from './policy-head.ts';
import { sameValue } from './same-value.ts';
import type { Tiers } from './tiers.ts';

export interface TierLists {
  readonly tiers: readonly EndpointTier[];
  readonly staged: readonly EndpointTier[];
}

const NONE: readonly EndpointTier[] = Object.freeze([]);
export const NO_TIERS: TierLists = Object.freeze({ tiers: NONE, staged: NONE });

/** Hands out one object per content; `sweep` forgets what is not in use. */
export class TierInterner {
  #lists = new Map<string, (readonly EndpointTier[])[]>();

  intern(list: readonly EndpointTier[]): readonly EndpointTier[] {
    if (list.length === 0) return NONE;
    const known = this.#lists.get(fingerprint(list));
    const same = known?.find((other) => sameValue(other, list));
    if (same) return same;
    if (known) known.push(list);
    else this.#lists.set(fingerprint(list), [list]);
    return list;
  }

  sweep(used: Iterable<TierLists>): void {
    const kept = new Set<readonly EndpointTier[]>();
    for (const { tiers, staged } of used) kept.add(tiers).add(staged);
    this.#lists = new Map();
    for (const list of kept) this.intern(list);
  }
}

/** `policies`: all that match, in any order. */
export function buildTierLists(
  policies: readonly PolicyHead[],
  tiers: Tiers,
  interner: TierInterner,
): TierLists {
  if (policies.length === 0) return NO_TIERS;
  const sorted = [...policies].sort(comparePolicies);
  const build = (staged: boolean): readonly EndpointTier[] => {
    const byTier = new Map<string, PolicyHead[]>();
    for (const policy of sorted) {
      if (policy.staged !== staged) continue;
      const list = byTier.get(policy.tier);
      if (list) list.push(policy);
      else byTier.set(policy.tier, [policy]);
    }
    const list = tiers.sorted(byTier.keys()).map(({ name, defaultAction }): EndpointTier => {
      const members = byTier.get(name) ?? [];
      const keys = (direction: 'ingress' | 'egress') => members.filter((p) => p[direction]).map((p) => p.key);
      return { name, defaultAction, ingress: keys('ingress'), egress: keys('egress') };
    });
    return interner.intern(list);
  };
  return { tiers: build(false), staged: build(true) };
}

/** Cheap to compare, and different for most lists that differ. */
function fingerprint(list: readonly EndpointTier[]): string {
  return list
    .map((tier) =>
      [tier.name, tier.ingress.length, tier.egress.length, tier.ingress[0], tier.egress.at(-1)].join(' '),
    )
    .join('\n');
}
