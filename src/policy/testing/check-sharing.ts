// What did not change between two NodePolicies must be the same object, and equal tier lists must be one array.
import type { NodePolicy } from '../node-policy.ts';
import { compareText } from '../order.ts';
import { dumpValue } from './describe.ts';

const MAPS = ['endpoints', 'hostEndpoints', 'policies', 'staged', 'profiles', 'ipSets'] as const;

export function checkSharing(before: NodePolicy, after: NodePolicy): string[] {
  const faults: string[] = [];
  if (before !== after && dumpValue(before) === dumpValue(after))
    faults.push('an equal NodePolicy is another object');
  if (before.config !== after.config && dumpValue(before.config) === dumpValue(after.config))
    faults.push('config copied');
  for (const part of MAPS) {
    const [old, now] = [before[part], after[part]] as readonly ReadonlyMap<string, object>[];
    if (!old || !now) continue;
    if (old !== now && dumpValue(old) === dumpValue(now))
      faults.push(`${part}: an equal map is another object`);
    const keys = [...now.keys()];
    if (keys.join() !== keys.toSorted(compareText).join()) faults.push(`${part}: not sorted`);
    for (const [key, value] of now) {
      const other = old.get(key);
      if (other && other !== value && dumpValue(other) === dumpValue(value))
        faults.push(`${part} ${key}: copied`);
    }
  }
  return [...faults, ...checkTiers(after)];
}

function checkTiers({ endpoints, hostEndpoints }: NodePolicy): string[] {
  const known = new Map<string, unknown>();
  const faults: string[] = [];
  const all = [
    ...[...endpoints.values()].map(({ id, tiers, staged }) => ({ id, lists: [tiers, staged] })),
    ...[...hostEndpoints.values()].map(({ id, lists, staged }) => ({
      id,
      lists: [...Object.values(lists), ...Object.values(staged)],
    })),
  ];
  for (const { id, lists } of all) {
    for (const list of lists) {
      const text = dumpValue(list);
      if (known.has(text) && known.get(text) !== list) faults.push(`${id}: equal tiers are another array`);
      known.set(text, list);
    }
  }
  return faults;
}
