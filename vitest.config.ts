import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // vitest leaves a core to itself, which on two is half of them.
    maxWorkers: availableParallelism(),
    reporters: ['default', './scripts/closing-line-reporter.mjs'],
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'packages/**/*.test.ts',
            'test/{datastore,golden,library,properties}/**/*.test.ts',
            'test/conformance/{evaluator,random}.test.ts',
          ],
          testTimeout: 30_000,
        },
      },
      // Runs inside a private network + mount namespace (scripts/lab-exec.mjs); one file at a time would be slower
      // than needed, so each file makes namespaces of its own names.
      {
        test: {
          name: 'kernel',
          include: ['test/kernel/**/*.test.ts', 'test/conformance/kernel.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      // A real etcd each, on loopback ports of its own. TORTIE_ETCD=<path> chooses the server (test/etcd/server.ts).
      {
        test: {
          name: 'etcd',
          include: ['test/etcd/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      // Real API servers, several seconds each to start: `npm run interop`, not `npm test`.
      ...(process.env.TORTIE_INTEROP
        ? [
            {
              test: {
                name: 'interop',
                include: ['test/interop/**/*.test.ts'],
                testTimeout: 180_000,
                hookTimeout: 180_000,
                maxWorkers: 1,
              },
            },
          ]
        : []),
    ],
  },
});
