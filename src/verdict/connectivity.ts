// Who may talk to whom: every endpoint and the outside, in both directions, for every class of traffic that policy tells
// apart, judged by the evaluator and grouped where ends have the same rows and columns. Pure.
import type { Family } from '../net/index.ts';
import type { NodePolicy } from '../policy/index.ts';
import { classesOf, type End, endsOf, type World } from './connectivity-ends.ts';
import { createMatrix, type Matrix, NOT_JUDGED } from './connectivity-matrix.ts';
import { predicatesOf } from './connectivity-predicates.ts';
import {
  type MentionedPort,
  type Traffic,
  trafficClasses,
  type TrafficClasses,
} from './connectivity-traffic.ts';

export interface ConnectivityInput {
  /** By node; each endpoint is judged on its own. */
  readonly policies: ReadonlyMap<string, NodePolicy>;
  /** Ports that endpoints declare: told apart even when no rule names them. */
  readonly ports?: readonly MentionedPort[];
}

/** Ends with the same rows and the same columns. */
export interface EndGroup {
  readonly kind: 'endpoint' | 'outside';
  /** Ids of endpoints (resource keys), or names of outsides; sorted as the ends are. */
  readonly members: readonly string[];
}

export interface Connection {
  /** Indices of `groups`. */
  readonly from: number;
  readonly to: number;
  /** What is allowed; a family is absent where the two groups have no addresses of it in common. */
  readonly allowed: ReadonlyMap<Family, readonly Traffic[]>;
}

export interface Connectivity {
  readonly groups: readonly EndGroup[];
  /** All traffic that was asked about. */
  readonly traffic: TrafficClasses;
  /**
   * For each ordered pair of groups that some node judges, also where nothing is allowed; a group and itself only when
   * it has two members, since what an endpoint sends to itself never leaves it.
   */
  readonly connections: readonly Connection[];
}

const FAMILIES = [4, 6] as const;

export function connectivity(input: ConnectivityInput): Connectivity {
  const world = worldOf(input);
  const traffic = trafficClasses([...input.policies.values()], input.ports);
  const classes = classesOf([world], endsOf([world]));
  const matrix = createMatrix(world, sidesOf(classes, 0), traffic);
  const numbers = groupNumbers(classes, [matrix]);
  const groups = groupsOf(classes, numbers);
  const first = groups.map((_, group) => numbers.indexOf(group));
  const allowedIn = createAllowed(matrix, traffic);
  const connections: Connection[] = [];
  for (const [from, a] of first.entries()) {
    for (const [to, b] of first.entries()) {
      if (from === to && groups[from]!.members.length < 2) continue;
      const allowed = allowedIn(a, b);
      if (allowed.size > 0) connections.push({ from, to, allowed });
    }
  }
  return { groups, traffic, connections };
}

export function worldOf({ policies }: ConnectivityInput): World {
  return { policies, predicates: predicatesOf([...policies.values()]) };
}

/** How one world sees the first member of each class. */
export const sidesOf = (classes: readonly (readonly End[])[], world: number) =>
  classes.map(([first]) => first?.sides[world]);

/** The number of the group of each class: classes with equal rows and columns in every matrix are one group. */
export function groupNumbers(classes: readonly (readonly End[])[], matrices: readonly Matrix[]): number[] {
  const known = new Map<string, number>();
  return classes.map(([end], own) => {
    const cells: number[] = [];
    for (const matrix of matrices) {
      for (const family of FAMILIES) {
        for (let other = 0; other < classes.length; other++) cells.push(matrix.cell(family, own, other));
        for (let other = 0; other < classes.length; other++) cells.push(matrix.cell(family, other, own));
      }
    }
    const key = `${end?.kind} ${cells.join(' ')}`;
    const number = known.get(key) ?? known.size;
    known.set(key, number);
    return number;
  });
}

export function groupsOf(classes: readonly (readonly End[])[], numbers: readonly number[]): EndGroup[] {
  const groups: { kind: End['kind']; members: string[] }[] = [];
  for (const [index, ends] of classes.entries()) {
    const group = (groups[numbers[index]!] ??= { kind: ends[0]!.kind, members: [] });
    group.members.push(...ends.map((end) => end.id));
  }
  return groups.map(({ kind, members }) => ({
    kind,
    members: kind === 'endpoint' ? members.toSorted() : members,
  }));
}

/** What is allowed in a cell of each family; equal cells share one value. */
function createAllowed(matrix: Matrix, traffic: TrafficClasses) {
  const known = new Map<string, ReadonlyMap<Family, readonly Traffic[]>>();
  return (from: number, to: number): ReadonlyMap<Family, readonly Traffic[]> => {
    const cells = FAMILIES.map((family) => [family, matrix.cell(family, from, to)] as const);
    const key = cells.join();
    let found = known.get(key);
    if (found === undefined) {
      const judged = cells.filter(([, cell]) => cell !== NOT_JUDGED);
      found = new Map(
        judged.map(([family, cell]) => [family, trafficIn(traffic[family], matrix.mask(cell))]),
      );
      known.set(key, found);
    }
    return found;
  };
}

export const trafficIn = (traffic: readonly Traffic[], mask: bigint): Traffic[] =>
  traffic.filter((_, bit) => ((mask >> BigInt(bit)) & 1n) === 1n);
