// Classes of items that no selector can tell apart, and which selectors match which class. Used twice: for local
// endpoints under policy selectors, and for everything that has addresses under the selectors of rules.
//
//   items ──file──▶ shapes ─┐                       ┌─▶ moved(item, from, to)
//   selectors ─▶ vocabulary ┴▶ key ─▶ class ─▶ matched ─▶ started / stopped (selector, class)
//
// Changes are queued and take effect in flush(). A new item of a known class evaluates nothing; an item that moves to
// a new class evaluates only selectors that mention a label in which the two classes differ; a new selector visits
// only classes that carry the label it demands; a newly mentioned label or value touches only items that carry it.
import { labelsOf } from '../selector/index.ts';
import { effectiveEntries, effectiveLabels, type Labelled, type ParentLabels } from './inheritance.ts';
import type { ParsedSelector } from './selector-cache.ts';
import { type Demand, demandOf, SelectorLookup } from './selector-lookup.ts';
import { type Shape, Shapes } from './shapes.ts';
import { Vocabulary, type VocabularyChange } from './vocabulary.ts';
import type { WorkCounters } from './work.ts';

/** Something with labels, own and inherited. The index owns `cls` and `filed`. */
export interface Item<I> extends Labelled {
  cls: LabelClass<I> | undefined;
  filed: { readonly shape: Shape<I>; readonly parents: readonly string[] } | undefined;
}

export interface LabelClass<I> {
  readonly key: string;
  /** Mentioned labels that the items carry: code by label (see vocabulary.ts). */
  readonly codes: ReadonlyMap<string, string>;
  readonly items: Set<I>;
  /** Ids of the selectors that match. */
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
  readonly labels: ReadonlySet<string>;
  readonly classes: Set<LabelClass<I>>;
}

interface Part {
  readonly number: number;
  readonly label: string;
  readonly value: string;
  readonly code: string;
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
  readonly #itemShapes = new Shapes<I>();
  readonly #parentShapes = new Shapes<string>();
  readonly #filedParents = new Map<string, Shape<string>>();
  readonly #children = new Map<string, Set<I>>();
  #added = new Map<string, ParsedSelector>();
  #removed = new Set<string>();
  #dirty = new Set<I>();
  #gone = new Set<I>();

  constructor(parents: ParentLabels, listener: ClassListener<I>, work: WorkCounters) {
    this.#parents = parents;
    this.#listener = listener;
    this.#work = work;
  }

