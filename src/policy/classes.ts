// Classes of items that no selector can tell apart, and which selectors match which class. Used twice: for local
// endpoints under policy selectors, and for everything that has addresses under the selectors of rules.
//
//   items ──file──▶ kin ────┐                       ┌─▶ moved(item, from, to)
//   selectors ─▶ vocabulary ┴▶ key ─▶ class ─▶ matched ─▶ started / stopped (selector, class)
//
// Changes are queued and take effect in flush(). A new item of a known class evaluates nothing; an item that moves to
// a new class evaluates only selectors that mention a label in which the two classes differ; a new selector visits
// only classes that carry the label it demands; a newly named value touches only items that have it, and a selector
// that asks for a label as such only items that carry it.
import type { LabelNames } from '../resources/index.ts';
import { labelsOf } from '../selector/index.ts';
import { each, type Few, withOne, withoutOne } from './few.ts';
import { effectiveLabels, inheritedLabel, type ParentLabels } from './inheritance.ts';
import { type HasKin, type Kin, KinIndex } from './kin.ts';
import type { ParsedSelector } from './selector-cache.ts';
import { type Demand, demandOf, SelectorLookup } from './selector-lookup.ts';
import { codeOf, type Mentioned, Vocabulary, type VocabularyChange } from './vocabulary.ts';
import type { WorkCounters } from './work.ts';

/** Something with labels, own and inherited. All but `source` belongs to the index. */
export interface Item<I> extends HasKin<I> {
  /** Items of different groups are never in one class, whatever their labels. Ends in `;`. */
  readonly group?: string;
  cls: LabelClass<I> | undefined;
  /** Its place among the items of the class. */
  clsAt: number;
  /** What the next flush will do with it. */
  queued: 'put' | 'drop' | undefined;
}

/** What an item starts with. */
export const UNFILED = { cls: undefined, clsAt: 0, kin: undefined, kinAt: 0, queued: undefined };

export interface LabelClass<I> {
  readonly key: string;
  /** That of its items. */
  readonly group: string | undefined;
  /** Codes that are not empty, by label (see vocabulary.ts). */
  readonly codes: ReadonlyMap<string, string>;
  /** In no order. */
  readonly items: I[];
  /** Canonical texts of the selectors that match. */
  readonly matched: Set<string>;
}

/** Told of every change of a match, in an order in which counting by (selector, item) stays exact. */
export interface ClassListener<I> {
  moved(item: I, from: LabelClass<I> | undefined, to: LabelClass<I> | undefined): void;
  started(selector: string, cls: LabelClass<I>): void;
  stopped(selector: string, cls: LabelClass<I>): void;
}

interface Entry<I> {
  readonly selector: ParsedSelector;
  classes: Few<LabelClass<I>>;
}

export class ClassIndex<I extends Item<I>> {
  readonly #parents: ParentLabels;
  readonly #listener: ClassListener<I>;
  readonly #work: WorkCounters;
  readonly #vocabulary = new Vocabulary();
  readonly #entries = new Map<string, Entry<I>>();
  readonly #lookup = new SelectorLookup<Entry<I>>();
  readonly #classes = new Map<string, LabelClass<I>>();
  /** Classes by label and code. */
  readonly #carriers = new Map<string, Map<string, Set<LabelClass<I>>>>();
  readonly #kin = new KinIndex<I>();
  /** Grows whenever other labels are mentioned, or a profile hands down others. */
  #stamp = 1;
  /** What was worked out last: most kin carry the same labels as the kin before. */
  #last:
    | { stamp: number; own: LabelNames; inherited: readonly LabelNames[]; mentioned: readonly Mentioned[] }
    | undefined;
  #added = new Map<string, ParsedSelector>();
  #removed = new Set<string>();
  #queue: I[] = [];

  constructor(parents: ParentLabels, listener: ClassListener<I>, work: WorkCounters) {
    this.#parents = parents;
    this.#listener = listener;
    this.#work = work;
  }

