// Who may send what to whom, in one world. What one end says of another depends only on its lists and on the answers to
// the questions that these ask, so that each combination of answers is judged once, for every class of traffic, by the
// evaluator; the verdicts are a mask with one bit per class of traffic, numbered so that equal masks are one number.
import type { Address, Family } from '../net/index.ts';
import type { Direction } from '../resources/types.ts';
import { createEvaluator, type Evaluator } from './evaluate.ts';
import type { Side, World } from './connectivity-ends.ts';
import { listKey } from './connectivity-ends.ts';
import { askedBy, type Predicate, rulesOfList } from './connectivity-predicates.ts';
import { alike, type Traffic, type TrafficClasses } from './connectivity-traffic.ts';
import type { Packet } from './packet.ts';
import type { StageTrail } from './trail.ts';

export interface Matrix {
  /** Number of the mask of what `from` may send to `to`; -1: no judge, or no addresses of the family. */
  cell(family: Family, from: number, to: number): number;
  mask(cell: number): bigint;
  /** Pairs with the same text are judged alike, rule by rule; family by family. */
  block(family: Family, from: number, to: number): string;
  /** The stages of one class of traffic: what leaves `from`, then what enters `to`. */
  trail(family: Family, from: number, to: number, traffic: Traffic): StageTrail[];
}

export const NOT_JUDGED = -1;

/** `sides[i]` is end number i of this world. */
export function createMatrix(
  world: World,
  sides: readonly (Side | undefined)[],
  traffic: TrafficClasses,
): Matrix {
  const evaluators = new Map<string, Evaluator>();
  const masks = createNumbers<bigint>();
  /** Number of the mask of each combination of a list and answers. */
  const combinations: number[] = [];
  const both = new Map<number, number>();
  const views = { 4: createViews(4), 6: createViews(6) };

  function evaluator(side: Side): Evaluator {
    const policy = side.judged!.policy;
    let found = evaluators.get(policy.node);
    if (found === undefined) {
      found = createEvaluator(policy);
      evaluators.set(policy.node, found);
    }
    return found;
  }

  /** For each direction and end: number of the combination towards each other end. */
  function createViews(family: Family) {
    const partitions = new Map<string, Int32Array>();
    const rows = { egress: new Map<number, Int32Array>(), ingress: new Map<number, Int32Array>() };
    const judged = new Map<string, number>();
    const lists = createNumbers<string>();
    const partition = (ids: readonly string[]) => {
      const key = ids.join('\n');
      let found = partitions.get(key);
      if (found === undefined) {
        found = split(sides, family, predicates(world, ids));
        partitions.set(key, found);
      }
      return found;
    };
    return (direction: Direction, own: number): Int32Array => {
      const known = rows[direction].get(own);
      if (known !== undefined) return known;
      const row = new Int32Array(sides.length).fill(NOT_JUDGED);
      rows[direction].set(own, row);
      const side = sides[own];
      if (side?.judged === undefined || !side.addresses.has(family)) return row;
      const { policy, endpoint } = side.judged;
      const [ownSide, otherSide] =
        direction === 'egress' ? (['source', 'destination'] as const) : (['destination', 'source'] as const);
      const self = partition(askedBy(policy, endpoint, direction, ownSide))[own];
      const others = partition(askedBy(policy, endpoint, direction, otherSide));
      const list = lists.number(listKey(side));
      for (const [other, kind] of others.entries()) {
        if (kind === -1) continue;
        const key = `${direction} ${list} ${self} ${kind}`;
        let combination = judged.get(key);
        if (combination === undefined) {
          combination = combinations.push(judge(family, direction, own, other)) - 1;
          judged.set(key, combination);
        }
        row[other] = combination;
      }
      return row;
    };
  }

  /** Which classes of traffic a list tells apart, by direction and list. */
  const kinds = new Map<string, number[]>();
  function kindsOf(family: Family, direction: Direction, side: Side): number[] {
    const key = `${family} ${direction} ${listKey(side)}`;
    let found = kinds.get(key);
    if (found === undefined) {
      const { policy, endpoint } = side.judged!;
      found = alike(traffic[family], rulesOfList(policy, endpoint, direction), policy);
      kinds.set(key, found);
    }
    return found;
  }

  function judge(family: Family, direction: Direction, own: number, other: number): number {
    const side = sides[own]!;
    const judging = evaluator(side);
    const verdicts: string[] = [];
    let bits = '';
    for (const [index, kind] of kindsOf(family, direction, side).entries()) {
      const packet = () => packetOf(family, direction, side, sides[other]!, traffic[family][index]!.sample);
      verdicts[kind] ??= judging.verdict(packet()) === 'allow' ? '1' : '0';
      bits = verdicts[kind] + bits;
    }
    return masks.number(BigInt(`0b${bits}`));
  }

  const meet = (a: number, b: number): number => {
    if (a === b || b === NOT_JUDGED) return a;
    if (a === NOT_JUDGED) return b;
    const key = a * 0x1_0000_0000 + b;
    let found = both.get(key);
    if (found === undefined) {
      found = masks.number(masks.value(a) & masks.value(b));
      both.set(key, found);
    }
    return found;
  };

  const maskOf = (combination = NOT_JUDGED) => combinations[combination] ?? NOT_JUDGED;

  const tables = new Map<Family, Int32Array>();
  function tableOf(family: Family): Int32Array {
    const known = tables.get(family);
    if (known !== undefined) return known;
    const size = sides.length;
    const table = new Int32Array(size * size).fill(NOT_JUDGED);
    tables.set(family, table);
    const present = [...sides.keys()].filter((n) => sides[n]?.addresses.has(family));
    for (const from of present) {
      const leaving = views[family]('egress', from);
      for (const to of present) {
        table[from * size + to] = meet(maskOf(leaving[to]), maskOf(views[family]('ingress', to)[from]));
      }
    }
    return table;
  }

  return {
    cell: (family, from, to) => tableOf(family)[from * sides.length + to] ?? NOT_JUDGED,
    block: (family, from, to) => `${views[family]('egress', from)[to]} ${views[family]('ingress', to)[from]}`,
    mask: (cell) => masks.value(cell),
    trail: (family, from, to, { sample }) =>
      (['egress', 'ingress'] as const).flatMap((direction) => {
        const [own, other] = direction === 'egress' ? [sides[from], sides[to]] : [sides[to], sides[from]];
        if (own?.judged === undefined || other === undefined) return [];
        return evaluator(own).judge(packetOf(family, direction, own, other, sample)).stages;
      }),
  };
}

