// Members of an IP set as an immutable value that costs nothing to make, however large the set. The newest version
// reads the live table of members; a version that has been superseded knows the next one and how it differs, and
// makes a copy of its own only when someone still reads it.

type Table = ReadonlyMap<string, unknown> | ReadonlySet<string>;

interface Successor {
  readonly version: MemberSet;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

export class MemberSet implements ReadonlySet<string> {
  #table: Table | undefined;
  #successor: Successor | undefined;

  /** `table` may change only together with a call of `supersede`. */
  constructor(table: Table) {
    this.#table = table;
  }

  /** The next version, after these members were added to the table and removed from it. */
  supersede(table: Table, add: readonly string[], remove: readonly string[]): MemberSet {
    const version = new MemberSet(table);
    this.#table = undefined;
    this.#successor = { version, add, remove };
    return version;
  }

  get size(): number {
    return this.#read().size;
  }

  has(member: string): boolean {
    return this.#read().has(member);
  }

  keys(): SetIterator<string> {
    return this.#read().keys();
  }

  values(): SetIterator<string> {
    return this.keys();
  }

  entries(): SetIterator<[string, string]> {
    return new Set(this.keys()).entries();
  }

  [Symbol.iterator](): SetIterator<string> {
    return this.keys();
  }

  forEach(visit: (value: string, key: string, set: ReadonlySet<string>) => void, thisArg?: unknown): void {
    for (const member of this.keys()) visit.call(thisArg, member, member, this);
  }

  #read(): Table {
    if (this.#table) return this.#table;
    const steps: Successor[] = [];
    for (let step = this.#successor; step; step = step.version.#successor) steps.push(step);
    const newest = steps.at(-1)?.version ?? this;
    const members = new Set(newest.#table ? newest.#table.keys() : []);
    for (const { add, remove } of steps.reverse()) {
      for (const member of add) members.delete(member);
      for (const member of remove) members.add(member);
    }
    this.#table = members;
    this.#successor = undefined;
    return members;
  }
}
