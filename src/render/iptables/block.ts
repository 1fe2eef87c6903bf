// A block (the rules of one policy or profile in one direction) → its chain in one family, and a chain for each rule
// that needs alternatives. Called with both bits clear; it ends with *accepted* set, *passed* set, or the packet
// dropped, or with neither: no match.
import type { Family } from '../../net/index.ts';
import type { Block, ProgramRule } from '../program.ts';
import type { ChainText, RuleLine } from '../ruleset.ts';
import { ruleTarget, type Targets } from './actions.ts';
import { type Bits, whenSet } from './bits.ts';
import { chain, chainName } from './chain.ts';
import { lowerConditions, type Match, matchText, type SetNames } from './matches.ts';
import { commentText } from './quote.ts';

export interface BlockContext {
  readonly family: Family;
  readonly bits: Bits;
  readonly targets: Targets;
  readonly sets: SetNames;
}

const chainNames = new WeakMap<object, string>();

/** `tortie-pi-np/prod/web`: policy (or profile), the direction as netfilter people say it, the kind's initials. */
export function blockChainName(block: NamedBlock): string {
  let name = chainNames.get(block);
  if (name === undefined) chainNames.set(block, (name = newChainName(block)));
  return name;
}

type NamedBlock = Pick<Block, 'id' | 'resource' | 'kind' | 'direction'>;

function newChainName(block: NamedBlock): string {
  const [kind = '', ...names] = block.resource.split('/');
  const way = block.direction === 'ingress' ? 'i' : 'o';
  if (block.kind === 'profile') return chainName(`pr${way}-`, names.join('/'));
  return chainName(`p${way}-`, [kind.replace(/[^A-Z]/g, '').toLowerCase(), ...names].join('/'));
}

/** The block's own chain first. */
export function lowerBlock(block: Block, context: BlockContext): ChainText[] {
  const rules = block.rules.filter((rule) => rule.family === context.family);
  const extra: ChainText[] = [];
  const lines = rules.flatMap((rule) => lowerRule(rule, block, context, extra));
  const head = rules.length > 0 ? lines : [{ text: '', comment: commentText(block.id) }];
  return [chain(blockChainName(block), head, block.resource), ...extra];
}

function lowerRule(rule: ProgramRule, block: Block, context: BlockContext, extra: ChainText[]): RuleLine[] {
  const { all, choices } = lowerConditions(rule.conditions, context.family, context.sets);
  const line = ruleLine(rule);
  const target = ruleTarget(rule, context.targets);
  const [choice] = choices;
  if (choice === undefined) return [line(all, target)];
  // Two rules in a row are one rule with an alternative, as long as the first that matches ends the chain.
  const ends = rule.action !== 'log';
  if (ends && choices.length === 1 && choice.length === 2) {
    return choice.map((alternative) => line([...all, ...alternative], target));
  }
  const first = choiceChains(rule, block, context, choices, extra);
  const lines = [line(all, `-j ${first}`)];
  if (rule.action === 'allow') lines.push(line([], `${whenSet(context.bits.accepted)} -j RETURN`));
  if (rule.action === 'pass') lines.push(line([], `${whenSet(context.bits.passed)} -j RETURN`));
  return lines;
}

/**
 * One chain for each choice. An alternative that matches goes to the next choice, after the last to the action, so
 * nothing is done or counted twice; `goto` makes every end come back behind the jump in the block's chain.
 */
function choiceChains(
  rule: ProgramRule,
  block: Block,
  context: BlockContext,
  choices: readonly (readonly (readonly Match[])[])[],
  extra: ChainText[],
): string {
  const line = ruleLine(rule);
  const target = ruleTarget(rule, context.targets);
  const name = (step: number) => chainName('or-', `${rule.id}/${step}`);
  choices.forEach((alternatives, step) => {
    const last = step === choices.length - 1;
    // A log does not end the chain: with several alternatives it needs a chain of its own to be reached once.
    const direct = last && (rule.action !== 'log' || alternatives.length === 1);
    const then = direct ? target : `-g ${name(step + 1)}`;
    extra.push(
      chain(
        name(step),
        alternatives.map((matches) => line(matches, then)),
        block.resource,
      ),
    );
    if (last && !direct) extra.push(chain(name(step + 1), [line([], target)], block.resource));
  });
  return name(0);
}

function ruleLine(rule: ProgramRule): (matches: readonly Match[], target: string) => RuleLine {
  const annotations = (rule.annotations ?? []).map(([key, value]) => `; ${key}=${value}`).join('');
  const comment = commentText(rule.id, annotations);
  return (matches, target) => {
    const match = matchText(matches);
    return { text: match === '' ? target : `${match} ${target}`, comment, rule: rule.id };
  };
}

/** What calling a block can do in one family, seen from its rules. */
export interface BlockEffects {
  readonly allows: boolean;
  readonly passes: boolean;
}

const effects = new WeakMap<Block, Readonly<Record<Family, BlockEffects>>>();

export function blockEffects(block: Block, family: Family): BlockEffects {
  let both = effects.get(block);
  if (both === undefined) effects.set(block, (both = { 4: effectsIn(block, 4), 6: effectsIn(block, 6) }));
  return both[family];
}

function effectsIn(block: Block, family: Family): BlockEffects {
  const actions = new Set(block.rules.filter((r) => r.family === family).map((r) => r.action));
  return { allows: actions.has('allow'), passes: actions.has('pass') };
}
