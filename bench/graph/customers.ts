// Felix's BenchmarkIsolatedCustomers: one namespace, policy and pod per customer, of which 100 are local.
// Run: node --expose-gc --import tsx bench/graph/customers.ts [1k|10k|100k …] [--sizes 1,1/2] [--runs 3]
import { strict as assert } from 'node:assert';
import { customers } from './lib/customers.ts';
import { measure } from './lib/measure.ts';
import { COLUMNS, resultRow } from './lib/result-row.ts';
import { checkShape } from './lib/shape.ts';
import { printTable, readOptions, wanted } from './lib/table.ts';

const CASES = [
  { name: 'IsolatedCustomers1k', count: 1000, felix: { ms: 90, cpuMs: 110, mb: 9 } },
  { name: 'IsolatedCustomers10k', count: 10_000, felix: { ms: 860, cpuMs: 1000, mb: 39 } },
  { name: 'IsolatedCustomers100k', count: 100_000, felix: { ms: 15_100, cpuMs: 16_400, mb: 317 } },
];

const options = readOptions();
for (const batch of customers(100).batches)
  for (const { value } of batch.slice(0, 3)) if (value) checkShape(value);

const rows: string[][] = [];
for (const { name, count, felix } of CASES) {
  if (!wanted(name, options)) continue;
  for (const size of options.sizes) {
    const result = measure(() => customers(Math.round(count * size)), options.runs);
    assert.deepEqual(result.added, { sets: 100, members: 100, policies: 100, profiles: 100, endpoints: 100 });
    rows.push(resultRow(name, size, result, felix));
  }
}
printTable(COLUMNS, rows);
