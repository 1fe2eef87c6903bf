#!/usr/bin/env node
// Runs a command inside a private lab: a new network namespace, a mount namespace whose /run is a tmpfs of its own
// (so `ip netns`, and the lock of iptables-legacy, are private) and a PID namespace. When the command ends, or when
// this process is killed in any way, the kernel takes everything away again: nothing is left behind.
//
//   node scripts/lab-exec.mjs <command> [argument …]
//
// With TORTIE_NFT=1.1.3 every `nft` in the lab is that version (scripts/lib/nft-versions.mjs), whoever starts it.
// As root with plain namespaces, otherwise in a user namespace. The command's exit status is passed through (128 + n
// when a signal ended it); 125 means that the lab itself could not be had. Plain Node, no dependencies.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ensureOtherNft, OTHER_NFT, otherNft } from './lib/nft-versions.mjs';

const FAILED = 125;
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];
const INNER = '--inside-the-lab';

function fail(message) {
  process.stderr.write(`lab-exec: ${message}\n`);
  process.exit(FAILED);
}

/** The flags of `unshare` that work here, the most private first. */
function namespaceFlags() {
  const pid = ['--pid', '--fork', '--kill-child', '--mount-proc'];
  const net = ['--net', '--mount'];
  const user = ['--user', '--map-root-user'];
  const isRoot = process.getuid?.() === 0;
  // Without a /proc of its own (a container may forbid mounting one) the PID namespace is left out.
  const choices = [...(isRoot ? [[...net, ...pid], net] : []), [...user, ...net, ...pid], [...user, ...net]];
  let reason = '';
  for (const flags of choices) {
    const tried = spawnSync('unshare', [...flags, '--', 'true'], { encoding: 'utf8' });
    if (tried.error) fail(`cannot run unshare (${tried.error.message}); it is part of util-linux`);
    if (tried.status === 0) return flags;
    reason = tried.stderr.trim();
  }
  return fail(
    `${isRoot ? 'this root may not' : 'not root, and user namespaces are not allowed:'} make a network namespace: ${reason}\n` +
      '  run as root, or allow user namespaces: sysctl kernel.unprivileged_userns_clone=1 (Debian),\n' +
      '  sysctl kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu); in a container add CAP_SYS_ADMIN and CAP_NET_ADMIN',
  );
}

function statusOf(code, signal) {
  return signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? FAILED);
}

function outside(command) {
  if (process.platform !== 'linux') fail('network namespaces exist only on Linux');
  if (command.length === 0) fail('usage: node scripts/lab-exec.mjs <command> [argument …]');
  const nft = process.env.TORTIE_NFT;
  if (nft && nft !== OTHER_NFT)
    fail(`TORTIE_NFT=${nft}: only ${OTHER_NFT} can be had beside the system's nft`);
  // In the lab there is no network any more.
  const reason = nft && ensureOtherNft();
  if (reason) fail(`no nft ${nft}: ${reason}`);
  const self = fileURLToPath(import.meta.url);
  const child = spawn('unshare', [...namespaceFlags(), '--', process.execPath, self, INNER, ...command], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  });
  // Descriptor 3 carries signal names inwards; its end tells the lab that we are gone.
  const control = child.stdio[3];
  control.on('error', () => {});
  for (const name of FORWARDED) {
    process.on(name, () => {
      // What is typed at a terminal reaches the command without us.
      const typed = (name === 'SIGINT' || name === 'SIGQUIT') && process.stdin.isTTY;
      if (!typed) control.write(`${name}\n`);
    });
  }
  child.on('error', (error) => fail(error.message));
  child.on('exit', (code, signal) => process.exit(statusOf(code, signal)));
}

function setUp(argv) {
  const done = spawnSync(argv[0], argv.slice(1), { encoding: 'utf8' });
  if (done.error) fail(`cannot run ${argv[0]}: ${done.error.message}`);
  if (done.status !== 0) fail(`${argv.join(' ')}: ${done.stderr.trim()}`);
}

/** The product looks for programs on a fixed path, so the file itself is covered, in the lab's mounts alone. */
function replaceNft() {
  const systems = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
    .map((dir) => `${dir}/nft`)
    .filter((file) => existsSync(file));
  if (systems.length === 0) fail('TORTIE_NFT: the system has no nft whose place another could take');
  for (const file of new Set(systems.map((file) => realpathSync(file))))
    setUp(['mount', '--bind', otherNft, file]);
}

function inside(command) {
  setUp(['mount', '-t', 'tmpfs', '-o', 'mode=755,size=64m', 'tmpfs', '/run']);
  setUp(['ip', 'link', 'set', 'lo', 'up']);
  if (process.env.TORTIE_NFT) replaceNft();
  const env = { ...process.env, TORTIE_LAB: '1' };
  const child = spawn(command[0], command.slice(1), { stdio: 'inherit', env, detached: process.pid !== 1 });
  // A socket and not a file stream: a blocked read of a file would keep the process from ending.
  const control = new Socket({ fd: 3, readable: true, writable: false });
  control.setEncoding('utf8');
  control.on('data', (text) => {
    for (const name of text.trim().split('\n')) child.kill(name);
  });
  const gone = () => {
    // As process 1 our exit ends all the others; without a PID namespace the group has to do.
    if (process.pid !== 1 && child.pid) {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {}
    }
    process.exit(FAILED);
  };
  control.on('end', gone);
  control.on('error', gone);
  // Process 1 has no default reaction to signals, which is what is wanted; elsewhere the command decides, not we.
  for (const name of ['SIGINT', 'SIGQUIT']) process.on(name, () => {});
  child.on('error', (error) => fail(`cannot run ${command[0]}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(statusOf(code, signal)));
}

const argv = process.argv.slice(2);
if (argv[0] === INNER) inside(argv.slice(1));
else outside(argv);
