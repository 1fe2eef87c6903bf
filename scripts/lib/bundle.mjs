// The command line as one program of few files: hundreds of small modules are half of its start-up time. Split, so that
// each command still loads only what it needs.
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './run.mjs';

/** Writes `tortie.js` and its chunks into the folder. Throws when what is bundled would not run as its sources do. */
export async function bundleCommandLine(outdir) {
  const { metafile } = await build({
    entryPoints: { tortie: join(root, 'src/cli/main.ts') },
    absWorkingDir: root,
    outdir,
    bundle: true,
    splitting: true,
    metafile: true,
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
  const lost = namesLost(metafile);
  if (lost.length > 0)
    throw new Error(
      `a dynamic import of CommonJS has no names in a bundle, only a default: ${lost.join(', ')}`,
    );
}

/** Node finds names in CommonJS by reading it; esbuild does not where the import is a dynamic one. */
const namesLost = ({ inputs }) =>
  Object.entries(inputs).flatMap(([file, { imports }]) =>
    imports
      .filter(
        ({ kind, path, external }) =>
          kind === 'dynamic-import' && !external && inputs[path]?.format === 'cjs',
      )
      .map(({ path }) => `${file} → ${path}`),
  );
