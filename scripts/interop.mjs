#!/usr/bin/env node
// `npm run interop`: builds what is missing of kube-apiserver, kubectl and etcd (`--build`: only that), then runs the
// tests that need them, test/interop, and those of etcd, against real servers on loopback. Other arguments go on to
// vitest.
import { ensureInterop } from './lib/interop.mjs';
import { root, run } from './lib/run.mjs';
import { build, nodeVersionOk, setupNode, setupTools } from './lib/setup.mjs';

if (!nodeVersionOk()) {
  console.error(`interop: Node ${process.versions.node} is too old; see "engines" in package.json`);
  process.exit(2);
}
let folder;
try {
  folder = await ensureInterop();
} catch (error) {
  console.error(`interop: ${error.message}`);
  process.exit(2);
}
const args = process.argv.slice(2);
if (args.includes('--build')) process.exit(0);
setupNode();
if (setupTools().length > 0) process.exit(2);
build();
// The tests of etcd as well: npm test runs them on the system's, here they meet the newer one.
const projects = ['interop', 'etcd'].flatMap((name) => ['--project', name]);
const vitest = [process.execPath, 'node_modules/vitest/vitest.mjs', 'run', ...projects, ...args];
// In the lab nothing but loopback exists, so that no test can reach another cluster by mistake.
const env = {
  TORTIE_INTEROP: '1',
  KUBEBUILDER_ASSETS: folder,
  TORTIE_ETCD: `${folder}/etcd`,
  KUBECONFIG: '/dev/null',
};
process.exit(run([process.execPath, 'scripts/lab-exec.mjs', ...vitest], { cwd: root, env }));
