// Warnings that only the whole shows, and errors of policies that could not be compiled. Computed when asked for.
import { type Problem, problem } from '../errors/problem.ts';
import { type Direction, type ResourceKey, type Rule } from '../resources/index.ts';
import type { EndpointAssembly } from './endpoint-assembly.ts';
import type { FelixConfigs } from './felix-config.ts';
import { hostEndpointProblems } from './host-problems.ts';
import type { Intake } from './intake.ts';
import { endpointsByInterface } from './interfaces.ts';
import type { NodeState } from './node-state.ts';
import { compareText } from './order.ts';
import type { Policies } from './policies.ts';
import type { Pools } from './pools.ts';
import type { Profiles } from './profiles.ts';
import type { IpSets } from './ip-sets.ts';
import { serviceOf } from './peers.ts';
import type { Tiers } from './tiers.ts';

interface Parts {
  readonly assembly: EndpointAssembly;
  readonly configs: FelixConfigs;
  readonly intake: Intake;
  readonly ipSets: IpSets;
  readonly policies: Policies;
  readonly pools: Pools;
  readonly profiles: Profiles;
  readonly tiers: Tiers;
  readonly nodes: ReadonlyMap<string, NodeState>;
}

/** Sorted by resource, then code. Endpoints of other nodes are not judged. */
export function findProblems(parts: Parts): Problem[] {
  const found = [
    ...parts.policies.problems(),
    ...parts.profiles.problems(),
    ...inputProblems(parts.intake),
    ...policyProblems(parts),
    ...profileProblems(parts),
    ...interfaceProblems(parts),
    ...hostEndpointProblems([...parts.nodes.values()].map(({ value }) => value)),
    ...spoofingProblems(parts),
    ...parts.configs.problems(),
    ...parts.pools.problems(),
  ];
  return found.sort(
    (a, b) =>
      compareText(a.resource ?? '', b.resource ?? '') ||
      compareText(a.code, b.code) ||
      compareText(a.message, b.message),
  );
}

function warning(code: string, message: string, resource: ResourceKey, more: Partial<Problem> = {}): Problem {
  return problem(code, message, { severity: 'warning', resource, ...more });
}

function inputProblems(intake: Intake): Problem[] {
  return [...intake.withoutAddresses].map((key) =>
    warning('policy/no-addresses', 'endpoint has no ipNetworks and counts as absent', key, {
      path: ['spec', 'ipNetworks'],
    }),
  );
}

function policyProblems({ ipSets, policies, tiers }: Parts): Problem[] {
  const found: Problem[] = [];
  for (const { key, tier, namespace, resource } of policies.heads()) {
    if (!tiers.has(tier)) {
      const hint = 'it is evaluated after all others, and denies what no policy in it matches';
      found.push(
        warning('policy/unknown-tier', `tier ${tier} does not exist`, key, { path: ['spec', 'tier'], hint }),
      );
    }
    found.push(
      ...ruleProblems(key, 'ingress', resource.spec.ingress),
      ...ruleProblems(key, 'egress', resource.spec.egress),
      ...serviceProblems({ key, namespace }, 'ingress', resource.spec.ingress, ipSets),
      ...serviceProblems({ key, namespace }, 'egress', resource.spec.egress, ipSets),
    );
  }
  return found;
}

function ruleProblems(key: ResourceKey, direction: Direction, rules: readonly Rule[] | undefined): Problem[] {
  return (rules ?? []).flatMap(({ http }, index) => {
    const message = 'the rule never matches: the kernel does not see HTTP';
    return http ? [warning('policy/http', message, key, { path: ['spec', direction, index] })] : [];
  });
}

function serviceProblems(
  owner: { readonly key: ResourceKey; readonly namespace: string | undefined },
  direction: Direction,
  rules: readonly Rule[] | undefined,
  { services }: IpSets,
): Problem[] {
  const side = direction === 'ingress' ? 'source' : 'destination';
  return (rules ?? []).flatMap((rule, index) => {
    const service = rule[side] && serviceOf(rule[side], owner);
    if (service === undefined || services.has(service)) return [];
    const message = `service ${service} has no EndpointSlices: the rule matches nothing`;
    const path = ['spec', direction, index, side, 'services'];
    return [warning('policy/services', message, owner.key, { path })];
  });
}

function profileProblems({ assembly, profiles }: Parts): Problem[] {
  const found: Problem[] = [];
  for (const { key, source } of assembly.items()) {
    for (const name of source.parents) {
      if (profiles.has(name)) continue;
      const hint = 'traffic that no tier decides is denied';
      found.push(
        warning('policy/unknown-profile', `profile ${name} does not exist`, key, {
          path: ['spec', 'profiles'],
          hint,
        }),
      );
    }
  }
  return found;
}

/** Calico takes such an endpoint for absent; here it stays, and its packets with those sources are dropped. */
function spoofingProblems({ nodes }: Parts): Problem[] {
  return [...nodes.values()].flatMap(({ value }) =>
    [...value.endpoints.values()].flatMap(({ id, spoofable }) => {
      if (spoofable === undefined || value.config.allowSpoofing) return [];
      const message = `the prefixes count for nothing: workloadSourceSpoofing of FelixConfiguration is not Any on ${value.node}`;
      const path = ['spec', 'allowSpoofedSourcePrefixes'];
      return [warning('policy/spoofing', message, id, { path })];
    }),
  );
}

function interfaceProblems({ nodes }: Parts): Problem[] {
  const found: Problem[] = [];
  for (const { value } of nodes.values()) {
    const winners = endpointsByInterface(value);
    const prefixes = value.config.interfacePrefixes;
    for (const { id, interfaceName } of value.endpoints.values()) {
      const path = ['spec', 'interfaceName'];
      const winner = winners.get(interfaceName);
      if (winner && winner.id !== id) {
        const message = `${winner.id} has the same interface ${interfaceName} on ${value.node}, and is used instead`;
        found.push(warning('policy/shared-interface', message, id, { path }));
      }
      if (!prefixes.some((prefix) => interfaceName.startsWith(prefix))) {
        const message = `interface ${interfaceName} begins with none of the prefixes of workload interfaces (${prefixes.join(', ')})`;
        const hint = 'it is policed nevertheless; Calico would not';
        found.push(warning('policy/interface-prefix', message, id, { path, hint }));
      }
    }
  }
  return found;
}
