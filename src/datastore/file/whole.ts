// What only all the input together shows: tiers that do not exist, staged deletions of nothing, and kinds that are
// accepted without effect.
import { type Problem, problem } from '../../errors/problem.ts';
import { BUILTIN_TIERS, KINDS, type Resource } from '../../resources/index.ts';
import { type ResourceKey, resourceKey } from '../../resources/types.ts';
import { suggest } from '../../errors/suggest.ts';
import type { Origins } from './origins.ts';

/** `keys`: everything that the input names, valid or not, so that one error does not cause another. */
export function checkWholeInput(
  resources: readonly Resource[],
  keys: ReadonlySet<ResourceKey>,
  origins: Origins,
): Problem[] {
  return resources.flatMap((resource) => {
    if (
      resource.kind !== 'NetworkPolicy' &&
      resource.kind !== 'GlobalNetworkPolicy' &&
      resource.kind !== 'StagedNetworkPolicy' &&
      resource.kind !== 'StagedGlobalNetworkPolicy'
    ) {
      return [];
    }
    const { namespace, name } = resource.metadata;
    const key = resourceKey(resource.kind, namespace, name);
    const { tier } = resource.spec;
    const found: Problem[] = [];
    if (!BUILTIN_TIERS.has(tier) && !keys.has(resourceKey('Tier', undefined, tier))) {
      found.push(missingTier(tier, key, keys, origins));
    }
    if ('stagedAction' in resource.spec && resource.spec.stagedAction === 'Delete') {
      const enforced = resourceKey(resource.kind.slice('Staged'.length), namespace, name);
      if (!keys.has(enforced)) found.push(deletesNothing(key, enforced, origins));
    }
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
    const enforced = KINDS.get(kind)?.enforced;
    if (enforced !== 'not-yet' && enforced !== 'not-relevant') return [];
    const place = origins.locate(first, ['kind']);
    const count = others.length === 0 ? '' : ` (${others.length + 1} of them)`;
    const [code, what] =
      enforced === 'not-yet'
        ? ['resource/not-enforced', 'is validated but not yet enforced']
        : ['resource/not-relevant', 'is not relevant to policy'];
    const message = `${kind} ${what}${count}`;
    return [
      {
        ...problem(code, message, { resource: first, ...(place ? { place } : {}) }),
        severity: 'warning' as const,
      },
    ];
  });
}
