// Bundles the command line into dist/bin. The library (dist/index.js) stays as tsc made it.
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundleCommandLine } from './lib/bundle.mjs';
import { root } from './lib/run.mjs';

const outdir = join(root, 'dist/bin');
rmSync(outdir, { recursive: true, force: true });
await bundleCommandLine(outdir);
chmodSync(join(outdir, 'tortie.js'), 0o755);
