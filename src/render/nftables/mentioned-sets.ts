// Which IP sets, in which family, the rules of a block ask. All nft sets behind them have to exist, and how many those
// are decides how the rules read.
import type { Family } from '../../net/index.ts';
import type { Block, Condition } from '../program.ts';

export interface SetMention {
  readonly set: string;
  readonly family: Family;
}

const cache = new WeakMap<Block, readonly SetMention[]>();

export function mentionedSets(block: Block): readonly SetMention[] {
  let mentions = cache.get(block);
  if (mentions === undefined) {
    const found = new Map<string, SetMention>();
    for (const { family, conditions } of block.rules) {
      for (const set of conditions.flatMap(setsOf)) found.set(`${family} ${set}`, { set, family });
    }
    cache.set(block, (mentions = [...found.values()]));
  }
  return mentions;
}

function setsOf(condition: Condition): readonly string[] {
  if (condition.kind === 'any-of') return condition.alternatives.flatMap(setsOf);
  return condition.kind === 'set' || condition.kind === 'port-set' ? [condition.set] : [];
}
