// `npm run golden`: rewrites every golden file and removes orphans. Read the diff before you commit it.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './lib/run.mjs';

const inputs = ['host.json', 'input.yaml'];
const dir = join(root, 'test/golden');
for (const e of readdirSync(dir, { withFileTypes: true })) {
  if (!e.isDirectory()) continue;
  for (const f of readdirSync(join(dir, e.name))) if (!inputs.includes(f)) rmSync(join(dir, e.name, f));
}
const status = run(['npx', 'vitest', 'run', '--project', 'unit', 'test/golden', '-u'], { env: { CI: '' } });
run(['git', '--no-pager', 'diff', '--stat', '--', 'test/golden']);
process.exit(status);
