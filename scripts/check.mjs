// `npm run check`: everything that needs no test run, side by side, under a minute: format, lint, import direction
// between rooms, types, dead code, generated files fresh.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { capture, root } from './lib/run.mjs';
import { setupNode } from './lib/setup.mjs';

setupNode();
const node = process.execPath;
const first = await capture(['npm', 'run', '--silent', 'build:packages']);
const steps = {
  'generated files': [node, 'scripts/build-grammar.mjs'],
  format: ['npx', 'biome', 'format', '.'],
  rooms: [node, 'scripts/check-rooms.mjs'],
  types: ['npx', 'tsc', '-p', 'tsconfig.json'],
  lint: ['npx', 'oxlint', '--type-aware', '--deny-warnings'],
  'dead code': ['npx', 'knip', '--treat-config-hints-as-errors'],
  'repository words': [node, 'scripts/check-words.mjs'],
};
let failed = first.status === 0 ? 0 : 1;
if (failed) console.error(first.output);
// The parser must exist before anything looks at imports of it; two cores, so two steps at a time.
const queue = Object.entries(steps);
async function worker() {
  for (let s = queue.shift(); s; s = queue.shift()) {
    const r = await capture(s[1]);
    console.log(`${r.status === 0 ? 'ok  ' : 'FAIL'} ${s[0]} (${r.seconds.toFixed(1)} s)`);
    if (r.status !== 0) { failed++; console.log(r.output.trimEnd()); }
  }
}
if (!existsSync(join(root, 'src/selector/generated'))) { const g = queue.shift(); await capture(g[1]); }
await Promise.all([worker(), worker()]);
process.exit(failed ? 1 : 0);
