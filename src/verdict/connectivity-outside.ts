// The world outside: addresses that are no endpoint's, cut where some rule or network set tells them apart, and grouped
// where none does. Each group has a sample address per family.
import { type Address, type Family, formatAddress, type Prefix, toRanges } from '../net/index.ts';
import type { Predicate } from './connectivity-predicates.ts';

export interface Outside {
  /** `outside`, or what it is inside of: `203.0.113.0/24 2001:db8:bad::/48`. */
  readonly name: string;
  readonly samples: readonly Address[];
}

/** The first: what no policy mentions. `taken`: addresses of endpoints, canonical text. */
export function outsides(predicates: readonly Predicate[], taken: ReadonlySet<string>): Outside[] {
  const prefixes = predicates.map((p) => p.prefixes().filter((prefix) => !isTaken(prefix, taken)));
  const groups = new Map<string, { names: Set<string>; samples: Map<Family, Address> }>();
  for (const family of [4, 6] as const) {
    for (const piece of pieces(family, prefixes)) {
      const sample = freeAddress(family, piece, taken);
      if (sample === undefined) continue;
      const key = piece.inside.join(' ');
      const group = groups.get(key) ?? { names: new Set<string>(), samples: new Map<Family, Address>() };
      groups.set(key, group);
      if (!group.samples.has(family)) group.samples.set(family, sample);
      for (const name of piece.names) group.names.add(name);
    }
  }
  return [...groups].map(([key, { names, samples }]) => ({
    name: key === '' ? 'outside' : nameOf([...names]),
    samples: [...samples.values()],
  }));
}

const isTaken = (prefix: Prefix, taken: ReadonlySet<string>): boolean =>
  prefix.length === (prefix.family === 4 ? 32 : 128) && taken.has(formatAddress(prefix));

const SHOWN = 3;
function nameOf(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return [...names.slice(0, SHOWN), ...(more > 0 ? [`and ${more} more nets`] : [])].join(' ');
}

interface Piece {
  readonly first: bigint;
  readonly last: bigint;
  /** Indices of the predicates that hold here, sorted. */
  readonly inside: readonly number[];
  /** The narrowest prefixes around. */
  readonly names: readonly string[];
}

interface Edge {
  readonly at: bigint;
  readonly step: 1 | -1;
  readonly predicate: number;
  readonly name: string;
  readonly length: number;
}

/** The address space in order, cut at every edge of a prefix. */
function* pieces(family: Family, prefixes: readonly (readonly Prefix[])[]): Generator<Piece> {
  const end = 1n << (family === 4 ? 32n : 128n);
  const edges: Edge[] = prefixes.flatMap((list, predicate) =>
    list
      .filter((prefix) => prefix.family === family)
      .flatMap((prefix): Edge[] => {
        const [range] = toRanges([prefix]);
        if (range === undefined) return [];
        const edge = { predicate, name: `${formatAddress(prefix)}/${prefix.length}`, length: prefix.length };
        return [
          { at: range.first, step: 1, ...edge },
          { at: range.last + 1n, step: -1, ...edge },
        ];
      }),
  );
  edges.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const depth = new Map<number, number>();
  const around = new Map<string, { count: number; length: number }>();
  let first = 0n;
  for (const edge of [...edges, undefined]) {
    const at = edge?.at ?? end;
    if (at > first) {
      const longest = Math.max(...[...around.values()].map((a) => a.length), -1);
      const names = [...around].filter(([, a]) => a.length === longest).map(([name]) => name);
      yield { first, last: at - 1n, inside: [...depth.keys()].sort((a, b) => a - b), names };
      first = at;
    }
    if (edge === undefined) return;
    count(depth, edge.predicate, edge.step);
    const known = around.get(edge.name)?.count ?? 0;
    if (known + edge.step === 0) around.delete(edge.name);
    else around.set(edge.name, { count: known + edge.step, length: edge.length });
  }
}

function count(depth: Map<number, number>, predicate: number, step: number): void {
  const now = (depth.get(predicate) ?? 0) + step;
  if (now === 0) depth.delete(predicate);
  else depth.set(predicate, now);
}

/** An address of the piece that is no endpoint's; not the all-zero address, which no packet has. */
function freeAddress(
  family: Family,
  { first, last }: Piece,
  taken: ReadonlySet<string>,
): Address | undefined {
  for (let bits = first === 0n ? 1n : first; bits <= last; bits++) {
    const address = { family, bits };
    if (!taken.has(formatAddress(address))) return address;
  }
  return undefined;
}
