// What differs between two maps or two lists, by value or by identity. What is the same object is never looked into, so
// that the cost of a plan follows the size of the change.
import type { ChainText, NftChain } from '../render/ruleset.ts';

export interface MapDelta<T> {
  readonly added: readonly T[];
  readonly changed: readonly { readonly before: T; readonly after: T }[];
  readonly removed: readonly T[];
}

const NOTHING: MapDelta<never> = { added: [], changed: [], removed: [] };

export function mapDelta<T>(
  older: ReadonlyMap<string, T>,
  newer: ReadonlyMap<string, T>,
  same: (a: T, b: T) => boolean,
): MapDelta<T> {
  if (older === newer) return NOTHING;
  const added: T[] = [];
  const changed: { before: T; after: T }[] = [];
  for (const [name, after] of newer) {
    const before = older.get(name);
    if (before === undefined) added.push(after);
    else if (before !== after && !same(before, after)) changed.push({ before, after });
  }
  const removed: T[] = [];
  for (const [name, before] of older) if (!newer.has(name)) removed.push(before);
  return { added, changed, removed };
}

export interface MemberDelta {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export function memberDelta(older: readonly string[], newer: readonly string[]): MemberDelta {
  if (older === newer) return { added: [], removed: [] };
  const before = new Set(older);
  const after = new Set(newer);
  return { added: newer.filter((m) => !before.has(m)), removed: older.filter((m) => !after.has(m)) };
}

export function isEmpty(delta: MemberDelta): boolean {
  return delta.added.length === 0 && delta.removed.length === 0;
}

/** The hash stands for texts and comments; the count for rules that somebody else added or deleted. */
export function sameRules(a: ChainText, b: ChainText): boolean {
  return a.hash === b.hash && a.rules.length === b.rules.length;
}

export function sameBase(a: NftChain, b: NftChain): boolean {
  return (
    a.base?.type === b.base?.type && a.base?.hook === b.base?.hook && a.base?.priority === b.base?.priority
  );
}
