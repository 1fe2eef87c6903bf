// Classes of items that no selector can tell apart, and which selectors match which class. Used twice: for local
// endpoints under policy selectors, and for everything that has addresses under the selectors of rules.
//
//   items ──file──▶ kin ────┐                       ┌─▶ moved(item, from, to)
//   selectors ─▶ vocabulary ┴▶ key ─▶ class ─▶ matched ─▶ started / stopped (selector, class)
//
// Changes are queued and take effect in flush(). A new item of a known class evaluates nothing; an item that moves to
// a new class evaluates only selectors that mention a label in which the two classes differ; a new selector visits
// only classes that carry the label it demands; a newly mentioned label or value touches only items that carry it.
import { labelsOf } from '../selector/index.ts';
import { each, type Few, withOne, withoutOne } from './few.ts';
import { effectiveLabel, effectiveLabels, type ParentLabels } from './inheritance.ts';
import { type HasKin, type Kin, KinIndex } from './kin.ts';
import type { ParsedSelector } from './selector-cache.ts';
import { type Demand, demandOf, SelectorLookup } from './selector-lookup.ts';
import { Vocabulary, type VocabularyChange } from './vocabulary.ts';
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
  /** Mentioned labels that the items carry: code by label (see vocabulary.ts). */
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
  readonly demand: Demand;
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
  #lastMentioned: readonly string[] = [];
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
    this.#lookup.remove(entry, entry.demand);
    this.#entries.delete(text);
    for (const cls of each(entry.classes)) {
      cls.matched.delete(text);
      this.#listener.stopped(text, cls);
    }
  }

  #admit(selector: ParsedSelector): void {
    const entry: Entry<I> = { selector, demand: demandOf(selector.ast), classes: undefined };
    this.#entries.set(selector.text, entry);
    this.#lookup.add(entry, entry.demand);
    for (const cls of this.#classesMeeting(entry.demand)) {
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
    else
      for (const value of demand.values)
        yield* byCode.get(this.#vocabulary.code(demand.label, value) ?? '') ?? [];
  }

  /** Items whose class may have changed because selectors tell more, or less, apart. */
  #affected(changes: ReadonlyMap<string, VocabularyChange>): Set<I> {
    const items = new Set<I>();
    const addAll = (classes: Iterable<LabelClass<I>>): void => {
      for (const cls of classes) for (const item of cls.items) items.add(item);
    };
    const addKin = (kin: Kin<I>): void => {
      for (const item of kin.members) items.add(item);
    };
    for (const [label, change] of changes) {
      if (change.appeared || change.vanished) this.#stamp++;
      if (change.appeared) {
        for (const kin of this.#kin.carrying(label)) addKin(kin);
        for (const parent of this.#parents.carrying(label))
          for (const kin of this.#kin.childrenOf(parent)) addKin(kin);
      }
      const carriers = this.#carriers.get(label);
      if (!carriers) continue;
      if (change.vanished) for (const classes of carriers.values()) addAll(classes);
      for (const code of change.removedCodes) addAll(carriers.get(code) ?? []);
      if (change.substringsChanged || change.valuesAdded) {
        for (const code of this.#vocabulary.otherCodes(label, carriers.keys()))
          addAll(carriers.get(code) ?? []);
      }
    }
    return items;
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
    for (const label of this.#mentionedBy(item.kin as Kin<I>))
      key += `${this.#vocabulary.number(label)}=${this.#codeOf(item, label)};`;
    if (item.cls?.key === key) return;
    this.#move(item, this.#classes.get(key) ?? this.#create(key, item));
  }

  #codeOf(item: I, label: string): string {
    const value = effectiveLabel(item.source, this.#parents, label) as string;
    return this.#vocabulary.code(label, value) as string;
  }

  /** The mentioned labels that kin carry, own and inherited, by number. */
  #mentionedBy(kin: Kin<I>): readonly string[] {
    if (kin.stamp === this.#stamp) return kin.mentioned;
    const found = kin.shape.labels.filter((label) => this.#vocabulary.mentions(label));
    for (const parent of kin.parents) {
      for (const label of this.#parents.get(parent)?.keys() ?? [])
        if (this.#vocabulary.mentions(label) && !found.includes(label)) found.push(label);
    }
    const number = (label: string): number => this.#vocabulary.number(label) as number;
    if (found.length > 1) found.sort((a, b) => number(a) - number(b));
    // Most kin carry the same few: one list for many.
    if (!sameTexts(found, this.#lastMentioned)) this.#lastMentioned = found;
    kin.mentioned = this.#lastMentioned;
    kin.stamp = this.#stamp;
    return kin.mentioned;
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
    if (to) item.clsAt = to.items.push(item) - 1;
    item.cls = to;
    this.#listener.moved(item, from, to);
    if (from?.items.length === 0) this.#drop(from);
  }

  #create(key: string, item: I): LabelClass<I> {
    this.#work.classesCreated++;
    const codes = new Map<string, string>();
    const values = new Map<string, string>();
    for (const label of this.#mentionedBy(item.kin as Kin<I>)) {
      codes.set(label, this.#codeOf(item, label));
      values.set(label, effectiveLabel(item.source, this.#parents, label) as string);
    }
    const cls: LabelClass<I> = { key, group: item.group, codes, items: [], matched: new Set() };
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

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}
