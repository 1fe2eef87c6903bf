// The servers that the interop tests run: kube-apiserver, kubectl and etcd, built once from Go modules that
// test/interop/go.mod and go.sum lock, and kept in the user's cache folder under a hash of those. No package of npm or
// Debian has them. KUBEBUILDER_ASSETS, a folder with all three, is taken instead where it is set. Plain Node.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { root } from './run.mjs';

const MODULE = join(root, 'test/interop');
const KUBERNETES = 'v1.34.4';
/** Name → package, smallest first, so that a missing tool is found out early. */
const PROGRAMS = {
  etcd: 'go.etcd.io/etcd/server/v3',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
};
const GO_AT_LEAST = [1, 24];

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tortie');

function hash() {
  const sum = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) sum.update(readFileSync(join(MODULE, file)));
  return sum.update(`${KUBERNETES} ${process.arch}`).digest('hex').slice(0, 16);
}

const complete = (folder) => Object.keys(PROGRAMS).every((name) => existsSync(join(folder, name)));

/** The folder with the three programs, or undefined while it has not been built. */
export function interopFolder() {
  const given = process.env.KUBEBUILDER_ASSETS;
  if (given) {
    if (!complete(given))
      throw new Error(`KUBEBUILDER_ASSETS=${given} lacks one of ${Object.keys(PROGRAMS).join(', ')}`);
    return given;
  }
  const folder = join(cache, `interop-${hash()}`);
  return complete(folder) ? folder : undefined;
}

/** Builds what is missing, about eight minutes on two cores the first time, and answers the folder. */
export async function ensureInterop() {
  const there = interopFolder();
  if (there) return there;
  needGo();
  mkdirSync(cache, { recursive: true });
  const folder = join(cache, `interop-${hash()}`);
  const work = mkdtempSync(`${folder}.`);
  try {
    let done = 0;
    for (const [name, path] of Object.entries(PROGRAMS)) {
      console.error(`interop: building ${name} (${++done} of ${Object.keys(PROGRAMS).length}) …`);
      const started = performance.now();
      await go(['build', '-trimpath', '-ldflags', flags(), '-o', join(work, name), path]);
      console.error(`interop: ${name} built in ${Math.round((performance.now() - started) / 1000)} s`);
    }
    // Somebody else may have been faster, with the same programs.
    if (!complete(folder)) renameSync(work, folder);
    return folder;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Without a version of its own the server says `v0.0.0-master`, and clients stumble over that. */
function flags() {
  const set = (name, value) => `-X k8s.io/component-base/version.${name}=${value}`;
  return ['-s', '-w', set('gitVersion', KUBERNETES), set('gitTreeState', 'clean')].join(' ');
}

function needGo() {
  const said = spawnSync('go', ['env', 'GOVERSION'], { cwd: MODULE, encoding: 'utf8' });
  const version = /^go(\d+)\.(\d+)/.exec(said.stdout ?? '');
  const [major, minor] = GO_AT_LEAST;
  const enough = version && (version[1] > major || (version[1] == major && version[2] >= minor));
  if (!enough)
    throw new Error(
      `building kube-apiserver needs Go ${GO_AT_LEAST.join('.')} or newer (${version ? version[0] : 'no go'} is here); ` +
        'or set KUBEBUILDER_ASSETS to a folder with kube-apiserver, kubectl and etcd',
    );
}

function go(args) {
  return new Promise((done, failed) => {
    const env = { ...process.env, CGO_ENABLED: '0' };
    const child = spawn('go', args, { cwd: MODULE, env, stdio: ['ignore', 'inherit', 'inherit'] });
    // Beats when nothing else is printed for minutes.
    const beat = setInterval(() => console.error('interop: still building …'), 60_000);
    child.on('error', failed);
    child.on('close', (status) => {
      clearInterval(beat);
      if (status === 0) done();
      else failed(new Error(`go ${args[0]} ended with ${status}`));
    });
  });
}