  addSelector(selector: ParsedSelector): void {
    if (this.#removed.delete(selector.text) || this.#entries.has(selector.text)) return;
    this.#added.set(selector.text, selector);
  }

  /** By canonical text. */
  removeSelector(text: string): void {
    if (this.#added.delete(text) || !this.#entries.has(text)) return;
    this.#removed.add(text);
  }

  /** A new item, or one whose source has changed. */
  put(item: I): void {
    if (item.queued === undefined) this.#queue.push(item);
    item.queued = 'put';
  }

  /** For good: an item that is removed never comes back. */
  remove(item: I): void {
    if (item.queued === undefined) this.#queue.push(item);
    item.queued = 'drop';
  }

  /** The labels of a profile have changed, appeared or gone. */
  parentChanged(name: string): void {
    this.#stamp++;
    for (const { members } of this.#kin.childrenOf(name))
      for (const item of members) if (item.queued === undefined) this.put(item);
  }

  /** The classes that a selector matches, as of the last flush. */
  matching(selector: string): Iterable<LabelClass<I>> {
    return each(this.#entries.get(selector)?.classes);
  }

  flush(): void {
    const added = [...this.#added.values()];
    const removed = [...this.#removed];
    this.#added = new Map();
    this.#removed = new Set();
    for (const { ast } of added) this.#vocabulary.add(ast);
    for (const text of removed) this.#dropSelector(text);
    const queue = this.#queue;
    this.#queue = [];
    for (const item of queue) if (item.queued === 'drop') this.#dropItem(item);
    for (const item of this.#affected(this.#vocabulary.takeChanges()))
      if (item.queued === undefined) this.#classify(item);
    for (const item of queue) if (item.queued === 'put') this.#place(item);
    for (const selector of added) this.#admit(selector);
  }

  #dropSelector(text: string): void {
    const entry = this.#entries.get(text);
    if (!entry) return;
    this.#vocabulary.remove(entry.selector.ast);
    this.#lookup.remove(entry, demandOf(entry.selector.ast));
    this.#entries.delete(text);
    for (const cls of each(entry.classes)) {
      cls.matched.delete(text);
      this.#listener.stopped(text, cls);
    }
  }

  #admit(selector: ParsedSelector): void {
    const entry: Entry<I> = { selector, classes: undefined };
    const demand = demandOf(selector.ast);
    this.#entries.set(selector.text, entry);
    this.#lookup.add(entry, demand);
    for (const cls of this.#classesMeeting(demand)) {
      this.#work.classesVisited++;
      const item = cls.items[0];
      if (!item || !this.#evaluate(entry, item)) continue;
      entry.classes = withOne(entry.classes, cls);
      cls.matched.add(selector.text);
      this.#listener.started(selector.text, cls);
    }
  }

  #evaluate(entry: Entry<I>, item: I): boolean {
    this.#work.selectorEvaluations++;
    return entry.selector.test(effectiveLabels(item.source, this.#parents));
  }

  /** Classes that carry what the selector demands. Its values are in the vocabulary, so each has a code of its own. */
  *#classesMeeting(demand: Demand): Iterable<LabelClass<I>> {
    if (demand.kind === 'impossible') return;
    if (demand.kind === 'none') return yield* this.#classes.values();
    const byCode = this.#carriers.get(demand.label);
    if (!byCode) return;
    if (!demand.values) for (const classes of byCode.values()) yield* classes;
    else for (const value of demand.values) yield* byCode.get(this.#codeOfNamed(demand.label, value)) ?? NONE;
  }

  #codeOfNamed(label: string, value: string): string {
    const mention = this.#vocabulary.get(label);
    return mention ? codeOf(mention, value) : '';
  }

  /** Items whose class may have changed because selectors tell more, or less, apart. */
  #affected(changes: ReadonlyMap<string, VocabularyChange>): Set<I> {
    const items = new Set<I>();
    const addAll = (classes: Iterable<LabelClass<I>>): void => {
      for (const cls of classes) for (const item of cls.items) items.add(item);
    };
    for (const [label, { appeared, vanished, named, removedCodes, othersChanged }] of changes) {
      if (appeared || vanished) this.#stamp++;
      const mention = this.#vocabulary.get(label);
      if (mention && othersChanged) {
        const coded = (item: I): string => item.cls?.codes.get(label) ?? '';
        this.#carrying(label, undefined, (item, value) => {
          if (codeOf(mention, value) !== coded(item)) items.add(item);
        });
        continue;
      }
      const carriers = this.#carriers.get(label);
      if (vanished) for (const classes of carriers?.values() ?? NONE) addAll(classes);
      for (const code of removedCodes) addAll(carriers?.get(code) ?? NONE);
      if (mention && named.size > 0) this.#carrying(label, named, (item) => items.add(item));
    }
    return items;
  }

  /** Items that carry the label, own or inherited, with one of the values or (undefined) any; some may come twice. */
  #carrying(
    label: string,
    values: ReadonlySet<string> | undefined,
    visit: (item: I, value: string) => void,
  ): void {
    for (const kin of this.#kin.carrying(label)) {
      const place = kin.names.places.get(label) as number;
      this.#work.valuesCompared += kin.members.length;
      for (const item of kin.members) {
        // Those that wait are filed by labels that they do not have any more.
        if (item.queued !== undefined) continue;
        const value = item.source.labels.texts[place] as string;
        if (!values || values.has(value)) visit(item, value);
      }
    }
    for (const parent of this.#parents.carrying(label, values)) {
      for (const kin of this.#kin.childrenOf(parent)) {
        if (kin.names.places.has(label)) continue;
        this.#work.valuesCompared++;
        const value = inheritedLabel(kin.parents, this.#parents, label) as string;
        if (!values || values.has(value)) for (const item of kin.members) visit(item, value);
      }
    }
  }

  #place(item: I): void {
    item.queued = undefined;
    this.#kin.file(item);
    this.#classify(item);
  }

  #dropItem(item: I): void {
    item.queued = undefined;
    this.#kin.unfile(item);
    if (item.cls) this.#move(item, undefined);
  }

  #classify(item: I): void {
    this.#work.itemsClassified++;
    let key = item.group ?? '';
    for (const mentioned of this.#mentionedBy(item.kin as Kin<I>)) {
      const code = codeOf(mentioned.mention, this.#valueOf(item, mentioned));
      if (code !== '') key += `${mentioned.mention.number}=${code};`;
    }
    if (item.cls?.key === key) return;
    this.#move(item, this.#classes.get(key) ?? this.#create(key, item));
  }

  #valueOf(item: I, { label, place }: Mentioned): string {
    const { labels, parents } = item.source;
    const value = place >= 0 ? labels.texts[place] : inheritedLabel(parents, this.#parents, label);
    return value as string;
  }

  /** The mentioned labels that kin carry, own and inherited, by number. */
  #mentionedBy(kin: Kin<I>): readonly Mentioned[] {
    if (kin.stamp === this.#stamp) return kin.mentioned;
    const inherited: LabelNames[] = [];
    for (const parent of kin.parents) {
      const labels = this.#parents.get(parent);
      if (labels) inherited.push(labels.names);
    }
    const last = this.#last;
    const same =
      last?.stamp === this.#stamp && last.own === kin.names && sameThings(last.inherited, inherited);
    kin.mentioned = same ? last.mentioned : this.#findMentioned(kin.names, inherited);
    kin.stamp = this.#stamp;
    if (!same) this.#last = { stamp: kin.stamp, own: kin.names, inherited, mentioned: kin.mentioned };
    return kin.mentioned;
  }

  #findMentioned(own: LabelNames, inherited: readonly LabelNames[]): readonly Mentioned[] {
    const found: Mentioned[] = [];
    for (const [place, label] of own.list.entries()) {
      const mention = this.#vocabulary.get(label);
      if (mention) found.push({ label, mention, place });
    }
    for (const { list } of inherited) {
      for (const label of list) {
        const mention = this.#vocabulary.get(label);
        if (mention && !found.some((other) => other.mention === mention))
          found.push({ label, mention, place: -1 });
      }
    }
    return found.sort((a, b) => a.mention.number - b.mention.number);
  }

