// Things grouped by the names of their labels, so that "who carries label L?" is answered without looking at every
// thing. Pods of one workload share their label names, so there are few shapes; they form a trie over the names in
// the order in which a map lists them (two orders of the same names are two shapes, which costs little).

export interface Shape<T> {
  /** The names, in the order of the map. */
  readonly labels: readonly string[];
  readonly members: Set<T>;
}

interface Node<T> {
  shape: Shape<T> | undefined;
  readonly next: Map<string, Node<T>>;
}

export class Shapes<T> {
  readonly #root: Node<T> = { shape: undefined, next: new Map() };
  readonly #byLabel = new Map<string, Shape<T>[]>();

  /** The shape of a thing with these labels. Empty shapes stay, to be used again: label names are few. */
  of(labels: ReadonlyMap<string, string>): Shape<T> {
    let node = this.#root;
    for (const label of labels.keys()) {
      let next = node.next.get(label);
      if (!next) {
        next = { shape: undefined, next: new Map() };
        node.next.set(label, next);
      }
      node = next;
    }
    node.shape ??= this.#create([...labels.keys()]);
    return node.shape;
  }

  *carrying(label: string): Iterable<T> {
    for (const shape of this.#byLabel.get(label) ?? []) yield* shape.members;
  }

  #create(labels: readonly string[]): Shape<T> {
    const shape: Shape<T> = { labels, members: new Set() };
    for (const label of labels) {
      const shapes = this.#byLabel.get(label);
      if (shapes) shapes.push(shape);
      else this.#byLabel.set(label, [shape]);
    }
    return shape;
  }
}
