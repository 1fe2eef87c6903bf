// The difference between two ipsets of one name, and whether a delta can make one of the other at all.
import type { Ipset } from './types.ts';

export interface IpsetDelta {
  readonly add: readonly string[];
  readonly del: readonly string[];
}

export function ipsetDelta(from: Pick<Ipset, 'members'>, to: Pick<Ipset, 'members'>): IpsetDelta {
  if (from.members === to.members) return { add: [], del: [] };
  const before = new Set(from.members);
  const after = new Set(to.members);
  return {
    add: to.members.filter((m) => !before.has(m)),
    del: from.members.filter((m) => !after.has(m)),
  };
}

/** Same type, family and options; otherwise the set has to be made anew and swapped in. */
export function sameShape(
  a: Pick<Ipset, 'type' | 'family' | 'options'>,
  b: Pick<Ipset, 'type' | 'family' | 'options'>,
): boolean {
  return a.type === b.type && a.family === b.family && a.options === b.options;
}
