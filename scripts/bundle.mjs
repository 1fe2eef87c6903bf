// Bundles the command line into dist/bin: hundreds of small modules are half of its start-up time. Split, so that each
// command still loads only what it needs. The library (dist/index.js) stays as tsc made it.
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './lib/run.mjs';

const outdir = join(root, 'dist/bin');
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: { tortie: join(root, 'src/cli/main.ts') },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  chunkNames: 'chunks/[name]-[hash]',
  // Large, and loaded only by commands that speak to a server: dependencies that are installed anyway.
  external: ['@kubernetes/client-node', '@connectrpc/*', '@bufbuild/*'],
  // Dependencies that are CommonJS ask for `require`, which an ES module lacks.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
chmodSync(join(outdir, 'tortie.js'), 0o755);