  #move(item: I, to: LabelClass<I> | undefined): void {
    const from = item.cls;
    if (from) {
      const last = from.items.pop() as I;
      if (last !== item) {
        from.items[item.clsAt] = last;
        last.clsAt = item.clsAt;
      }
    }
    // A new class has its first item already.
    if (to) item.clsAt = to.items[0] === item ? 0 : to.items.push(item) - 1;
    item.cls = to;
    this.#listener.moved(item, from, to);
    if (from?.items.length === 0) this.#drop(from);
  }

  #create(key: string, item: I): LabelClass<I> {
    this.#work.classesCreated++;
    const codes = new Map<string, string>();
    const values = new Map<string, string>();
    for (const mentioned of this.#mentionedBy(item.kin as Kin<I>)) {
      const value = this.#valueOf(item, mentioned);
      const code = codeOf(mentioned.mention, value);
      if (code === '') continue;
      codes.set(mentioned.label, code);
      values.set(mentioned.label, value);
    }
    const cls: LabelClass<I> = { key, group: item.group, codes, items: [item], matched: new Set() };
    this.#classes.set(key, cls);
    for (const [label, code] of codes) carrierSlot(this.#carriers, label, code).add(cls);
    const from = item.cls;
    const differing = from && differingLabels(from.codes, codes);
    for (const entry of this.#lookup.candidates(values)) {
      const { text, ast } = entry.selector;
      const known = from && differing && !mentionsOneOf(ast, differing);
      if (known ? !from.matched.has(text) : !this.#evaluate(entry, item)) continue;
      cls.matched.add(text);
      entry.classes = withOne(entry.classes, cls);
    }
    return cls;
  }

  #drop(cls: LabelClass<I>): void {
    this.#classes.delete(cls.key);
    for (const text of cls.matched) {
      const entry = this.#entries.get(text);
      if (entry) entry.classes = withoutOne(entry.classes, cls);
    }
    for (const [label, code] of cls.codes) {
      const byCode = this.#carriers.get(label);
      byCode?.get(code)?.delete(cls);
      if (byCode?.get(code)?.size === 0) byCode.delete(code);
      if (byCode?.size === 0) this.#carriers.delete(label);
    }
  }
}

function carrierSlot<C>(carriers: Map<string, Map<string, Set<C>>>, label: string, code: string): Set<C> {
  let byCode = carriers.get(label);
  if (!byCode) carriers.set(label, (byCode = new Map()));
  let slot = byCode.get(code);
  if (!slot) byCode.set(code, (slot = new Set()));
  return slot;
}

function differingLabels(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
  const labels = [...a.keys()].filter((label) => a.get(label) !== b.get(label));
  for (const label of b.keys()) if (!a.has(label)) labels.push(label);
  return labels;
}

function mentionsOneOf(ast: ParsedSelector['ast'], labels: readonly string[]): boolean {
  const mentioned = labelsOf(ast);
  return labels.some((label) => mentioned.has(label));
}

function sameThings<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((thing, index) => thing === b[index]);
}

const NONE: readonly never[] = Object.freeze([]);
