// What a change of policy does to who may talk to whom: only the traffic whose verdict differs, between the ends that
// both inputs have, with what decided on each side. Pure.
import type { Family } from '../net/index.ts';
import type { Direction, ResourceKey } from '../resources/types.ts';
import { classesOf, type End, endsOf } from './connectivity-ends.ts';
import { createMatrix, type Matrix, NOT_JUDGED } from './connectivity-matrix.ts';
import { type Traffic, trafficClasses, type TrafficClasses } from './connectivity-traffic.ts';
import { type ConnectivityInput, sidesOf, trafficIn, worldOf } from './connectivity.ts';
import type { Decider, StageTrail, Verdict } from './trail.ts';

export interface ConnectivityDiff {
  readonly changes: readonly ConnectivityChange[];
  /** All traffic that was asked about. */
  readonly traffic: TrafficClasses;
  /** Endpoints that only one of the inputs has; what they may do is in no change. */
  readonly added: readonly ResourceKey[];
  readonly removed: readonly ResourceKey[];
}

/** Every one of `from` to every one of `to`, an endpoint and itself left out. */
export interface ConnectivityChange {
  /** The verdict in the new input. */
  readonly verdict: Verdict;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly traffic: ReadonlyMap<Family, readonly Traffic[]>;
  /** The directions whose verdict differs, and what decided each of them. */
  readonly because: readonly Cause[];
}

export interface Cause {
  readonly direction: Direction;
  /** Absent: in that input nobody judged it. */
  readonly before?: Decider;
  readonly after?: Decider;
}

interface Found {
  readonly verdict: Verdict;
  readonly because: readonly Cause[];
  readonly bits: ReadonlyMap<Family, bigint>;
}

const FAMILIES = [4, 6] as const;

export function connectivityDiff(before: ConnectivityInput, after: ConnectivityInput): ConnectivityDiff {
  const worlds = [worldOf(before), worldOf(after)];
  const ends = endsOf(worlds);
  const only = (world: number) =>
    ends.filter((e) => e.sides[world] !== undefined && e.sides[1 - world] === undefined).map((e) => e.id);
  const common = ends.filter((end) => end.sides.every((side) => side !== undefined));
  const classes = classesOf(worlds, common);
  const traffic = trafficClasses(
    worlds.flatMap((world) => [...world.policies.values()]),
    [...(before.ports ?? []), ...(after.ports ?? [])],
  );
  const [older, newer] = worlds.map((world, index) => createMatrix(world, sidesOf(classes, index), traffic));
  const causes = createCauses(older!, newer!);
  const found = new Map<string, { readonly what: Found; readonly pairs: Map<number, number[]> }>();
  for (const [from, members] of classes.entries()) {
    for (const to of classes.keys()) {
      if (from === to && members.length < 2) continue;
      for (const what of changesOf(from, to)) {
        const key = JSON.stringify([
          what.verdict,
          what.because,
          [...what.bits].map(([f, b]) => [f, String(b)]),
        ]);
        const entry = found.get(key) ?? { what, pairs: new Map<number, number[]>() };
        entry.pairs.set(from, [...(entry.pairs.get(from) ?? []), to]);
        found.set(key, entry);
      }
    }
  }
  const changes = [...found.values()].flatMap(({ what, pairs }) =>
    rectangles(pairs).map(
      ([from, to]): ConnectivityChange => ({
        verdict: what.verdict,
        from: membersOf(classes, from),
        to: membersOf(classes, to),
        traffic: new Map([...what.bits].map(([family, bits]) => [family, trafficIn(traffic[family], bits)])),
        because: what.because,
      }),
    ),
  );
  return { changes: changes.toSorted(byVerdict), traffic, added: only(1), removed: only(0) };

  function changesOf(from: number, to: number): Found[] {
    const here = new Map<
      string,
      { verdict: Verdict; because: readonly Cause[]; bits: Map<Family, bigint> }
    >();
    for (const family of FAMILIES) {
      const [a, b] = [maskAt(older!, family, from, to), maskAt(newer!, family, from, to)];
      if (a === undefined || b === undefined || a === b) continue;
      for (const [bit, one] of traffic[family].entries()) {
        const flag = 1n << BigInt(bit);
        if (((a ^ b) & flag) === 0n) continue;
        const verdict = (b & flag) === 0n ? 'deny' : 'allow';
        const because = causes(family, from, to, one);
        const key = `${verdict} ${JSON.stringify(because)}`;
        const entry = here.get(key) ?? { verdict, because, bits: new Map<Family, bigint>() };
        entry.bits.set(family, (entry.bits.get(family) ?? 0n) | flag);
        here.set(key, entry);
      }
    }
    return [...here.values()];
  }
}

function maskAt(matrix: Matrix, family: Family, from: number, to: number): bigint | undefined {
  const cell = matrix.cell(family, from, to);
  return cell === NOT_JUDGED ? undefined : matrix.mask(cell);
}

/** Which directions changed their verdict, and by what; pairs that are judged alike are asked once. */
function createCauses(older: Matrix, newer: Matrix) {
  const known = new Map<string, readonly Cause[]>();
  return (family: Family, from: number, to: number, traffic: Traffic): readonly Cause[] => {
    const key = [
      family,
      older.block(family, from, to),
      newer.block(family, from, to),
      JSON.stringify(traffic),
    ].join();
    let found = known.get(key);
    if (found === undefined) {
      found = compareTrails(older.trail(family, from, to, traffic), newer.trail(family, from, to, traffic));
      known.set(key, found);
    }
    return found;
  };
}

function compareTrails(before: readonly StageTrail[], after: readonly StageTrail[]): Cause[] {
  return (['egress', 'ingress'] as const).flatMap((direction): Cause[] => {
    const [a, b] = [before, after].map((stages) => stages.find((s) => s.stage === `workload-${direction}`));
    if (a?.verdict === b?.verdict) return [];
    return [{ direction, ...(a && { before: a.decidedBy }), ...(b && { after: b.decidedBy }) }];
  });
}

/** Those that reach the same ends are one change. */
function rectangles(pairs: ReadonlyMap<number, readonly number[]>): [number[], readonly number[]][] {
  const byTargets = new Map<string, [number[], readonly number[]]>();
  for (const [from, to] of pairs) {
    const key = to.join();
    const entry = byTargets.get(key) ?? [[], to];
    entry[0].push(from);
    byTargets.set(key, entry);
  }
  return [...byTargets.values()];
}

const membersOf = (classes: readonly (readonly End[])[], numbers: readonly number[]): string[] =>
  numbers
    .flatMap((n) => classes[n] ?? [])
    .toSorted(byKind)
    .map((end) => end.id);

const byKind = (a: End, b: End): number =>
  a.kind === b.kind
    ? a.kind === 'outside' || a.id === b.id
      ? 0
      : a.id < b.id
        ? -1
        : 1
    : a.kind === 'endpoint'
      ? -1
      : 1;

/** What opens before what closes; else in the order in which it was found, which is that of the ends. */
const byVerdict = (a: ConnectivityChange, b: ConnectivityChange): number =>
  a.verdict === b.verdict ? 0 : a.verdict === 'allow' ? -1 : 1;
