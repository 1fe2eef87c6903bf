// Things by the labels that they carry, and by the codes of their values (vocabulary.ts).
export interface Coded {
  /** Codes that are not empty, by label; they never change. */
  readonly codes: ReadonlyMap<string, string>;
}

export class Carriers<T extends Coded> {
  readonly #byLabel = new Map<string, Map<string, Set<T>>>();

  add(thing: T): void {
    for (const [label, code] of thing.codes) {
      let byCode = this.#byLabel.get(label);
      if (!byCode) this.#byLabel.set(label, (byCode = new Map()));
      let things = byCode.get(code);
      if (!things) byCode.set(code, (things = new Set()));
      things.add(thing);
    }
  }

  remove(thing: T): void {
    for (const [label, code] of thing.codes) {
      const byCode = this.#byLabel.get(label);
      byCode?.get(code)?.delete(thing);
      if (byCode?.get(code)?.size === 0) byCode.delete(code);
      if (byCode?.size === 0) this.#byLabel.delete(label);
    }
  }

  /** Whatever the value. */
  *carrying(label: string): Iterable<T> {
    for (const things of this.#byLabel.get(label)?.values() ?? []) yield* things;
  }

  coded(label: string, code: string): Iterable<T> {
    return this.#byLabel.get(label)?.get(code) ?? [];
  }
}
