// README.md shows real output: every `$ tortie …` of its console blocks is run, in order, in a private lab, and what it
// printed stands below it. `node scripts/readme.mjs` rewrites the blocks, `--check` fails when one is stale. A block
// that ends with `…` keeps as many lines as it has.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './lib/run.mjs';

if (!process.env.TORTIE_LAB) {
  const self = [process.execPath, 'scripts/lab-exec.mjs', process.execPath, 'scripts/readme.mjs'];
  process.exit(run([...self, ...process.argv.slice(2)]));
}
const file = join(root, 'README.md');
const old = readFileSync(file, 'utf8');
const text = old.replace(/(```console\n)([\s\S]*?)(```)/g, (whole, open, body, close) => {
  const [command, ...rest] = body.trimEnd().split('\n');
  if (!command.startsWith('$ tortie ')) return whole;
  const line = command.slice('$ tortie '.length);
  const cut = rest.at(-1) === '…' ? rest.length - 1 : undefined;
  const done = spawnSync('sh', ['-c', `exec "$0" dist/bin/tortie.js ${line}`, process.execPath], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  const output = (done.stdout + done.stderr)
    .trimEnd()
    .split('\n')
    .map((l) => l.trimEnd());
  const shown = cut !== undefined && cut > 0 && output.length > cut ? [...output.slice(0, cut), '…'] : output;
  return `${open}${[command, ...shown].join('\n')}\n${close}`;
});
if (text === old) process.exit(0);
if (process.argv.includes('--check')) {
  console.error('README.md shows stale output: node scripts/readme.mjs');
  process.exit(1);
}
writeFileSync(file, text);
