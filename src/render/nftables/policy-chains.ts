// One block (a policy's or profile's rules in one direction) → its chain, and a chain of its own for every rule that
// nft cannot say in one line. Allow accepts, deny drops, pass leaves, and the end of the chain is "no match".
//
// A rule with one alternation and a final action is that many lines: no packet meets two of them. Every other rule with
// alternatives is a jump into a chain, where what must not hold returns, and alternatives `goto` the next step, so that
// nothing is logged or counted twice and no cross product arises:
//
//   policy-…:   <matches> jump rule-…/3
//   rule-…/3:   ip saddr != @set-a-v4 ip saddr != @set-a-v4-nets return
//               tcp dport 80 goto rule-…/3.2
//               ip daddr . meta l4proto . th dport @set-b-v4 goto rule-…/3.2
//   rule-…/3.2: log …
import type { Family } from '../../net/index.ts';
import type { Block, Condition, ProgramRule } from '../program.ts';
import { chainHash } from '../hash.ts';
import type { NftChain, NftSet, RuleLine } from '../ruleset.ts';
import { type ActionSettings, passesByMark, ruleAction } from './actions.ts';
import {
  impliesFamily,
  impliesProtocol,
  type MatchContext,
  type Requirement,
  requirement,
} from './matches.ts';
import { policyChain, ruleChain } from './names.ts';
import { commentText } from './quote.ts';
import { goto, jump, markMatch, type Match, metaMatch, setMark, type Statement } from './statement.ts';
import { ruleLine } from './text.ts';

export interface LoweredBlock {
  /** The policy's own chain first. */
  readonly chains: readonly NftChain[];
  /** The sets of port ranges that a rule mentions; IP sets are `mentionedSets`. */
  readonly portSets: readonly NftSet[];
}

/** Without a counter: what carries a rule's id counts that rule's packets, once. */
const LEAVE: Statement = { return: null };

type Halves = (set: string, family: Family) => readonly NftSet[];

export function policyChains(block: Block, settings: ActionSettings, halves: Halves): LoweredBlock {
  const sets = new Map<string, NftSet>();
  const lines: RuleLine[] = [];
  const chains: NftChain[] = [];
  const use = (set: NftSet) => void sets.set(set.name, set);
  const of = { 4: (set: string) => halves(set, 4), 6: (set: string) => halves(set, 6) };
  for (const { rule, both } of familiesMerged(block.rules)) {
    const protocol = protocolOf(rule.conditions);
    const context: MatchContext = { family: rule.family, protocol, halves: of[rule.family], use };
    const lowered = lowerRule(rule, both, block, settings, context);
    for (const line of lowered.lines) lines.push(line);
    for (const chain of lowered.chains) chains.push(chain);
  }
  return {
    chains: [namedChain(policyChain(block, settings.stage?.name), lines, block.resource), ...chains],
    portSets: [...sets.values()],
  };
}

/** Never without a rule: the hash needs a comment to stand in. */
export function namedChain(name: string, lines: readonly RuleLine[], cause?: string): NftChain {
  const rules = lines.length > 0 ? lines : [ruleLine([{ continue: null }], { comment: 'empty' })];
  return { name, hash: chainHash(rules), rules, ...(cause === undefined ? {} : { cause }) };
}

interface LoweredRule {
  readonly lines: readonly RuleLine[];
  readonly chains: readonly NftChain[];
}

function lowerRule(
  rule: ProgramRule,
  both: boolean,
  block: Block,
  settings: ActionSettings,
  context: MatchContext,
): LoweredRule {
  const about = { comment: ruleComment(rule), rule: rule.id };
  const parts = rule.conditions.map((condition) => requirement(condition, context));
  const choices = parts.filter(isChoice);
  const inline = withoutImpliedProtocol(parts, rule.conditions, context.protocol);
  const [choice, another] = choices;
  if (choice === undefined) {
    const expr = joined(withFamily(inline, rule, both), ruleAction(rule, block, false, settings));
    return { lines: [ruleLine(expr, about)], chains: [] };
  }
  const line = (...statements: readonly Statement[]): RuleLine => ruleLine(statements, about);
  if (another === undefined && choice.any !== undefined && rule.action !== 'log') {
    const action = ruleAction(rule, block, false, settings);
    return {
      lines: choice.any.map((matches) => line(...withFamily([...inline, ...matches], rule, both), ...action)),
      chains: [],
    };
  }
  const chains = stepChains(rule, both, block, settings, choices, line);
  const entry = line(...withFamily(inline, rule, both), jump(chains[0]?.name ?? ''));
  if (rule.action !== 'pass' || !passesByMark(block, true, settings)) return { lines: [entry], chains };
  // A return from the rule's chain leads back here: the mark says whether the rule passed. A profile is not a tier, at
  // whose start the bit is cleared.
  const leave = line(markMatch(settings.passBit, true), LEAVE);
  const clear = block.kind === 'profile' ? [line(setMark(settings.passBit, false))] : [];
  return { lines: [...clear, entry, leave], chains };
}

