// From a dump of a cluster to the ruleset of one node: `tortie render --node` on the built CLI, from JSON and from YAML,
// with its CPU time (which other work on the machine changes little) and peak memory. Run: npx tsx bench/convert/dump.ts
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { HEAD, measure } from './lib/measure.ts';
import { sampleDump, SIZE } from './lib/sample.ts';

const directory = mkdtempSync(join(tmpdir(), 'tortie-dump-'));
const render = ['render', '--node', 'node-7', '--out', directory];

try {
  const dump = sampleDump();
  const { pods, namespaces, policies, nodes } = SIZE;
  console.log(`${pods} pods, ${namespaces} namespaces, ${policies} NetworkPolicies, ${nodes} nodes`);
  console.log(`\n${HEAD}`);
  writeFileSync(join(directory, 'dump.json'), JSON.stringify(dump, null, 4));
  measure(join(directory, 'dump.json'), render);
  // As kubectl prints it: strings that YAML 1.1 reads as something else are quoted.
  const text = [
    'apiVersion: v1',
    'items:',
    ...dump.items.map(item),
    'kind: List',
    'metadata:',
    '  resourceVersion: ""',
  ];
  writeFileSync(join(directory, 'dump.yaml'), `${text.join('\n')}\n`);
  measure(join(directory, 'dump.yaml'), render);
} finally {
  rmSync(directory, { recursive: true });
}

function item(value: unknown): string {
  return stringify([value], {
    version: '1.1',
    aliasDuplicateObjects: false,
    indentSeq: false,
    lineWidth: 80,
  }).trimEnd();
}
