// What only all the input together shows: tiers that do not exist, staged deletions of nothing, and kinds that are
// accepted without effect.
import { type Problem, problem } from '../../errors/problem.ts';
import { BUILTIN_TIERS, KINDS, valueAt } from '../../resources/index.ts';
import { type ResourceKey, resourceKey } from '../../resources/types.ts';
import { suggest } from '../../errors/suggest.ts';
import type { Origins } from './origins.ts';

/** What a policy says that concerns other resources, read from the document whether or not the policy is valid. */
export interface PolicyClaim {
  readonly key: ResourceKey;
  readonly tier: string;
  /** The policy that a staged deletion is about. */
  readonly deletes?: ResourceKey;
}

const TIERED = /^(Staged)?((?:Global)?NetworkPolicy)\//;

export function policyClaim(key: ResourceKey, raw: unknown): PolicyClaim | undefined {
  const kind = TIERED.exec(key);
  if (!kind) return undefined;
  const given = valueAt(raw, ['spec', 'tier']);
  const tier = typeof given === 'string' && given !== '' ? given : 'default';
  const isDeletion = kind[1] !== undefined && valueAt(raw, ['spec', 'stagedAction']) === 'Delete';
  return isDeletion ? { key, tier, deletes: key.slice('Staged'.length) } : { key, tier };
}

/** `keys`: everything that the input names, valid or not, so that one error does not cause another. */
export function checkClaims(
  claims: readonly PolicyClaim[],
  keys: ReadonlySet<ResourceKey>,
  origins: Origins,
): Problem[] {
  return claims.flatMap(({ key, tier, deletes }) => {
    const found: Problem[] = [];
    if (!BUILTIN_TIERS.has(tier) && !keys.has(resourceKey('Tier', undefined, tier))) {
      found.push(missingTier(tier, key, keys, origins));
    }
    if (deletes !== undefined && !keys.has(deletes)) found.push(deletesNothing(key, deletes, origins));
    return found;
  });
}

function missingTier(
  tier: string,
  key: ResourceKey,
  keys: ReadonlySet<ResourceKey>,
  origins: Origins,
): Problem {
  const path = ['spec', 'tier'];
  const place = origins.locate(key, path);
  const tiers = [...keys].filter((k) => k.startsWith('Tier/')).map((k) => k.slice('Tier/'.length));
  const near = suggest(tier, [...tiers, ...BUILTIN_TIERS.keys()]);
  const hint = near === undefined ? 'add a Tier resource with this name' : `did you mean "${near}"?`;
  return problem('policy/missing-tier', `tier ${JSON.stringify(tier)} does not exist`, {
    resource: key,
    path,
    hint,
    ...(place ? { place } : {}),
  });
}

function deletesNothing(key: ResourceKey, enforced: ResourceKey, origins: Origins): Problem {
  const path = ['spec', 'stagedAction'];
  const place = origins.locate(key, path);
  return {
    ...problem(
      'policy/staged-delete-of-nothing',
      `stages the deletion of ${enforced}, which does not exist`,
      {
        resource: key,
        path,
        ...(place ? { place } : {}),
      },
    ),
    severity: 'warning',
  };
}

/** One warning for each kind that has no effect, at its first resource. */
export function noticesOfKinds(keys: Iterable<ResourceKey>, origins: Origins): Problem[] {
  const byKind = new Map<string, ResourceKey[]>();
  for (const key of keys) {
    const kind = key.slice(0, key.indexOf('/'));
    const found = byKind.get(kind);
    if (found) found.push(key);
    else byKind.set(kind, [key]);
  }
  return [...byKind].flatMap(([kind, [first = '', ...others]]) => {
    const info = KINDS.get(kind);
    if (info?.enforced !== 'not-relevant') return [];
    const place = origins.locate(first, ['kind']);
    const count = others.length === 0 ? '' : ` (${others.length + 1} of them)`;
    const message = `${kind} is ${info.modelled ? '' : 'not validated, and '}not relevant to policy${count}`;
    return [
      {
        ...problem('resource/not-relevant', message, { resource: first, ...(place ? { place } : {}) }),
        severity: 'warning' as const,
      },
    ];
  });
}
