// From a dump of a cluster to the ruleset of one node: `tortie render --node` on the built CLI, from JSON and from YAML,
// with its CPU time (which other work on the machine changes little) and peak memory. Run: npx tsx bench/convert/dump.ts
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { sampleDump, SIZE } from './lib/sample.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'tortie-dump-'));
const PEAK =
  "process.on('exit', () => require('fs').writeFileSync(process.env.PEAK, JSON.stringify(process.resourceUsage())))";

function measure(file: string): void {
  const peak = join(directory, 'peak');
  const preload = join(directory, 'peak.cjs');
  writeFileSync(preload, PEAK);
  const argv = [
    '--require',
    preload,
    'dist/bin/tortie.js',
    'render',
    '-f',
    file,
    '--node',
    'node-7',
    '--out',
    directory,
  ];
  const started = performance.now();
  const done = spawnSync(process.execPath, argv, {
    cwd: root,
    env: { ...process.env, PEAK: peak },
    encoding: 'utf8',
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  if (done.status !== 0) throw new Error(done.stderr);
  const megabytes = (statSync(file).size / 1e6).toFixed(1);
  const used = JSON.parse(readFileSync(peak, 'utf8')) as NodeJS.ResourceUsage;
  const cpu = ((used.userCPUTime + used.systemCPUTime) / 1e6).toFixed(2);
  const memory = (used.maxRSS / 1024).toFixed(0);
  console.log(`| ${file.slice(-4)} | ${megabytes} | ${seconds} | ${cpu} | ${memory} |`);
}

try {
  const dump = sampleDump();
  const { pods, namespaces, policies, nodes } = SIZE;
  console.log(`${pods} pods, ${namespaces} namespaces, ${policies} NetworkPolicies, ${nodes} nodes`);
  console.log('\n| dump | MB | seconds | CPU seconds | peak MB |\n| --- | --- | --- | --- | --- |');
  writeFileSync(join(directory, 'dump.json'), JSON.stringify(dump, null, 4));
  measure(join(directory, 'dump.json'));
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
  measure(join(directory, 'dump.yaml'));
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
