// Items grouped by the names of their labels and by their parents: kin. What holds for the label names of one, own and
// inherited, holds for all of them; the pods of one workload are kin.
import { each, type Few, putInto, takeFrom } from './few.ts';
import type { Labelled } from './inheritance.ts';
import { type Shape, Shapes } from './shapes.ts';

/** An item knows its kin and its place among them. */
export interface HasKin<I> {
  source: Labelled;
  kin: Kin<I> | undefined;
  kinAt: number;
}

export interface Kin<I> {
  readonly shape: Shape<Kin<I>>;
  readonly parents: readonly string[];
  /** In no order. */
  readonly members: I[];
  /** What the class index worked out for all of them, and when. */
  mentioned: readonly string[];
  stamp: number;
}

export class KinIndex<I extends HasKin<I>> {
  readonly #shapes = new Shapes<Kin<I>>();
  /** By shape, then by parents. */
  readonly #kin = new Map<Shape<Kin<I>>, Map<string, Kin<I>>>();
  readonly #byParent = new Map<string, Few<Kin<I>>>();

  /** Files the item under its labels and parents as they are now. */
  file(item: I): void {
    const { labels, parents } = item.source;
    const kin = this.#of(this.#shapes.of(labels), parents);
    if (kin === item.kin) return;
    this.unfile(item);
    item.kin = kin;
    item.kinAt = kin.members.push(item) - 1;
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
  carrying(label: string): Iterable<Kin<I>> {
    return this.#shapes.carrying(label);
  }

  childrenOf(parent: string): Iterable<Kin<I>> {
    return each(this.#byParent.get(parent));
  }

  #of(shape: Shape<Kin<I>>, parents: readonly string[]): Kin<I> {
    let byParents = this.#kin.get(shape);
    if (!byParents) this.#kin.set(shape, (byParents = new Map()));
    const key = keyOf(parents);
    let kin = byParents.get(key);
    if (!kin) {
      kin = { shape, parents, members: [], mentioned: [], stamp: 0 };
      byParents.set(key, kin);
      shape.members.add(kin);
      for (const parent of parents) putInto(this.#byParent, parent, kin);
    }
    return kin;
  }

  #drop(kin: Kin<I>): void {
    kin.shape.members.delete(kin);
    this.#kin.get(kin.shape)?.delete(keyOf(kin.parents));
    for (const parent of kin.parents) takeFrom(this.#byParent, parent, kin);
  }
}

function keyOf(parents: readonly string[]): string {
  return parents.length === 1 ? (parents[0] as string) : parents.join('\n');
}
