// `npm run bench [name …]`: runs the benchmarks of bench/, one process each, inside a private lab since some load rules
// into a kernel. Each prints a table of its own; docs/benchmarks.md keeps what was measured last.
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, run } from './lib/run.mjs';
import { build, setupNode, setupTools } from './lib/setup.mjs';

setupNode();
setupTools();
build();
const dir = join(root, 'bench');
const wanted = process.argv.slice(2);
const files = readdirSync(dir, { recursive: true, withFileTypes: true })
  .filter((e) => e.isFile() && e.name.endsWith('.ts') && !(e.parentPath ?? e.path).endsWith('/lib'))
  .map((e) => relative(root, join(e.parentPath ?? e.path, e.name)))
  .filter((f) => wanted.length === 0 || wanted.some((w) => f.includes(w)))
  .sort();
let failed = 0;
for (const f of files) {
  console.log(`\n## ${f}\n`);
  const argv = [process.execPath, '--expose-gc', '--import', 'tsx', f];
  if (run([process.execPath, 'scripts/lab-exec.mjs', ...argv]) !== 0) failed++;
}
process.exit(failed ? 1 : 0);
