// How long the command line takes to answer: `tortie --help` and `tortie validate` of one small file, against bare
// `node -e 0` in the same run. Median of 15 runs each, on the built CLI.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const RUNS = 15;

function median(argv: readonly string[]): number {
  const times = Array.from({ length: RUNS }, () => {
    const started = performance.now();
    const done = spawnSync(process.execPath, [...argv], { cwd: root, stdio: 'ignore' });
    if (done.status !== 0) throw new Error(`${argv.join(' ')}: exit ${String(done.status)}`);
    return performance.now() - started;
  });
  return times.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
}

const bare = median(['-e', '0']);
const cli = 'dist/bin/tortie.js';
console.log('| command | ms | times bare node |\n| --- | --- | --- |');
console.log(`| node -e 0 | ${bare.toFixed(0)} | 1 |`);
for (const argv of [['--help'], ['validate', '-f', 'examples/shop/40-web.yaml']]) {
  const ms = median([cli, ...argv]);
  console.log(`| tortie ${argv.join(' ')} | ${ms.toFixed(0)} | ${(ms / bare).toFixed(1)} |`);
}
