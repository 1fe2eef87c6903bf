// Things grouped by the names of their labels, so that "who carries label L?" is answered without looking at every
// thing. Pods of one workload share their label names, so there are few shapes (two orders of the same names are two,
// which costs little).
import type { LabelMap, LabelNames } from '../resources/index.ts';

export interface Shape<T> {
  readonly names: LabelNames;
  readonly members: Set<T>;
}

export class Shapes<T> {
  readonly #byNames = new Map<LabelNames, Shape<T>>();
  readonly #byLabel = new Map<string, Set<Shape<T>>>();

  /** The shape of a thing with these labels; it lasts from the first member to the last. */
  add(labels: LabelMap, thing: T): Shape<T> {
    const shape = this.#byNames.get(labels.names) ?? this.#create(labels.names);
    shape.members.add(thing);
    return shape;
  }

  remove(shape: Shape<T>, thing: T): void {
    if (!shape.members.delete(thing) || shape.members.size > 0) return;
    this.#byNames.delete(shape.names);
    for (const label of shape.names.list) {
      const shapes = this.#byLabel.get(label);
      shapes?.delete(shape);
      if (shapes?.size === 0) this.#byLabel.delete(label);
    }
  }

  /** Shapes with the label. */
  carrying(label: string): Iterable<Shape<T>> {
    return this.#byLabel.get(label) ?? NONE;
  }

  #create(names: LabelNames): Shape<T> {
    const shape: Shape<T> = { names, members: new Set() };
    this.#byNames.set(names, shape);
    for (const label of names.list) {
      const shapes = this.#byLabel.get(label);
      if (shapes) shapes.add(shape);
      else this.#byLabel.set(label, new Set([shape]));
    }
    return shape;
  }
}

const NONE: readonly never[] = Object.freeze([]);
