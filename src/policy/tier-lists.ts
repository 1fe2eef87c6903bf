// The tiers of an endpoint: which policies, in which order, in which direction. Equal lists are one object, so that
// readers can tell by identity which endpoints are judged alike.
import type { EndpointTier, HostLists } from './node-policy.ts';
import type { PolicyHead, PolicyUse } from './policy-head.ts';
import { sameValue } from './same-value.ts';
import type { Tiers } from './tiers.ts';

/** Of a workload only the normal lists hold anything. */
export interface TierLists {
  readonly enforced: HostLists;
  readonly staged: HostLists;
}

const NONE: readonly EndpointTier[] = Object.freeze([]);
const NO_LISTS: HostLists = Object.freeze({ untracked: NONE, preDnat: NONE, forward: NONE, normal: NONE });
export const NO_TIERS: TierLists = Object.freeze({ enforced: NO_LISTS, staged: NO_LISTS });

const LISTS = ['untracked', 'preDnat', 'forward', 'normal'] as const satisfies readonly (keyof HostLists)[];
type ListName = (typeof LISTS)[number];

export function sameLists(a: HostLists, b: HostLists): boolean {
  return LISTS.every((name) => a[name] === b[name]);
}

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
    for (const { enforced, staged } of used)
      for (const name of LISTS) kept.add(enforced[name]).add(staged[name]);
    this.#lists = new Map();
    for (const list of kept) this.intern(list);
  }
}

/** `policies`: all that match, in the order inside a tier. `host`: of a host endpoint, which has four lists. */
export function buildTierLists(
  policies: readonly PolicyHead[],
  host: boolean,
  tiers: Tiers,
  interner: TierInterner,
): TierLists {
  if (policies.length === 0) return NO_TIERS;
  const build = (staged: boolean): HostLists => {
    const those = policies.filter((policy) => policy.staged === staged);
    if (those.length === 0) return NO_LISTS;
    const list = (name: ListName) => interner.intern(tierList(those, name, tiers));
    const normal = list('normal');
    if (!host) return { ...NO_LISTS, normal };
    return { untracked: list('untracked'), preDnat: list('preDnat'), forward: list('forward'), normal };
  };
  return { enforced: build(false), staged: build(true) };
}

/** `policies`: in the order inside a tier. */
function tierList(policies: readonly PolicyHead[], list: ListName, tiers: Tiers): EndpointTier[] {
  const byTier = new Map<string, PolicyHead[]>();
  for (const policy of policies) {
    if (!isIn(list, policy.use)) continue;
    const members = byTier.get(policy.tier);
    if (members) members.push(policy);
    else byTier.set(policy.tier, [policy]);
  }
  const passes = list === 'untracked' || list === 'preDnat';
  return tiers.sorted(byTier.keys()).map(({ name, defaultAction }): EndpointTier => {
    const members = byTier.get(name) ?? [];
    const keys = (direction: 'ingress' | 'egress') => members.filter((p) => p[direction]).map((p) => p.key);
    return {
      name,
      defaultAction: passes ? 'Pass' : defaultAction,
      ingress: keys('ingress'),
      egress: keys('egress'),
    };
  });
}

function isIn(list: ListName, use: PolicyUse): boolean {
  return use === list || (list === 'normal' && use === 'forward');
}

/** Cheap to compare, and different for most lists that differ. */
function fingerprint(list: readonly EndpointTier[]): string {
  return list
    .map((tier) =>
      [tier.name, tier.ingress.length, tier.egress.length, tier.ingress[0], tier.egress.at(-1)].join(' '),
    )
    .join('\n');
}
