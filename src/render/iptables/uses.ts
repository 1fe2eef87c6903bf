// What adding a member to a set would do, judged by every rule of the ruleset that mentions it: only then can a change of
// members be put before or after the change of rules without opening anything in between.
import type { IpsetUse } from '../../ipsets/index.ts';
import type { Family } from '../../net/index.ts';
import type { Block, Condition, ProgramRule } from '../program.ts';

type SetCondition = Extract<Condition, { kind: 'set' | 'port-set' }>;
/** Letters of what a reference does: `l` loosens, `r` restricts, `?` cannot be said; a log rule does nothing: `-`. */
type Effect = 'l' | 'r' | '?' | '-';

interface Mention {
  readonly family: Family;
  readonly set: string;
  readonly action: ProgramRule['action'];
  readonly effect: Effect;
}

const mentioned = new WeakMap<Block, readonly Mention[]>();

function mentions(block: Block): readonly Mention[] {
  let list = mentioned.get(block);
  if (list === undefined) {
    list = block.rules.flatMap((rule) =>
      rule.conditions.flatMap(setConditions).map((condition) => {
        const { family, action } = rule;
        return { family, set: condition.set, action, effect: effectOf(action, condition.negated) };
      }),
    );
    mentioned.set(block, list);
  }
  return list;
}

function setConditions(condition: Condition): SetCondition[] {
  if (condition.kind === 'any-of') return condition.alternatives.flatMap(setConditions);
  return condition.kind === 'set' || condition.kind === 'port-set' ? [condition] : [];
}

function effectOf(action: ProgramRule['action'], negated: boolean): Effect {
  if (action === 'log') return '-';
  // A packet that is passed can end either way.
  if (action === 'pass') return '?';
  return (action === 'allow') === negated ? 'r' : 'l';
}

export interface CalledBlocks {
  /** In the tables raw, mangle or filter, or several of them. */
  readonly all: Iterable<Block>;
  /** In raw. What is allowed there is not tracked, and may meet a denial where an established packet would not. */
  readonly untracked: ReadonlySet<Block>;
}

/** By set id, for the blocks that are really called in each family, whatever the table. */
export function setUses(blocks: Readonly<Record<Family, CalledBlocks>>): ReadonlyMap<string, IpsetUse> {
  const effects = new Map<string, Set<Effect>>();
  for (const family of [4, 6] as const) {
    const { all, untracked } = blocks[family];
    for (const block of all) {
      for (const mention of mentions(block)) {
        if (mention.family !== family) continue;
        const known = effects.get(mention.set) ?? new Set();
        const unsure = mention.action === 'allow' && untracked.has(block);
        effects.set(mention.set, known.add(unsure ? '?' : mention.effect));
      }
    }
  }
  return new Map([...effects].map(([set, found]) => [set, useOf(found)]));
}

function useOf(effects: ReadonlySet<Effect>): IpsetUse {
  if (effects.has('?') || (effects.has('l') && effects.has('r'))) return 'mixed';
  return effects.has('r') ? 'restricts' : 'loosens';
}
