// One IP set while its members are counted: several things may give the same member.
import { MemberSet } from './member-set.ts';
import type { IpSet } from './node-policy.ts';
import type { SetDefinition } from './set-definition.ts';

export interface CountedSet<D extends SetDefinition = SetDefinition> {
  readonly definition: D;
  /** How many nodes need it. */
  users: number;
  readonly counts: Map<string, number>;
  /** Members touched since the last flush: were they there before? */
  readonly touched: Map<string, boolean>;
  value: (IpSet & { readonly members: MemberSet }) | undefined;
}

/** `before` undefined: the set is new. Both lists are unordered. */
export interface SetChange {
  readonly before: IpSet | undefined;
  readonly after: IpSet;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

export function countedSet<D extends SetDefinition>(definition: D): CountedSet<D> {
  return { definition, users: 0, counts: new Map(), touched: new Map(), value: undefined };
}

/** One more thing gives the member (1), or one less (-1). */
export function countMember(state: CountedSet, member: string, by: 1 | -1): void {
  const count = state.counts.get(member) ?? 0;
  if (state.value && !state.touched.has(member)) state.touched.set(member, count > 0);
  if (count + by > 0) state.counts.set(member, count + by);
  else state.counts.delete(member);
}

/** Makes what was counted the value; undefined when it is the value already. */
export function settle(state: CountedSet): SetChange | undefined {
  const { definition, counts, touched, value: before } = state;
  const add: string[] = [];
  const remove: string[] = [];
  for (const [member, was] of touched) {
    const is = counts.has(member);
    if (is && !was) add.push(member);
    if (was && !is) remove.push(member);
  }
  touched.clear();
  if (before && add.length === 0 && remove.length === 0) return undefined;
  const { id, type, description } = definition;
  const members = before ? before.members.supersede(counts, add, remove) : new MemberSet(counts);
  const after = { id, type, description, members };
  state.value = after;
  return { before, after, add, remove };
}
