// The IP sets that active rules refer to, and their members, counted: endpoints may share an address.
//
//   endpoints, network sets ─▶ classes ─▶ sets of the selectors that match ─▶ members
import { ClassIndex, type ClassListener, type Item, type LabelClass } from './classes.ts';
import type { ParentLabels } from './inheritance.ts';
import { type CountedSet, countedSet, countMember, type SetChange, settle } from './counted-set.ts';
import type { IpSet } from './node-policy.ts';
import { sameValue } from './same-value.ts';
import { ServiceSets } from './service-sets.ts';
import type { SelectorSet, SetDefinition } from './set-definition.ts';
import { portMembers, type Source } from './source.ts';
import type { WorkCounters } from './work.ts';

interface Member extends Item<Member> {
  /** What is counted for it now, and what should be. */
  counted: Source;
  source: Source;
}

/** Spelled out: spreading makes larger objects, and there are hundreds of thousands. */
function newMember(source: Source): Member {
  return {
    source,
    counted: source,
    cls: undefined,
    clsAt: 0,
    kin: undefined,
    kinAt: 0,
    queued: undefined,
  };
}

type SetState = CountedSet<SelectorSet>;

export class IpSets implements ClassListener<Member> {
  readonly #index: ClassIndex<Member>;
  readonly #work: WorkCounters;
  /** The sets of services, which have no selector. */
  readonly services: ServiceSets;
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
    this.services = new ServiceSets(work);
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
      const added = newMember(source);
      this.#members.set(key, added);
      this.#index.put(added);
    }
  }

  parentChanged(name: string): void {
    this.#index.parentChanged(name);
  }

  /** One more node needs the set. */
  acquire(definition: SetDefinition): void {
    if ('service' in definition) {
      this.services.acquire(definition);
      return;
    }
    let state = this.#sets.get(definition.id);
    if (!state) {
      state = countedSet(definition);
      this.#sets.set(definition.id, state);
      this.#new.add(state);
    }
    state.users++;
    this.#unused.delete(state);
  }

  release(id: string): void {
    const state = this.#sets.get(id);
    if (!state) this.services.release(id);
    else if (--state.users === 0) this.#unused.add(state);
  }

  /** The set as of the last flush. */
  get(id: string): IpSet | undefined {
    return this.#sets.get(id)?.value ?? this.services.get(id);
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
    const changes = new Map<string, SetChange>(this.services.flush());
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
      countMember(state, member, by);
    }
  }
}
