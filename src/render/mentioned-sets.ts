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
    const found: Found = { 4: new Set(), 6: new Set() };
    for (const { family, conditions } of block.rules) {
      for (const condition of conditions) addSets(condition, found[family]);
    }
    const of = (family: Family) => Array.from(found[family], (set): SetMention => ({ set, family }));
    cache.set(block, (mentions = [...of(4), ...of(6)]));
  }
  return mentions;
}

type Found = Readonly<Record<Family, Set<string>>>;

function addSets(condition: Condition, found: Set<string>): void {
  if (condition.kind === 'any-of') {
    for (const alternative of condition.alternatives) addSets(alternative, found);
  } else if (condition.kind === 'set' || condition.kind === 'port-set') {
    found.add(condition.set);
  }
}
