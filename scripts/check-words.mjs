// The repository speaks of the product alone: no machine paths, no registry hosts (also not in the lockfile), and the
// workspace package must be a link in the lockfile, since its name is free on the public registry.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/run.mjs';

const self = 'scripts/check-words.mjs';
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((f) => f && f !== self);
const FORBIDDEN = [/registry\.npmjs/i, /\/work\//, /\/root\//, /\/tmp\/bash_jobs/, /"resolved": "http/];
let bad = 0;
for (const f of files) {
  let text;
  try {
    text = readFileSync(join(root, f), 'utf8');
  } catch {
    continue;
  }
  text.split('\n').forEach((line, i) => {
    for (const w of FORBIDDEN)
      if (w.test(line)) {
        bad++;
        console.error(`${f}:${i + 1}: ${w}`);
      }
  });
}
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
if (lock.packages['node_modules/nft-json-schema']?.link !== true) {
  bad++;
  console.error('package-lock.json: nft-json-schema is not a link to packages/');
}
process.exit(bad ? 1 : 0);
