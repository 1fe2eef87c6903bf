// `tortie connectivity` on a dump of 1,000 pods: wall time, CPU time (which other work on the machine changes little) and
// peak memory of the built CLI. Run: npx tsx bench/convert/connectivity.ts
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HEAD, measure } from './lib/measure.ts';
import { sampleDump } from './lib/sample.ts';

const SIZE = { pods: 1000, namespaces: 60, policies: 200, nodes: 20 };
const directory = mkdtempSync(join(tmpdir(), 'tortie-connectivity-'));
try {
  const file = join(directory, 'dump.json');
  writeFileSync(file, JSON.stringify(sampleDump(SIZE), null, 4));
  console.log(`${SIZE.pods} pods, ${SIZE.namespaces} namespaces, ${SIZE.policies} NetworkPolicies`);
  console.log(`\n${HEAD}`);
  measure(file, ['connectivity', '-o', 'csv']);
} finally {
  rmSync(directory, { recursive: true });
}
