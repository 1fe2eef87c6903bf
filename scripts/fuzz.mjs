#!/usr/bin/env node
// `npm run fuzz`: the tests that take random and mutated selectors and documents, at length: a million texts per file,
// where `npm test` takes some thousand. TORTIE_FUZZ_RUNS sets how often each property runs instead. Arguments go on to
// vitest; TORTIE_FUZZ_SEED repeats a run where a test prints its seed.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TEXTS = 1_000_000;
/** How many properties of a file share the million; one unless said here. */
const PROPERTIES = {
  'src/datastore/file/fuzz.test.ts': 4,
  // Each run writes to a real server and reads everything back.
  'test/etcd/fuzz.test.ts': 500,
  // Each run writes files and flushes them.
  'test/datastore/file-fuzz.test.ts': 500,
};

/** A test is a fuzz test when it asks how long it should run. */
function fuzzTests() {
  return ['src', 'packages', 'test'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true })
      .map((name) => join(folder, name))
      .filter((name) => name.endsWith('.test.ts') && !name.includes('node_modules'))
      .filter((name) => readFileSync(join(ROOT, name), 'utf8').includes('TORTIE_FUZZ_RUNS')),
  );
}

const files = fuzzTests();
if (files.length === 0) {
  console.error('fuzz: no test asks for TORTIE_FUZZ_RUNS');
  process.exit(2);
}
const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
let status = 0;
for (const file of files) {
  const runs = process.env.TORTIE_FUZZ_RUNS ?? String(TEXTS / (PROPERTIES[file] ?? 1));
  console.log(`fuzz: ${file}, ${runs} runs of each property`);
  const project = file.startsWith('test/etcd/') ? 'etcd' : 'unit';
  const args = [vitest, 'run', '--project', project, '--testTimeout', '0', file, ...process.argv.slice(2)];
  const env = { ...process.env, TORTIE_FUZZ_RUNS: runs };
  const done = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env });
  status ||= done.status ?? 1;
}
process.exit(status);
