// Which IP sets, in which family, the rules of a block ask.
import type { Family } from '../net/index.ts';
import type { Block, Condition } from './program.ts';

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
      for (const condition of conditions) addSets(condition, family, found);
    }
    cache.set(block, (mentions = [...found.values()]));
  }
  return mentions;
}

function addSets(condition: Condition, family: Family, found: Map<string, SetMention>): void {
  if (condition.kind === 'any-of') {
    for (const alternative of condition.alternatives) addSets(alternative, family, found);
  } else if (condition.kind === 'set' || condition.kind === 'port-set') {
    found.set(`${family} ${condition.set}`, { set: condition.set, family });
  }
}
