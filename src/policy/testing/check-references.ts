// A NodePolicy is closed: everything it refers to is in it, and nothing is in it that nothing refers to.
import type { NodePolicy, Rule } from '../node-policy.ts';

export function checkReferences(policy: NodePolicy): string[] {
  const used = {
    policies: new Set<string>(),
    staged: new Set<string>(),
    profiles: new Set<string>(),
    sets: new Set<string>(),
  };
  for (const endpoint of policy.endpoints.values()) {
    for (const tier of endpoint.tiers)
      for (const key of [...tier.ingress, ...tier.egress]) used.policies.add(key);
    for (const tier of endpoint.staged)
      for (const key of [...tier.ingress, ...tier.egress]) used.staged.add(key);
    for (const name of endpoint.profiles) used.profiles.add(name);
  }
  for (const { lists, staged, profiles } of policy.hostEndpoints.values()) {
    for (const tier of Object.values({ ...lists }).flat())
      for (const key of [...tier.ingress, ...tier.egress]) used.policies.add(key);
    for (const tier of Object.values({ ...staged }).flat())
      for (const key of [...tier.ingress, ...tier.egress]) used.staged.add(key);
    for (const name of profiles) used.profiles.add(name);
  }
  const owners = [...policy.policies.values(), ...policy.staged.values(), ...policy.profiles.values()];
  for (const { ingress, egress } of owners) {
    for (const rule of [...ingress, ...egress]) for (const id of setsOf(rule)) used.sets.add(id);
  }
  return [
    ...compare('policy', used.policies, policy.policies),
    ...compare('staged policy', used.staged, policy.staged),
    ...compare('profile', used.profiles, policy.profiles),
    ...compare('set', used.sets, policy.ipSets),
  ];
}

function setsOf({ source, destination }: Rule): string[] {
  return [source, destination].flatMap((side) => [
    ...side.sets,
    ...side.notSets,
    ...side.namedPorts,
    ...side.notNamedPorts,
  ]);
}

function compare(what: string, used: ReadonlySet<string>, present: ReadonlyMap<string, unknown>): string[] {
  const missing = [...used].filter((key) => !present.has(key)).map((key) => `${what} ${key} is missing`);
  const idle = [...present.keys()].filter((key) => !used.has(key)).map((key) => `${what} ${key} is not used`);
  return [...missing, ...idle];
}
