// Runs a command with the terminal attached and answers its exit status; what scripts share.
import { spawn, spawnSync } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Exit status of `argv`, its output going to ours. A missing command answers 127. */
export function run(argv, { cwd = root, env = {}, quiet = false } = {}) {
  const r = spawnSync(argv[0], argv.slice(1), {
    cwd,
    env: { ...process.env, ...env },
    stdio: quiet ? 'ignore' : ['ignore', 'inherit', 'inherit'],
  });
  if (r.error?.code === 'ENOENT') return 127;
  return r.status ?? 1;
}

/** Runs `argv` and answers `{status, output, seconds}` when it ends: for steps that run side by side. */
export function capture(argv, { cwd = root, env = {} } = {}) {
  const started = performance.now();
  return new Promise((done) => {
    const child = spawn(argv[0], argv.slice(1), {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (d) => (output += d));
    child.stderr.on('data', (d) => (output += d));
    const end = (status) => done({ status, output, seconds: (performance.now() - started) / 1000 });
    child.on('error', (e) => {
      output += e.message;
      end(127);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}
