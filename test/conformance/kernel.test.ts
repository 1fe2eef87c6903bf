// The suites on real kernels: one lab for all cases, policies change under it as they do in a cluster. `npm test` asks a
// sample of each kind of case, `npm run conformance` everything.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Applier, clearAll, createApplier } from '../../src/apply/index.ts';
import { createRenderer } from '../../src/render/index.ts';
import { type Lab, openLab } from '../lab/lab.ts';
import { place } from './place.ts';
import { whole } from './results.ts';
import { type Backend, type Course, runCourse } from './run.ts';
import { SUITES } from './suites.ts';

const KERNELS = ['nftables', 'iptables-nft', 'iptables-legacy'] as const;
type Kernel = (typeof KERNELS)[number];

let lab: Lab;
let policies = 0;
let started = 0;
beforeAll(async () => {
  lab = await openLab(await place());
  started = performance.now();
});
afterAll(async () => {
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `conformance: ${policies} policies in kernels, ${(seconds / policies).toFixed(2)} s each with the probes of both families`,
  );
  await lab?.close();
});

const EVERY = 7;

/** The first case of each kind, and every seventh; of iptables' two backends each has every other one. */
function sample(cases: readonly Course[], kernel: Kernel): readonly Course[] {
  if (whole) return cases;
  const kinds = new Set<string>();
  const chosen = cases.filter((one, n) => {
    const kind = one.tags.join(' ');
    const first = !kinds.has(kind);
    kinds.add(kind);
    return first || n % EVERY === 0;
  });
  return kernel === 'nftables'
    ? chosen
    : chosen.filter((_, n) => (n % 2 === 0) === (kernel === 'iptables-nft'));
}

describe.each(KERNELS)('%s', (kernel) => {
  let applier: Applier;
  const dialect = kernel === 'nftables' ? 'nftables' : 'iptables';
  const renderer = createRenderer(dialect);
  const backend: Backend = {
    name: kernel,
    enforce: async (policy) => {
      const done = await applier.apply(renderer.render(policy, lab.facts));
      if (!done.ok)
        throw new Error(`${kernel} refused it: ${done.problems.map((p) => p.message).join('; ')}`);
      policies++;
    },
    ask: (packets) => lab.probe(packets),
  };
  beforeAll(async () => {
    const cleared = await clearAll({ run: lab.runner, lock: false });
    if (!cleared.ok) throw new Error(cleared.problems.map((p) => p.message).join('; '));
    const iptables = kernel === 'iptables-legacy' ? 'legacy' : 'nft';
    applier = createApplier({ dialect, run: lab.runner, backend: iptables, lock: false });
  });

  describe.each(SUITES)('$title', ({ name, cases }) => {
    it.each(sample(cases, kernel))('$name', async (one) => {
      expect(await runCourse(name, one, backend)).toEqual([]);
    });
  });
});
