// One run of the built CLI with a file: how long it took, CPU time and peak memory, as a row of a table.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const PEAK =
  "process.on('exit', () => require('fs').writeFileSync(process.env.PEAK, JSON.stringify(process.resourceUsage())))";

export const HEAD = '| dump | MB | seconds | CPU seconds | peak MB |\n| --- | --- | --- | --- | --- |';

/** `argv`: of tortie, which also gets `-f file`. */
export function measure(file: string, argv: readonly string[]): void {
  const directory = mkdtempSync(join(tmpdir(), 'tortie-measure-'));
  const [peak, preload] = [join(directory, 'peak'), join(directory, 'peak.cjs')];
  try {
    writeFileSync(preload, PEAK);
    const started = performance.now();
    const done = spawnSync(
      process.execPath,
      ['--require', preload, 'dist/bin/tortie.js', ...argv, '-f', file],
      {
        cwd: root,
        env: { ...process.env, PEAK: peak },
        encoding: 'utf8',
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    const seconds = ((performance.now() - started) / 1000).toFixed(2);
    if (done.status !== 0) throw new Error(done.stderr);
    const megabytes = (statSync(file).size / 1e6).toFixed(1);
    const used = JSON.parse(readFileSync(peak, 'utf8')) as NodeJS.ResourceUsage;
    const cpu = ((used.userCPUTime + used.systemCPUTime) / 1e6).toFixed(2);
    const memory = (used.maxRSS / 1024).toFixed(0);
    console.log(`| ${file.slice(-4)} | ${megabytes} | ${seconds} | ${cpu} | ${memory} |`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
