#!/usr/bin/env node
// `npm run kinds`: tries every command on every kind in every datastore, real etcd and API server included, writes what
// worked into test/datastore/kind-commands/, and the table of docs/compatibility.md from that. Read the diff.
import { ensureInterop } from './lib/interop.mjs';
import { root, run } from './lib/run.mjs';

const folder = await ensureInterop();
const env = { CI: '', TORTIE_INTEROP: '1', KUBEBUILDER_ASSETS: folder, KUBECONFIG: '/dev/null' };
const projects = ['unit', 'etcd', 'interop'].flatMap((name) => ['--project', name]);
const vitest = [
  process.execPath,
  'node_modules/vitest/vitest.mjs',
  'run',
  ...projects,
  'kind-commands',
  '-u',
];
const tried = run([process.execPath, 'scripts/lab-exec.mjs', ...vitest], { cwd: root, env });
const written = tried || run([process.execPath, '--import', 'tsx', 'scripts/docs/kinds.ts'], { cwd: root });
run(['git', '--no-pager', 'diff', '--stat', '--', 'test/datastore/kind-commands', 'docs/compatibility.md'], {
  cwd: root,
});
process.exit(written);