  addSelector(selector: ParsedSelector): void {
    if (this.#removed.delete(selector.id) || this.#entries.has(selector.id)) return;
    this.#added.set(selector.id, selector);
  }

  removeSelector(id: string): void {
    if (this.#added.delete(id) || !this.#entries.has(id)) return;
    this.#removed.add(id);
  }

  /** A new item, or one whose labels or parents have changed. */
  put(item: I): void {
    this.#dirty.add(item);
  }

  remove(item: I): void {
    this.#dirty.delete(item);
    if (item.filed) this.#gone.add(item);
  }

  /** The labels of a profile have changed, appeared or gone. */
  parentChanged(name: string): void {
    const filed = this.#filedParents.get(name);
    if (filed) this.#parentShapes.remove(name, filed);
    const labels = this.#parents.get(name);
    if (labels) this.#filedParents.set(name, this.#parentShapes.add(name, labels));
    else this.#filedParents.delete(name);
    for (const child of this.#children.get(name) ?? []) if (!this.#gone.has(child)) this.#dirty.add(child);
  }

  /** The classes that a selector matches, as of the last flush. */
  matching(selector: string): Iterable<LabelClass<I>> {
    return this.#entries.get(selector)?.classes ?? [];
  }

  flush(): void {
    const added = [...this.#added.values()];
    const removed = [...this.#removed];
    this.#added = new Map();
    this.#removed = new Set();
    for (const { ast } of added) this.#vocabulary.add(ast);
    for (const id of removed) this.#dropSelector(id);
    const dirty = this.#dirty;
    const gone = this.#gone;
    this.#dirty = new Set();
    this.#gone = new Set();
    for (const item of gone) this.#dropItem(item);
    for (const item of this.#affected(this.#vocabulary.takeChanges()))
      if (!dirty.has(item)) this.#classify(item);
    for (const item of dirty) {
      this.#file(item);
      this.#classify(item);
    }
    for (const selector of added) this.#admit(selector);
  }

  #dropSelector(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#vocabulary.remove(entry.selector.ast);
    this.#lookup.remove(entry, entry.demand);
    this.#entries.delete(id);
    for (const cls of entry.classes) {
      cls.matched.delete(id);
      this.#listener.stopped(id, cls);
    }
  }

  #admit(selector: ParsedSelector): void {
    const demand = demandOf(selector.ast);
    const labels = new Set(labelsOf(selector.ast).keys());
    const entry: Entry<I> = { selector, demand, labels, classes: new Set() };
    this.#entries.set(selector.id, entry);
    this.#lookup.add(entry, demand);
    for (const cls of this.#classesMeeting(demand)) {
      this.#work.classesVisited++;
      const [item] = cls.items;
      if (!item || !this.#evaluate(entry, item)) continue;
      entry.classes.add(cls);
      cls.matched.add(selector.id);
      this.#listener.started(selector.id, cls);
    }
  }

  #evaluate(entry: Entry<I>, item: I): boolean {
    this.#work.selectorEvaluations++;
    return entry.selector.test(effectiveLabels(item, this.#parents));
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
    for (const [label, change] of changes) {
      if (change.appeared) {
        for (const item of this.#itemShapes.carrying(label)) items.add(item);
        for (const parent of this.#parentShapes.carrying(label)) {
          for (const item of this.#children.get(parent) ?? []) items.add(item);
        }
      }
      for (const [code, classes] of this.#carriers.get(label) ?? []) {
        const other = code.startsWith('*') && (change.addedValues.size > 0 || change.substringsChanged);
        if (change.vanished || other || change.removedCodes.has(code)) addAll(classes);
      }
    }
    return items;
  }

  #file(item: I): void {
    this.#unfile(item);
    item.filed = { shape: this.#itemShapes.add(item, item.labels), parents: item.parents };
    for (const parent of item.parents) {
      const children = this.#children.get(parent);
      if (children) children.add(item);
      else this.#children.set(parent, new Set([item]));
    }
  }

  #unfile(item: I): void {
    if (!item.filed) return;
    this.#itemShapes.remove(item, item.filed.shape);
    for (const parent of item.filed.parents) {
      const children = this.#children.get(parent);
      children?.delete(item);
      if (children?.size === 0) this.#children.delete(parent);
    }
    item.filed = undefined;
  }

  #dropItem(item: I): void {
    this.#unfile(item);
    this.#move(item, undefined);
  }

  #classify(item: I): void {
    this.#work.itemsClassified++;
    const parts: Part[] = [];
    for (const [label, value] of effectiveEntries(item, this.#parents)) {
      const number = this.#vocabulary.number(label);
      if (number === undefined) continue;
      parts.push({ number, label, value, code: this.#vocabulary.code(label, value) as string });
    }
    parts.sort((a, b) => a.number - b.number);
    let key = '';
    for (const { number, code } of parts) key += `${number}=${code};`;
    if (item.cls?.key === key) return;
    this.#move(item, this.#classes.get(key) ?? this.#create(key, parts, item));
  }

  #move(item: I, to: LabelClass<I> | undefined): void {
    const from = item.cls;
    from?.items.delete(item);
    to?.items.add(item);
    item.cls = to;
    this.#listener.moved(item, from, to);
    if (from?.items.size === 0) this.#drop(from);
  }

  #create(key: string, parts: readonly Part[], item: I): LabelClass<I> {
    this.#work.classesCreated++;
    const codes = new Map(parts.map(({ label, code }) => [label, code]));
    const cls: LabelClass<I> = { key, codes, items: new Set(), matched: new Set() };
    this.#classes.set(key, cls);
    for (const [label, code] of codes) carrierSlot(this.#carriers, label, code).add(cls);
    const from = item.cls;
    const differing = from && differingLabels(from.codes, codes);
    const values = new Map(parts.map(({ label, value }) => [label, value]));
    for (const entry of this.#lookup.candidates(values)) {
      const { id } = entry.selector;
      const known = from && differing && !differing.some((label) => entry.labels.has(label));
      if (known ? !from.matched.has(id) : !this.#evaluate(entry, item)) continue;
      cls.matched.add(id);
      entry.classes.add(cls);
    }
    return cls;
  }

  #drop(cls: LabelClass<I>): void {
    this.#classes.delete(cls.key);
    for (const id of cls.matched) this.#entries.get(id)?.classes.delete(cls);
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
