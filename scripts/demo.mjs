#!/usr/bin/env node
// `npm run demo`: sets up what a fresh clone lacks, then runs scripts/demo/demo.ts in a private lab.
import { run } from './lib/run.mjs';
import { build, setupNode, setupTools } from './lib/setup.mjs';

setupNode();
if (setupTools().length > 0) process.exit(2);
build();
process.exit(
  run([
    process.execPath,
    'scripts/lab-exec.mjs',
    process.execPath,
    '--import',
    'tsx',
    'scripts/demo/demo.ts',
  ]),
);
