// Labels, kept small: a quarter of a million endpoints have some eight labels each, a Map of them takes half a
// kilobyte, and most of it is the same few names and values again. Here the names are an object that all with the same
// names share, the values are an array, and equal values are one string.
//
//   labelMap(entries): LabelMap      a ReadonlyMap in the order of the names; the very same when it is one already
//   LabelMap.names, texts            the two parts, for readers who look at many maps with the same names
//   shareText(text)                  the string that stands for all equal ones

/** Texts and names that are remembered; beyond this they start anew: a bound on memory, not on what is shared. */
const LIMIT = 1 << 16;

/** The names of labels, sorted; equal names are the same object, as a rule. */
export interface LabelNames {
  readonly list: readonly string[];
  /** Place of each name. */
  readonly places: ReadonlyMap<string, number>;
}

/** Names in the order in which they were met, and the names that may follow. */
interface Node {
  readonly next: Map<string, Node>;
  /** Once a map has just these names: where their values go. */
  order: { readonly names: LabelNames; readonly places: readonly number[] } | undefined;
  /** What was made last of them: pods of one workload come one after the other, and have the same labels. */
  last: LabelMap | undefined;
}

const texts = new Map<string, string>();
const names = new Map<string, LabelNames>();
let root = newNode();
let nodes = 0;

export function shareText(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= LIMIT) texts.clear();
  texts.set(text, text);
  return text;
}

export function labelMap(entries: ReadonlyMap<string, string>): LabelMap {
  if (entries instanceof LabelMap) return entries;
  let node = root;
  for (const name of entries.keys()) node = node.next.get(name) ?? extend(node, name);
  node.order ??= orderOf([...entries.keys()]);
  const values = node.order.names.list.slice();
  const { last } = node;
  let at = 0;
  let same = true;
  for (const value of entries.values()) {
    const place = node.order.places[at++] as number;
    const before = last?.texts[place];
    const text = before === value ? before : shareText(value);
    values[place] = text;
    same &&= text === before;
  }
  if (last && same) return last;
  node.last = new LabelMap(node.order.names, values);
  return node.last;
}

function newNode(): Node {
  return { next: new Map(), order: undefined, last: undefined };
}

function extend(before: Node, name: string): Node {
  if (nodes >= LIMIT) {
    root = newNode();
    names.clear();
    nodes = 0;
  }
  nodes++;
  const after = newNode();
  before.next.set(shareText(name), after);
  return after;
}

function orderOf(given: readonly string[]): NonNullable<Node['order']> {
  const list = given.map(shareText).sort();
  const key = JSON.stringify(list);
  let known = names.get(key);
  if (!known) names.set(key, (known = { list, places: new Map(list.map((name, place) => [name, place])) }));
  const { places } = known;
  return { names: known, places: given.map((name) => places.get(name) as number) };
}

export class LabelMap implements ReadonlyMap<string, string> {
  readonly names: LabelNames;
  /** The values, each at the place of its name. */
  readonly texts: readonly string[];

  constructor(names: LabelNames, texts: readonly string[]) {
    this.names = names;
    this.texts = texts;
  }

  get size(): number {
    return this.texts.length;
  }

  get(name: string): string | undefined {
    const place = this.names.places.get(name);
    return place === undefined ? undefined : this.texts[place];
  }

  has(name: string): boolean {
    return this.names.places.has(name);
  }

  keys(): ArrayIterator<string> {
    return this.names.list.values();
  }

  values(): ArrayIterator<string> {
    return this.texts.values();
  }

  *entries(): Generator<[string, string], undefined> {
    const { list } = this.names;
    for (let place = 0; place < list.length; place++)
      yield [list[place] as string, this.texts[place] as string];
  }

  [Symbol.iterator](): Generator<[string, string], undefined> {
    return this.entries();
  }

  forEach(
    visit: (value: string, name: string, map: ReadonlyMap<string, string>) => void,
    thisArg?: unknown,
  ): void {
    for (const [name, value] of this) visit.call(thisArg, value, name, this);
  }
}
