// Namespaces and service accounts that pods and policies live in, and no file describes. A namespace's profile lets
// traffic through that no policy judges, so it has to be there; of its labels only the one with its name is sure.
import { convertNamespace, convertServiceAccount } from '../../convert/index.ts';
import { type Problem, problem } from '../../errors/problem.ts';
import type { Profile, ResourceKey } from '../../resources/index.ts';
import type { Seen } from './kubernetes.ts';
import type { Origins } from './origins.ts';

/** `has`: a profile of this name is given. */
export function missingProfiles(
  seen: readonly Seen[],
  has: (profile: string) => boolean,
  origins: Origins,
): { profiles: Profile[]; problems: Problem[] } {
  const profiles = new Map<string, Profile>();
  const problems: Problem[] = [];
  for (const { object, key } of seen) {
    const { namespace } = object.metadata;
    if ((object.kind !== 'Pod' && object.kind !== 'NetworkPolicy') || namespace === undefined) continue;
    const add = (name: string, make: () => Profile | undefined) => {
      if (has(name) || profiles.has(name)) return false;
      const profile = make();
      if (profile) profiles.set(name, profile);
      return true;
    };
    const labels = new Map([['kubernetes.io/metadata.name', namespace]]);
    const isNew = add(
      `kns.${namespace}`,
      () => convertNamespace({ kind: 'Namespace', metadata: { name: namespace, labels } }).value,
    );
    if (isNew) problems.push(unknownNamespace(namespace, key, origins));
    const account = object.kind === 'Pod' ? object.spec.serviceAccountName : undefined;
    if (account) {
      const metadata = { name: account, namespace };
      add(
        `ksa.${namespace}.${account}`,
        () => convertServiceAccount({ kind: 'ServiceAccount', metadata }).value,
      );
    }
  }
  return { profiles: [...profiles.values()], problems };
}

function unknownNamespace(namespace: string, key: ResourceKey, origins: Origins): Problem {
  const place = origins.locate(key, ['metadata', 'namespace']);
  return problem(
    'kubernetes/unknown-namespace',
    `namespace ${namespace} is not in the input: its labels are unknown`,
    {
      severity: 'warning',
      resource: key,
      hint: 'selectors of namespaces match it by kubernetes.io/metadata.name only',
      ...(place && { place }),
    },
  );
}