/** `concat` makes a list of the right length, a spread one with room for more: there are thousands of these lists. */
function joined(matches: readonly Statement[], action: readonly Statement[]): readonly Statement[] {
  return matches.concat(action);
}

function isChoice(part: Requirement): boolean {
  return part.any !== undefined || part.none !== undefined;
}

/** The chains of one rule: everything that must not hold first, then one chain for each alternation that is left. */
function stepChains(
  rule: ProgramRule,
  both: boolean,
  block: Block,
  settings: ActionSettings,
  choices: readonly Requirement[],
  line: (...expr: readonly Statement[]) => RuleLine,
): NftChain[] {
  const index = rule.id.slice(rule.id.lastIndexOf('/') + 1);
  const name = (step: number): string =>
    ruleChain(block, index, both ? '' : `-v${rule.family}`, step, settings.stage?.name);
  const action = ruleAction(rule, block, true, settings);
  const refusals = choices.flatMap((choice) => choice.none ?? []).map((matches) => line(...matches, LEAVE));
  const alternations = choices.flatMap((choice) =>
    choice.none === undefined && choice.any ? [choice.any] : [],
  );
  const chains: NftChain[] = [];
  let lines = refusals;
  alternations.forEach((alternatives, i) => {
    const last = i === alternations.length - 1 && rule.action !== 'log';
    const then = last ? action : [goto(name(chains.length + 2))];
    lines.push(...alternatives.map((matches) => line(...matches, ...then)));
    chains.push(namedChain(name(chains.length + 1), lines, block.resource));
    lines = [];
  });
  if (alternations.length === 0 || rule.action === 'log') {
    lines.push(line(...action));
    chains.push(namedChain(name(chains.length + 1), lines, block.resource));
  }
  return chains;
}

function ruleComment(rule: ProgramRule): string {
  return commentText(
    rule.id,
    rule.annotations?.map(([key, value]) => `${key}=${value}`),
  );
}

/** A rule that asks for nothing of its family is one rule for both. */
function familiesMerged(rules: readonly ProgramRule[]): { rule: ProgramRule; both: boolean }[] {
  const merged: { rule: ProgramRule; both: boolean }[] = [];
  let previous: ProgramRule | undefined;
  for (const rule of rules) {
    const of: ProgramRule | undefined = previous?.id === rule.id ? previous : undefined;
    // Protocols and ports do not depend on the family: the second half cannot differ from the first.
    if (of?.conditions.every(familyless) && rule.conditions.every(familyless)) {
      merged[merged.length - 1] = { rule: of, both: true };
    } else merged.push({ rule, both: false });
    previous = rule;
  }
  return merged;
}

function familyless(condition: Condition): boolean {
  if (condition.kind === 'any-of') return condition.alternatives.every(familyless);
  return condition.kind === 'protocol' || condition.kind === 'ports';
}

const FAMILY_MATCHES = { 4: metaMatch('nfproto', 'ipv4'), 6: metaMatch('nfproto', 'ipv6') } as const;

function withFamily(matches: readonly Match[], rule: ProgramRule, both: boolean): readonly Match[] {
  if (both || impliesFamily(matches)) return matches;
  return [FAMILY_MATCHES[rule.family]].concat(matches);
}

/** `tcp dport` asks for TCP itself. */
function withoutImpliedProtocol(
  parts: readonly Requirement[],
  conditions: readonly Condition[],
  protocol: number | undefined,
): Match[] {
  const implied = protocol !== undefined && parts.some((part) => impliesProtocol(part.all, protocol));
  const wanted = implied ? parts.filter((_, i) => conditions[i]?.kind !== 'protocol') : parts;
  return ([] as Match[]).concat(...wanted.map((part) => part.all));
}

function protocolOf(conditions: readonly Condition[]): number | undefined {
  const found = conditions.find((condition) => condition.kind === 'protocol' && !condition.negated);
  return found?.kind === 'protocol' ? found.protocol : undefined;
}
