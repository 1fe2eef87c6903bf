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
import { labelsOf } from '../selector/index.ts';
import { Carriers, type Coded } from './carriers.ts';
import { ClassKeys } from './class-key.ts';
import { each, type Few, withOne, withoutOne } from './few.ts';
import { effectiveLabels, inheritedLabel, type ParentLabels } from './inheritance.ts';
import { type HasKin, KinIndex } from './kin.ts';
import type { ParsedSelector } from './selector-cache.ts';
import { type Demand, demandOf, SelectorLookup } from './selector-lookup.ts';
import { codeOf, Vocabulary, type VocabularyChange } from './vocabulary.ts';
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

export interface LabelClass<I> extends Coded {
  readonly key: string;
  /** That of its items. */
  readonly group: string | undefined;
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
  readonly #carriers = new Carriers<LabelClass<I>>();
  readonly #keys: ClassKeys<I>;
  readonly #kin = new KinIndex<I>();
  #added = new Map<string, ParsedSelector>();
  #removed = new Set<string>();
  #queue: I[] = [];

  constructor(parents: ParentLabels, listener: ClassListener<I>, work: WorkCounters) {
    this.#parents = parents;
    this.#keys = new ClassKeys(this.#vocabulary, parents);
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
    this.#keys.changed();
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
    const { label, values } = demand;
    if (!values) return yield* this.#carriers.carrying(label);
    for (const value of values) yield* this.#carriers.coded(label, this.#codeOfNamed(label, value));
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
      if (appeared || vanished) this.#keys.changed();
      const mention = this.#vocabulary.get(label);
      if (mention && othersChanged) {
        const coded = (item: I): string => item.cls?.codes.get(label) ?? '';
        this.#carrying(label, undefined, (item, value) => {
          if (codeOf(mention, value) !== coded(item)) items.add(item);
        });
        continue;
      }
      if (vanished) addAll(this.#carriers.carrying(label));
      for (const code of removedCodes) addAll(this.#carriers.coded(label, code));
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
    const key = (item.group ?? '') + this.#keys.keyOf(item);
    if (item.cls?.key === key) return;
    this.#move(item, this.#classes.get(key) ?? this.#create(key, item));
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
    const { codes, values } = this.#keys.labelsOf(item);
    const cls: LabelClass<I> = { key, group: item.group, codes, items: [item], matched: new Set() };
    this.#classes.set(key, cls);
    this.#carriers.add(cls);
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
    this.#carriers.remove(cls);
  }
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
