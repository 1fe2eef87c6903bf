// `npm run check`: everything that needs no test run, side by side, under a minute: format, lint, import direction
// between rooms, types, dead code, generated files fresh.
import { capture } from './lib/run.mjs';
import { setupNode } from './lib/setup.mjs';

setupNode();
const node = process.execPath;
// What is generated must exist before anything looks at it.
const first = await capture([
  'sh',
  '-c',
  'npm run --silent build:grammar && npm run --silent build:packages',
]);
const steps = {
  'generated files': ['git', 'diff', '--exit-code', '--', 'packages/nft-json-schema/nft.schema.json'],
  'tables in docs': [node, '--import', 'tsx', 'scripts/docs/configuration.ts', '--check'],
  'table of kinds': [node, '--import', 'tsx', 'scripts/docs/kinds.ts', '--check'],
  'messages of etcd': [node, 'scripts/build-proto.mjs', '--check'],
  'generated resources': ['npx', 'tsx', 'scripts/generate-resources.ts', '--check'],
  format: ['npx', 'biome', 'format', '.'],
  rooms: [node, 'scripts/check-rooms.mjs'],
  types: ['npx', 'tsc', '-p', 'tsconfig.json'],
  lint: ['npx', 'oxlint', '--type-aware', '--deny-warnings'],
  'dead code': ['npx', 'knip', '--treat-config-hints-as-errors'],
  'repository words': [node, 'scripts/check-words.mjs'],
};
let failed = first.status === 0 ? 0 : 1;
if (failed) console.error(first.output);
const queue = Object.entries(steps);
async function worker() {
  for (let s = queue.shift(); s; s = queue.shift()) {
    const r = await capture(s[1]);
    console.log(`${r.status === 0 ? 'ok  ' : 'FAIL'} ${s[0]} (${r.seconds.toFixed(1)} s)`);
    if (r.status !== 0) {
      failed++;
      console.log(r.output.trimEnd());
    }
  }
}
await Promise.all([worker(), worker()]);
process.exit(failed ? 1 : 0);
