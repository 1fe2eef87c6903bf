// Warnings that only the whole shows, and errors of policies that could not be compiled. Computed when asked for.
import { type Problem, problem } from '../errors/problem.ts';
import { type ResourceKey, type Rule } from '../resources/index.ts';
import type { EndpointAssembly } from './endpoint-assembly.ts';
import type { FelixConfigs } from './felix-config.ts';
import { hostEndpointProblems } from './host-problems.ts';
import type { Intake } from './intake.ts';
import { endpointsByInterface } from './interfaces.ts';
import type { NodeState } from './node-state.ts';
import { compareText } from './order.ts';
import type { Policies } from './policies.ts';
import type { Profiles } from './profiles.ts';
import { neverMatches } from './rules.ts';
import type { Tiers } from './tiers.ts';

interface Parts {
  readonly assembly: EndpointAssembly;
  readonly configs: FelixConfigs;
  readonly intake: Intake;
  readonly policies: Policies;
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
    ...parts.configs.problems(),
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
  const empty = [...intake.withoutAddresses].map((key) =>
    warning('policy/no-addresses', 'endpoint has no ipNetworks and counts as absent', key, {
      path: ['spec', 'ipNetworks'],
    }),
  );
  const staged = [...intake.notConverted.keys()].map((key) =>
    warning('policy/not-supported', 'StagedKubernetesNetworkPolicy is not shown yet', key),
  );
  return [...empty, ...staged];
}

function policyProblems({ policies, tiers }: Parts): Problem[] {
  const found: Problem[] = [];
  for (const { key, tier, resource } of policies.heads()) {
    if (!tiers.has(tier)) {
      const hint = 'it is evaluated after all others, and denies what no policy in it matches';
      found.push(
        warning('policy/unknown-tier', `tier ${tier} does not exist`, key, { path: ['spec', 'tier'], hint }),
      );
    }
    found.push(
      ...ruleProblems(key, 'ingress', resource.spec.ingress),
      ...ruleProblems(key, 'egress', resource.spec.egress),
    );
  }
  return found;
}

const NEVER = {
  http: 'the rule never matches: the kernel does not see HTTP',
  services: 'the rule never matches: services are not resolved yet',
};

function ruleProblems(key: ResourceKey, direction: string, rules: readonly Rule[] | undefined): Problem[] {
  return (rules ?? []).flatMap((rule, index) => {
    const never = neverMatches(rule);
    return never ? [warning(`policy/${never}`, NEVER[never], key, { path: ['spec', direction, index] })] : [];
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
