// Where staged policies would stand among the enforced ones of an endpoint. They are shown in the trail and decide
// nothing; a tier that has only staged policies is shown and is transparent.
import type { ActivePolicy, EndpointTier, NodePolicy } from '../policy/index.ts';
import type { Direction, ResourceKey } from '../resources/types.ts';

export interface PlacedPolicy {
  readonly policy: ActivePolicy;
  readonly staged: boolean;
}

export interface PlacedTier {
  readonly tier: EndpointTier;
  readonly policies: readonly PlacedPolicy[];
}

/** One list of policies of an endpoint. */
export interface PolicyList {
  readonly tiers: readonly EndpointTier[];
  readonly staged: readonly EndpointTier[];
}

/** The tiers that have at least one policy, enforced or staged, in this direction. */
export function mergeStaged(policy: NodePolicy, list: PolicyList, direction: Direction): PlacedTier[] {
  const staged = new Map(list.staged.map((tier) => [tier.name, tier]));
  const enforced = new Set(list.tiers.map((tier) => tier.name));
  const tiers: PlacedTier[] = [];
  const place = (tier: EndpointTier, live: readonly ResourceKey[]) => {
    const waiting = staged.get(tier.name)?.[direction] ?? [];
    const policies = mergeByOrder(
      live.map((key) => policyOf(policy.policies, key)),
      waiting.map((key) => policyOf(policy.staged, key)),
    );
    if (policies.length > 0) tiers.push({ tier, policies });
  };
  // The two lists share no key but the names they have in common, so a staged-only tier stands before the next common one.
  let next = 0;
  const placeStagedOnly = (until?: string) => {
    for (; next < list.staged.length; next++) {
      const tier = list.staged[next];
      if (tier === undefined || tier.name === until) break;
      if (!enforced.has(tier.name)) place(tier, []);
    }
  };
  for (const tier of list.tiers) {
    if (staged.has(tier.name)) placeStagedOnly(tier.name);
    place(tier, tier[direction]);
  }
  placeStagedOnly();
  return tiers;
}

/** Both lists keep their own order; a staged policy stands before the first enforced one that sorts after it. */
function mergeByOrder(enforced: readonly ActivePolicy[], staged: readonly ActivePolicy[]): PlacedPolicy[] {
  const merged: PlacedPolicy[] = [];
  let next = 0;
  for (const policy of enforced) {
    for (let s = staged[next]; s !== undefined && sortsBefore(s, policy); s = staged[++next]) {
      merged.push({ policy: s, staged: true });
    }
    merged.push({ policy, staged: false });
  }
  for (const policy of staged.slice(next)) merged.push({ policy, staged: true });
  return merged;
}

/** Calico's order inside a tier: the smaller order first, none last; then `name/namespace/kind`. */
function sortsBefore(a: ActivePolicy, b: ActivePolicy): boolean {
  const [x, y] = [a.order ?? Infinity, b.order ?? Infinity];
  return x === y ? sortName(a) < sortName(b) : x < y;
}

const sortName = (p: ActivePolicy) => `${p.name}/${p.namespace ?? ''}/${p.kind}`;

/** A key without its policy is a broken NodePolicy; skipping it would judge less than is enforced. */
function policyOf(policies: ReadonlyMap<ResourceKey, ActivePolicy>, key: ResourceKey): ActivePolicy {
  const policy = policies.get(key);
  if (policy === undefined)
    throw new TypeError(`an endpoint lists ${key}, which the NodePolicy does not hold`);
  return policy;
}
