// Things grouped by the names of their labels, so that "who carries label L?" is answered without looking at every
// thing. Pods of one workload share their label names, so there are few shapes; they form a trie over the names in
// the order in which a map lists them (two orders of the same names are two shapes, which costs little).

export interface Shape<T> {
  readonly members: Set<T>;
}

interface Node<T> extends Shape<T> {
  readonly next: Map<string, Node<T>>;
}

export class Shapes<T> {
  readonly #root: Node<T> = { members: new Set(), next: new Map() };
  readonly #byLabel = new Map<string, Set<Node<T>>>();

  /** Files the thing under the names of its labels; hand the shape back to `remove`. */
  add(thing: T, labels: ReadonlyMap<string, string>): Shape<T> {
    let node = this.#root;
    const names: string[] = [];
    for (const label of labels.keys()) {
      names.push(label);
      let next = node.next.get(label);
      if (!next) {
        next = { members: new Set(), next: new Map() };
        node.next.set(label, next);
      }
      node = next;
    }
    if (node.members.size === 0) for (const label of names) this.#file(label, node);
    node.members.add(thing);
    return node;
  }

  /** Empty shapes stay in the trie, to be used again: label names are few. */
  remove(thing: T, shape: Shape<T>): void {
    shape.members.delete(thing);
  }

  *carrying(label: string): Iterable<T> {
    for (const shape of this.#byLabel.get(label) ?? []) yield* shape.members;
  }

  #file(label: string, node: Node<T>): void {
    const shapes = this.#byLabel.get(label);
    if (shapes) shapes.add(node);
    else this.#byLabel.set(label, new Set([node]));
  }
}
