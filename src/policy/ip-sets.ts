// The IP sets that active rules refer to, and their members, counted: endpoints may share an address.
//
//   endpoints, network sets ─▶ classes ─▶ sets of the selectors that match ─▶ members
import { ClassIndex, type ClassListener, type Item, type LabelClass, UNFILED } from './classes.ts';
import type { ParentLabels } from './inheritance.ts';
import { MemberSet } from './member-set.ts';
import type { IpSet } from './node-policy.ts';
import { sameValue } from './same-value.ts';
import type { SetDefinition } from './set-definition.ts';
import { portMembers, type Source } from './source.ts';
import type { WorkCounters } from './work.ts';

interface Member extends Item<Member> {
  /** What is counted for it now, and what should be. */
  counted: Source;
  source: Source;
}

interface SetState {
  readonly definition: SetDefinition;
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

export class IpSets implements ClassListener<Member> {
  readonly #index: ClassIndex<Member>;
  readonly #work: WorkCounters;
  readonly #members = new Map<string, Member>();
  readonly #sets = new Map<string, SetState>();
  /** Filled sets by selector. */
  readonly #bySelector = new Map<string, Set<SetState>>();
  readonly #new = new Set<SetState>();
  readonly #unused = new Set<SetState>();
  readonly #changed = new Set<Member>();
  readonly #touched = new Set<SetState>();

  constructor(parents: ParentLabels, work: WorkCounters) {
    this.#index = new ClassIndex(parents, this, work);
    this.#work = work;
  }

  /** An endpoint or network set, new or changed; undefined removes it. */
  put(key: string, source: Source | undefined): void {
    const member = this.#members.get(key);
    if (!source) {
      if (member) this.#index.remove(member);
      this.#members.delete(key);
    } else if (member) {
      member.source = source;
      this.#changed.add(member);
      this.#index.put(member);
    } else {
      const added: Member = { source, counted: source, ...UNFILED };
      this.#members.set(key, added);
      this.#index.put(added);
    }
  }

  parentChanged(name: string): void {
    this.#index.parentChanged(name);
  }

  /** One more node needs the set. */
  acquire(definition: SetDefinition): void {
    let state = this.#sets.get(definition.id);
    if (!state) {
      state = { definition, users: 0, counts: new Map(), touched: new Map(), value: undefined };
      this.#sets.set(definition.id, state);
      this.#new.add(state);
    }
    state.users++;
    this.#unused.delete(state);
  }

  release(id: string): void {
    const state = this.#sets.get(id);
    if (state && --state.users === 0) this.#unused.add(state);
  }

  /** The set as of the last flush. */
  get(id: string): IpSet | undefined {
    return this.#sets.get(id)?.value;
  }

  /** Brings all sets up to date; gives those that are new or have changed, by id. */
  flush(): ReadonlyMap<string, SetChange> {
    for (const state of this.#unused) this.#forget(state);
    this.#unused.clear();
    for (const { definition } of this.#new) this.#index.addSelector(definition.selector);
    this.#index.flush();
    for (const member of this.#changed) this.#recount(member);
    this.#changed.clear();
    for (const state of this.#new) this.#fill(state);
    const changes = new Map<string, SetChange>();
    for (const state of [...this.#touched, ...this.#new]) {
      const change = settle(state);
      if (change) changes.set(state.definition.id, change);
    }
    this.#touched.clear();
    this.#new.clear();
    return changes;
  }

  moved(member: Member, from: LabelClass<Member> | undefined, to: LabelClass<Member> | undefined): void {
    const { counted } = member;
    for (const id of from?.matched ?? []) if (!to?.matched.has(id)) this.#countAll(id, counted, -1);
    for (const id of to?.matched ?? []) if (!from?.matched.has(id)) this.#countAll(id, counted, 1);
  }

  // A set is filled once its selector has been matched, and forgotten with it: nothing to do on either.
  started(): void {}
  stopped(): void {}

  #fill(state: SetState): void {
    const { selector } = state.definition;
    const sets = this.#bySelector.get(selector.text);
    if (sets) sets.add(state);
    else this.#bySelector.set(selector.text, new Set([state]));
    for (const cls of this.#index.matching(selector.text)) {
      for (const member of cls.items) this.#count(state, member.counted, 1);
    }
  }

  #forget(state: SetState): void {
    const { id, selector } = state.definition;
    this.#sets.delete(id);
    this.#touched.delete(state);
    if (this.#new.delete(state)) return;
    const sets = this.#bySelector.get(selector.text);
    sets?.delete(state);
    if (sets?.size !== 0) return;
    this.#bySelector.delete(selector.text);
    this.#index.removeSelector(selector.text);
  }

  #recount(member: Member): void {
    const { counted, source } = member;
    member.counted = source;
    if (sameValue(counted.nets, source.nets) && sameValue(counted.ports, source.ports)) return;
    for (const id of member.cls?.matched ?? []) {
      this.#countAll(id, source, 1);
      this.#countAll(id, counted, -1);
    }
  }

  #countAll(selector: string, source: Source, by: 1 | -1): void {
    for (const state of this.#bySelector.get(selector) ?? []) {
      this.#touched.add(state);
      this.#count(state, source, by);
    }
  }

  #count(state: SetState, source: Source, by: 1 | -1): void {
    const { port } = state.definition;
    for (const member of port ? portMembers(source, port.protocol, port.name) : source.nets) {
      this.#work.membersCounted++;
      const count = state.counts.get(member) ?? 0;
      if (state.value && !state.touched.has(member)) state.touched.set(member, count > 0);
      if (count + by > 0) state.counts.set(member, count + by);
      else state.counts.delete(member);
    }
  }
}

function settle(state: SetState): SetChange | undefined {
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
