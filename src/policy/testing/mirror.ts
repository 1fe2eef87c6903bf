// Applies a delta to a NodePolicy, as a consumer would, and refuses what a delta must never say.
import type { Changes, IpSetChanges, NodeDelta } from '../delta.ts';
import type { IpSet, NodePolicy } from '../node-policy.ts';

export function applyDelta(before: NodePolicy, delta: NodeDelta): NodePolicy {
  return {
    node: before.node,
    config: delta.config ?? before.config,
    endpoints: applyChanges(before.endpoints, delta.endpoints, (endpoint) => endpoint.id),
    hostEndpoints: applyChanges(before.hostEndpoints, delta.hostEndpoints, (endpoint) => endpoint.id),
    policies: applyChanges(before.policies, delta.policies, (policy) => policy.key),
    staged: applyChanges(before.staged, delta.staged, (policy) => policy.key),
    profiles: applyChanges(before.profiles, delta.profiles, (profile) => profile.name),
    ipSets: applySets(before.ipSets, delta.ipSets),
    masquerade: delta.masquerade ?? before.masquerade,
  };
}

function applyChanges<T>(before: ReadonlyMap<string, T>, changes: Changes<T>, key: (value: T) => string) {
  const map = new Map(before);
  for (const name of changes.removed) {
    if (!map.delete(name)) throw new Error(`delta removes ${name}, which is not there`);
  }
  for (const value of changes.changed) {
    if (map.get(key(value)) === value) throw new Error(`delta changes ${key(value)} to itself`);
    map.set(key(value), value);
  }
  return sorted(map);
}

function applySets(before: ReadonlyMap<string, IpSet>, changes: IpSetChanges): ReadonlyMap<string, IpSet> {
  const map = new Map(before);
  for (const id of changes.removed)
    if (!map.delete(id)) throw new Error(`delta removes the set ${id}, which is not there`);
  for (const set of changes.added) {
    if (map.has(set.id)) throw new Error(`delta adds the set ${set.id}, which is there`);
    map.set(set.id, set);
  }
  for (const { id, add, remove } of changes.changed) {
    const set = map.get(id);
    if (!set) throw new Error(`delta changes the set ${id}, which is not there`);
    const members = new Set(set.members);
    for (const member of remove)
      if (!members.delete(member)) throw new Error(`${id}: removes ${member}, not there`);
    for (const member of add) {
      if (members.has(member)) throw new Error(`${id}: adds ${member}, which is there`);
      members.add(member);
    }
    map.set(id, { ...set, members });
  }
  return sorted(map);
}

function sorted<T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
