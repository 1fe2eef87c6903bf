// The order in which tiers, and policies inside a tier, are evaluated.
import type { PolicyHead } from './policy-head.ts';

export interface TierOrder {
  readonly name: string;
  /** False: policies name it, but there is no such tier. */
  readonly known: boolean;
  readonly order: number | undefined;
  readonly defaultAction: 'Deny' | 'Pass';
}

/** By order, then name. A tier that does not exist comes after all that do. */
export function compareTiers(a: TierOrder, b: TierOrder): number {
  return Number(b.known) - Number(a.known) || compareOrder(a.order, b.order) || compareText(a.name, b.name);
}

/** By order, then `name/namespace/kind`. */
export function comparePolicies(a: PolicyHead, b: PolicyHead): number {
  return compareOrder(a.order, b.order) || compareTies(a, b);
}

/** As texts `name/namespace/kind` compare; they are made only where names do not decide. */
function compareTies(a: PolicyHead, b: PolicyHead): number {
  if (a.name === b.name) return compareText(tie(a), tie(b));
  // Only the lesser one can be the beginning of the other.
  return a.name < b.name ? compareNames(a, b) : -compareNames(b, a);
}

function compareNames(less: PolicyHead, more: PolicyHead): number {
  if (less.name.length >= more.name.length || !more.name.startsWith(less.name)) return -1;
  return compareText(tie(less), tie(more));
}

function tie({ name, namespace, kind }: PolicyHead): string {
  return `${name}/${namespace ?? ''}/${kind}`;
}

/** Sorted lists as one: with few long ones that takes hardly more than to read them. */
export function mergeSorted<T>(
  lists: readonly (readonly T[])[],
  compare: (a: T, b: T) => number,
): readonly T[] {
  if (lists.length < 2) return lists[0] ?? [];
  const pairs: (readonly T[])[] = [];
  for (let i = 0; i < lists.length; i += 2)
    pairs.push(mergeTwo(lists[i] as readonly T[], lists[i + 1] ?? [], compare));
  return mergeSorted(pairs, compare);
}

function mergeTwo<T>(a: readonly T[], b: readonly T[], compare: (a: T, b: T) => number): readonly T[] {
  if (b.length === 0) return a;
  const merged: T[] = [];
  let at = 0;
  for (const one of a) {
    while (at < b.length && compare(b[at] as T, one) < 0) merged.push(b[at++] as T);
    merged.push(one);
  }
  while (at < b.length) merged.push(b[at++] as T);
  return merged;
}

/** No order comes last. */
function compareOrder(a = Number.POSITIVE_INFINITY, b = Number.POSITIVE_INFINITY): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
