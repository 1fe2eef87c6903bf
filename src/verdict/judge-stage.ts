// What one list of policies of an endpoint says about a packet in one direction: tiers in order, then profiles, then deny
// (docs/semantics.md, "Inside a workload stage", steps 3 to 5); a list that asks no profiles allows at its end.
// Lists are compiled once; judging allocates nothing
// unless a list of steps is given to write the trail into.
import type { EndpointTier, IpSet, NodePolicy, Rule } from '../policy/index.ts';
import type { Direction, ResourceKey } from '../resources/types.ts';
import { compileConditions, type Condition, firstFailed } from './match-rule.ts';
import { builtIn, type Outcome } from './outcome.ts';
import type { Packet } from './packet.ts';
import { mergeStaged, type PolicyList } from './staged.ts';
import type { Step } from './trail.ts';

/** What one stage of an endpoint asks. A LocalEndpoint is one. */
export interface StageList extends PolicyList {
  readonly id: ResourceKey;
  /** Absent: the end of the tiers allows. */
  readonly profiles?: readonly string[];
}

/** Everything one endpoint asks in one direction. */
export interface CompiledList {
  readonly tiers: readonly CompiledTier[];
  readonly profiles:
    | readonly { readonly name: string; readonly rules: readonly CompiledRule[] }[]
    | undefined;
}

interface CompiledTier {
  readonly name: string;
  readonly policies: readonly CompiledPolicy[];
  /** No enforced policy in this direction: the tier is shown and decides nothing. */
  readonly stagedOnly: boolean;
  /** What ends the tier when no policy matched; absent: the next tier. */
  readonly end: Outcome | undefined;
}

interface CompiledPolicy {
  readonly key: ResourceKey;
  readonly staged: boolean;
  readonly rules: readonly CompiledRule[];
}

interface CompiledRule {
  readonly rule: Rule;
  readonly conditions: readonly Condition[];
  readonly outcome: Outcome;
}

const NO_PROFILE_MATCHED: Outcome = { verdict: 'deny', decidedBy: { kind: 'no-profile-matched' } };

export function compileList(policy: NodePolicy, list: StageList, direction: Direction): CompiledList {
  const rules = (those: readonly Rule[]) => those.map((rule) => compileRule(rule, policy.ipSets));
  const tiers = mergeStaged(policy, list, direction).map(
    ({ tier, policies }): CompiledTier => ({
      name: tier.name,
      policies: policies.map((p) => ({
        key: p.policy.key,
        staged: p.staged,
        rules: p.staged ? [] : rules(p.policy[direction]),
      })),
      ...tierEnd(
        tier,
        direction,
        policies.every((p) => p.staged),
      ),
    }),
  );
  const profiles = list.profiles?.map((name) => {
    const profile = policy.profiles.get(name);
    if (profile === undefined)
      throw new TypeError(`${list.id} lists the profile ${name}, which the NodePolicy does not hold`);
    return { name, rules: rules(profile[direction]) };
  });
  return { tiers, profiles };
}

export function judgeList(list: CompiledList, packet: Packet, steps: Step[] | undefined): Outcome {
  for (const tier of list.tiers) {
    const decided = judgeTier(tier, packet, steps);
    if (decided !== undefined) return decided;
  }
  if (list.profiles === undefined) return builtIn('end-of-tiers', 'allow', steps);
  for (const { name, rules } of list.profiles) {
    const at = reserve(steps);
    const rule = firstMatch(rules, packet, steps);
    if (steps) steps[at] = { kind: 'profile', profile: name, result: rule ? 'match' : 'no-match' };
    if (rule !== undefined && rule.rule.action !== 'pass') return rule.outcome;
  }
  steps?.push({ kind: 'no-profile-matched' });
  return NO_PROFILE_MATCHED;
}

/** The outcome, or `undefined` when the packet goes on to the next tier. */
function judgeTier(tier: CompiledTier, packet: Packet, steps: Step[] | undefined): Outcome | undefined {
  const at = reserve(steps);
  const rule = judgePolicies(tier.policies, packet, steps);
  if (steps) steps[at] = { kind: 'tier', tier: tier.name, result: tierResult(tier, rule) };
  if (rule !== undefined) return rule.rule.action === 'pass' ? undefined : rule.outcome;
  return tier.end;
}

function judgePolicies(policies: readonly CompiledPolicy[], packet: Packet, steps: Step[] | undefined) {
  for (const { key, staged, rules } of policies) {
    const at = reserve(steps);
    const rule = firstMatch(rules, packet, steps);
    if (steps) steps[at] = { kind: 'policy', policy: key, staged, result: rule ? 'match' : 'no-match' };
    if (rule !== undefined) return rule;
  }
  return undefined;
}

type TierResult = Extract<Step, { kind: 'tier' }>['result'];

function tierResult(tier: CompiledTier, rule: CompiledRule | undefined): TierResult {
  if (rule !== undefined) return rule.rule.action === 'pass' ? 'passed' : 'decided';
  if (tier.stagedOnly) return 'staged-only';
  return tier.end === undefined ? 'default-pass' : 'default-deny';
}

/** The first rule that matches and is not a log rule; log rules are in the trail and never decide. */
function firstMatch(
  rules: readonly CompiledRule[],
  packet: Packet,
  steps: Step[] | undefined,
): CompiledRule | undefined {
  for (const compiled of rules) {
    const failed = firstFailed(compiled.conditions, packet);
    steps?.push(ruleStep(compiled.rule, failed));
    if (failed === undefined && compiled.rule.action !== 'log') return compiled;
  }
  return undefined;
}

function ruleStep(rule: Rule, failed: Condition | undefined): Step {
  const step = { kind: 'rule', rule: rule.id, action: rule.action } as const;
  if (failed === undefined) return { ...step, result: 'match' };
  const { name, detail } = failed;
  const result = rule.never === undefined ? 'no-match' : 'never';
  return { ...step, result, failed: name, ...(detail !== undefined && { detail }) };
}

function compileRule(rule: Rule, sets: ReadonlyMap<string, IpSet>): CompiledRule {
  const verdict = rule.action === 'allow' ? 'allow' : 'deny';
  return {
    rule,
    conditions: compileConditions(rule, sets),
    outcome: { verdict, decidedBy: { kind: 'rule', rule: rule.id } },
  };
}

function tierEnd(tier: EndpointTier, direction: Direction, stagedOnly: boolean) {
  if (stagedOnly || tier.defaultAction === 'Pass') return { stagedOnly, end: undefined };
  const decidedBy = { kind: 'tier-default', tier: tier.name, direction } as const;
  return { stagedOnly, end: { verdict: 'deny', decidedBy } as const };
}

/** A heading stands before its children in the trail, but its result is known after them: keep its place. */
function reserve(steps: Step[] | undefined): number {
  return steps === undefined ? -1 : steps.push({ kind: 'no-profile-matched' }) - 1;
}
