// Items grouped by the names of their labels and by their parents: kin. What holds for the label names of one, own and
// inherited, holds for all of them; the pods of one workload are kin.
import { each, type Few, putInto, takeFrom } from './few.ts';
import type { Labelled } from './inheritance.ts';
import { type Shape, Shapes } from './shapes.ts';
import type { LabelNames } from '../resources/index.ts';
import type { Mentioned } from './vocabulary.ts';

/** An item knows its kin and its place among them. */
export interface HasKin<I> {
  source: Labelled;
  kin: Kin<I> | undefined;
  kinAt: number;
}

export interface Kin<I> {
  readonly names: LabelNames;
  readonly parents: readonly string[];
  /** In no order. */
  readonly members: I[];
  shape: Shape<Kin<I>> | undefined;
  /** What the class index worked out for all of them, and when. */
  mentioned: readonly Mentioned[];
  stamp: number;
}

export class KinIndex<I extends HasKin<I>> {
  readonly #shapes = new Shapes<Kin<I>>();
  /** By names of labels, then by parents. */
  readonly #kin = new Map<LabelNames, Map<string, Kin<I>>>();
  readonly #byParent = new Map<string, Few<Kin<I>>>();

  /** Files the item under its labels and parents as they are now. */
  file(item: I): void {
    const { labels, parents } = item.source;
    const byParents = this.#kin.get(labels.names);
    const known = byParents?.get(keyOf(parents));
    if (known && known === item.kin) return;
    this.unfile(item);
    if (known) {
      item.kinAt = known.members.push(item) - 1;
      item.kin = known;
      return;
    }
    item.kinAt = 0;
    item.kin = this.#create(item);
  }

  unfile(item: I): void {
    const { kin } = item;
    if (!kin) return;
    const last = kin.members.pop() as I;
    if (last !== item) {
      kin.members[item.kinAt] = last;
      last.kinAt = item.kinAt;
    }
    item.kin = undefined;
    if (kin.members.length === 0) this.#drop(kin);
  }

  /** Kin that carry the label themselves. */
  *carrying(label: string): Iterable<Kin<I>> {
    for (const shape of this.#shapes.carrying(label)) yield* shape.members;
  }

  childrenOf(parent: string): Iterable<Kin<I>> {
    return each(this.#byParent.get(parent));
  }

  #create(item: I): Kin<I> {
    const { labels, parents } = item.source;
    const { names } = labels;
    // A list with one thing from the start: an empty one that grows makes room for seventeen.
    const kin: Kin<I> = { names, parents, members: [item], shape: undefined, mentioned: [], stamp: 0 };
    kin.shape = this.#shapes.add(labels, kin);
    let byParents = this.#kin.get(names);
    if (!byParents) this.#kin.set(names, (byParents = new Map()));
    byParents.set(keyOf(parents), kin);
    for (const parent of parents) putInto(this.#byParent, parent, kin);
    return kin;
  }

  #drop(kin: Kin<I>): void {
    if (kin.shape) this.#shapes.remove(kin.shape, kin);
    const byParents = this.#kin.get(kin.names);
    byParents?.delete(keyOf(kin.parents));
    if (byParents?.size === 0) this.#kin.delete(kin.names);
    for (const parent of kin.parents) takeFrom(this.#byParent, parent, kin);
  }
}

function keyOf(parents: readonly string[]): string {
  return parents.length === 1 ? (parents[0] as string) : parents.join('\n');
}
