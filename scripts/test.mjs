#!/usr/bin/env node
// `npm test`: sets up what a fresh clone lacks, then runs the whole suite in one vitest run inside a private lab
// (network and mount namespace), so that the closing line counts everything. Arguments go on to vitest.
import { root, run } from './lib/run.mjs';
import { build, nodeVersionOk, setupNft, setupNode, setupTools } from './lib/setup.mjs';

if (!nodeVersionOk()) {
  console.error(`test: Node ${process.versions.node} is too old; see "engines" in package.json`);
  process.exit(2);
}
setupNode();
const missing = setupTools();
if (missing.length > 0) process.exit(2);
setupNft();
build();
const vitest = [process.execPath, 'node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)];
process.exit(run([process.execPath, 'scripts/lab-exec.mjs', ...vitest], { cwd: root }));
