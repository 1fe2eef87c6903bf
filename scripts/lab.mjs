#!/usr/bin/env node
// `npm run lab`: a shell on the node of examples/shop, with seven workloads and an outside host in namespaces of their
// own; everybody answers. Leave the shell and it is all gone. `npm run lab -- <command>` runs one command instead.
import { spawnSync } from 'node:child_process';
import { root } from './lib/run.mjs';
import { build, setupNode, setupTools } from './lib/setup.mjs';

setupNode();
if (setupTools().length > 0) process.exit(2);
build();
const inside = [process.execPath, '--import', 'tsx', 'scripts/demo/lab-shell.ts', ...process.argv.slice(2)];
const done = spawnSync(process.execPath, ['scripts/lab-exec.mjs', ...inside], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(done.status ?? 1);
