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
  const tie = ({ name, namespace, kind }: PolicyHead): string => `${name}/${namespace ?? ''}/${kind}`;
  return a.name === b.name || a.name.startsWith(b.name) || b.name.startsWith(a.name)
    ? compareText(tie(a), tie(b))
    : compareText(a.name, b.name);
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
