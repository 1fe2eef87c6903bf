// Everything that a fresh clone lacks: npm packages, built parser and packages, and Debian's tools for the kernel
// tests. Installs the latter only as root; otherwise says what is missing and how to get it.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureOtherNft, OTHER_NFT } from './nft-versions.mjs';
import { root, run } from './run.mjs';

/** command → Debian package that brings it */
const TOOLS = {
  nft: 'nftables',
  'iptables-restore': 'iptables',
  ipset: 'ipset',
  ip: 'iproute2',
  conntrack: 'conntrack',
  etcd: 'etcd-server',
  openssl: 'openssl',
  python3: 'python3',
  unshare: 'util-linux',
};
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

function missingTools() {
  return Object.keys(TOOLS).filter(
    (t) => spawnSync('sh', ['-c', `command -v ${t}`], { env: { PATH } }).status !== 0,
  );
}

export function setupNode() {
  const lock = join(root, 'package-lock.json');
  const stamp = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(stamp) || statSync(stamp).mtimeMs < statSync(lock).mtimeMs) {
    console.error('setup: npm ci');
    // `prepare` builds; a later test run must see today's sources, so build() below runs in any case.
    const status = run(['npm', 'ci', '--ignore-scripts', '--no-fund', '--no-audit']);
    if (status !== 0) process.exit(status);
  }
}

export function build() {
  const status = run(['npm', 'run', '--silent', 'build']);
  if (status !== 0) process.exit(status);
}

/** Installs (as root) or names what is missing. Answers the commands that are still missing. */
export function setupTools() {
  let missing = missingTools();
  if (missing.length === 0) return missing;
  const packages = [...new Set(missing.map((t) => TOOLS[t]))];
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.error(`setup: apt-get install ${packages.join(' ')}`);
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    run(['apt-get', 'update', '-qq'], { env });
    withoutServices(() =>
      run(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages], { env, quiet: true }),
    );
    missing = missingTools();
  }
  if (missing.length > 0) {
    const names = [...new Set(missing.map((t) => TOOLS[t]))].join(' ');
    console.error(`setup: missing ${missing.join(', ')}; on Debian or Ubuntu: sudo apt-get install ${names}`);
  }
  return missing;
}

/** Debian starts a server that it installs; the tests start their own. A policy that is there already is kept. */
function withoutServices(install) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return install();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return install();
  } finally {
    rmSync(policy);
  }
}

/** A second version of nft for the kernel tests, which fail without it in CI and leave it out elsewhere. */
export function setupNft() {
  const reason = ensureOtherNft();
  if (reason) console.error(`setup: no nft ${OTHER_NFT}, so only the system's is tested: ${reason}`);
}

export function nodeVersionOk() {
  const want = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node.replace('>=', '');
  const [a, b] = want.split('.').map(Number);
  const [x, y] = process.versions.node.split('.').map(Number);
  return x > a || (x === a && y >= b);
}