const predicates = (world: World, ids: readonly string[]): Predicate[] =>
  ids.flatMap((id) => world.predicates.get(id) ?? []);

/** Numbers the combinations of answers; -1 for an end without an address of the family. */
function split(
  sides: readonly (Side | undefined)[],
  family: Family,
  asked: readonly Predicate[],
): Int32Array {
  const kinds = createNumbers<string>();
  return Int32Array.from(sides, (side) => {
    const address = side?.addresses.get(family);
    return address === undefined ? -1 : kinds.number(asked.map((p) => p.answer(address)).join(' '));
  });
}

/** No stage asks through which interface the other end is reached, as long as it is no workload's. */
const ELSEWHERE = ' elsewhere';

function packetOf(
  family: Family,
  direction: Direction,
  own: Side,
  other: Side,
  sample: Traffic['sample'],
): Packet {
  const name = own.judged!.endpoint.interfaceName;
  const [mine, theirs] = [addressOf(own, family), addressOf(other, family)];
  return direction === 'egress'
    ? { family, inInterface: name, outInterface: ELSEWHERE, source: mine, destination: theirs, ...sample }
    : { family, inInterface: ELSEWHERE, outInterface: name, source: theirs, destination: mine, ...sample };
}

const addressOf = (side: Side, family: Family): bigint => (side.addresses.get(family) as Address).bits;

interface Numbers<T> {
  number(value: T): number;
  value(number: number): T;
}

function createNumbers<T>(): Numbers<T> {
  const numbers = new Map<T, number>();
  const values: T[] = [];
  return {
    number: (value) => {
      let n = numbers.get(value);
      if (n === undefined) {
        n = values.push(value) - 1;
        numbers.set(value, n);
      }
      return n;
    },
    value: (n) => values[n]!,
  };
}
