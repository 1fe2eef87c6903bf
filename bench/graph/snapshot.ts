// Felix's snapshot benchmarks, at Felix's size: a node's first computation, and then all its endpoints deleted.
// Run: node --expose-gc --import tsx bench/graph/snapshot.ts [name …] [--sizes 1,1/2,1/4,1/8] [--runs 3]
import { strict as assert } from 'node:assert';
import { type Measured, measure } from './lib/measure.ts';
import { COLUMNS, type Felix, resultRow } from './lib/result-row.ts';
import { checkShape } from './lib/shape.ts';
import { MARKERS, snapshot, type SnapshotSize } from './lib/snapshot.ts';
import { printTable, readOptions, wanted } from './lib/table.ts';

interface Case extends SnapshotSize {
  readonly name: string;
  readonly deletes?: boolean;
  readonly felix: Felix;
  /** Members of all sets, and messages of Felix that we have no counterpart for left out. */
  readonly members: number;
  readonly messages: number;
}

const TAGS = {
  remote: 250_000,
  local: 200,
  tagPolicies: 10_000,
  netSets: 0,
  members: 250_200,
  messages: 10_329,
};
const SMALL = { remote: 10_000, local: 200, tagPolicies: 0, netSets: 1000, members: 111_800, messages: 2300 };
const LARGE = {
  remote: 10_000,
  local: 200,
  tagPolicies: 0,
  netSets: 10_000,
  members: 1_118_000,
  messages: 20_300,
};
const CASES: readonly Case[] = [
  { name: 'Snapshot200Local250kTotal10000TagPols', ...TAGS, felix: { ms: 11_900, cpuMs: 13_900, mb: 283 } },
  {
    name: 'ThenDeleteLocal200Local250kTotal10000TagPols',
    ...TAGS,
    deletes: true,
    felix: { ms: 12_100, cpuMs: 14_800, mb: 200 },
  },
  { name: 'Snapshot200Local10kTotal1000NetsetPols', ...SMALL, felix: { ms: 1600, cpuMs: 1900, mb: 98 } },
  {
    name: 'ThenDeleteLocal200Local10kTotal1000NetsetPols',
    ...SMALL,
    deletes: true,
    felix: { ms: 2800, cpuMs: 3100, mb: 20 },
  },
  {
    name: 'Snapshot200Local10kTotal10000NetsetPols',
    ...LARGE,
    felix: { ms: 23_400, cpuMs: 25_900, mb: 792 },
  },
  {
    name: 'ThenDeleteLocal200Local10kTotal10000NetsetPols',
    ...LARGE,
    deletes: true,
    felix: { ms: 43_000, mb: 78 },
  },
];

const options = readOptions();
assert.equal(MARKERS.length, 31);
assert.equal(new Set(MARKERS).size, 29);
for (const batch of snapshot({ remote: 2, local: 1, tagPolicies: 2, netSets: 2 }).batches)
  for (const { value } of batch) if (value) checkShape(value);

function scaled({ remote, local, tagPolicies, netSets }: Case, size: number): SnapshotSize {
  const of = (count: number): number => Math.round(count * size);
  return { remote: of(remote), local: of(local), tagPolicies: of(tagPolicies), netSets: of(netSets) };
}

/** At full size the counts are Felix's. */
function check(one: Case, { added, removed }: Measured): void {
  const { tagPolicies, netSets, local, members, messages, deletes } = one;
  const sets = tagPolicies > 0 ? 29 : netSets;
  const expected = { sets, policies: tagPolicies + netSets, profiles: 100, endpoints: local };
  assert.deepEqual(added, { ...expected, members });
  assert.equal(sets + expected.policies + expected.profiles + local, messages);
  if (deletes) assert.deepEqual(removed, { ...expected, members: 0 });
}

const rows: string[][] = [];
for (const one of CASES) {
  if (!wanted(one.name, options)) continue;
  for (const size of options.sizes) {
    const result = measure(() => snapshot(scaled(one, size)), options.runs, one.deletes);
    if (size === 1) check(one, result);
    rows.push(resultRow(one.name, size, result, one.felix));
  }
}
printTable(COLUMNS, rows);
