// Render and plan at scale: 200 local endpoints × 10,000 policies, and half, a quarter and an eighth of the policies. A
// full render, then single changes: rendering them and planning from the ruleset before. Time must follow what is printed.
// Run: node --expose-gc --import tsx bench/render/scale.ts [tag|netset] [nftables|iptables] [--sizes 1,1/2,1/4,1/8]
//   tag     Felix's tag policies: each selects one endpoint in 29, five rules
//   netset  Felix's network sets: every policy selects all endpoints, one rule, one set, 112 members on average
import { strict as assert } from 'node:assert';
import { planIptables, planNft, type Plan } from '../../src/plan/index.ts';
import { createGraph, type NodePolicy } from '../../src/policy/index.ts';
import { createRenderer, type Dialect, printRuleset, type Ruleset } from '../../src/render/index.ts';
import type { Resource } from '../../src/resources/index.ts';
import { networkSet, update } from '../graph/lib/shape.ts';
import { LOCAL, snapshot, tagEndpoint, tagLabels, tagPolicy } from '../graph/lib/snapshot.ts';
import { printTable, readOptions, seconds } from '../graph/lib/table.ts';

const LOCALS = 200;
const REMOTES = 1000;
const POLICIES = 10_000;
const RUNS = 3;

type Shape = 'tag' | 'netset';
const SHAPES: readonly Shape[] = ['tag', 'netset'];
const DIALECTS: readonly Dialect[] = ['nftables', 'iptables'];

interface Change {
  readonly name: string;
  /** The `n`-th of its kind, each different from the one before. */
  readonly resource: (n: number) => Resource;
}

const localSeed = REMOTES + 1;
const CHANGES: Readonly<Record<Shape, readonly Change[]>> = {
  tag: [
    // Another marker is another list of policies.
    { name: 'one endpoint', resource: (n) => tagEndpoint(LOCAL, 0, localSeed, tagLabels(localSeed + 1 + n)) },
    { name: 'one policy', resource: (n) => tagPolicy(0, undefined, n + 1) },
    { name: 'one member', resource: (n) => tagEndpoint('remotehost', 0, 5000 + n, tagLabels(1)) },
  ],
  netset: [
    { name: 'one endpoint', resource: (n) => tagEndpoint(LOCAL, LOCALS + n, 5000 + n) },
    {
      name: 'one member',
      resource: (n) =>
        networkSet('network-set-0', [`10.1.0.${n}/32`], { 'network-set-name': 'network-set-0' }),
    },
  ],
};

const bytesOf = (ruleset: Ruleset): number =>
  printRuleset(ruleset).reduce((sum, { text }) => sum + text.length, 0);

function plan(before: Ruleset, after: Ruleset): Plan {
  if (before.dialect === 'nftables' && after.dialect === 'nftables') return planNft(before, after);
  assert(before.dialect === 'iptables' && after.dialect === 'iptables');
  return planIptables(before, after, { backend: 'nft' });
}

/** CPU time, which others on the machine change less; the collector's threads are in it. */
function timed<T>(work: () => T): { ms: number; value: T } {
  const start = process.cpuUsage();
  const value = work();
  const { user, system } = process.cpuUsage(start);
  return { ms: (user + system) / 1000, value };
}

/** The fastest of several, since others use the machine too. */
function best<T>(runs: readonly { readonly ms: number; readonly value: T }[]): { ms: number; value: T } {
  return runs.reduce((a, b) => (b.ms < a.ms ? b : a));
}

function measure(shape: Shape, dialect: Dialect, policies: number): string[] {
  const sizes =
    shape === 'tag' ? { tagPolicies: policies, netSets: 0 } : { tagPolicies: 0, netSets: policies };
  const graph = createGraph({ nodes: [LOCAL] });
  for (const batch of snapshot({ remote: REMOTES, local: LOCALS, ...sizes }).batches) graph.onUpdates(batch);
  graph.onStatus('in-sync');
  graph.flush();
  let current: NodePolicy = graph.nodePolicy(LOCAL);
  // Renderers share what they keep by the objects of a NodePolicy: only the first run is from nothing.
  globalThis.gc?.();
  const renderer = createRenderer(dialect);
  const rendered = timed(() => renderer.render(current));
  const printed = timed(() => bytesOf(rendered.value));
  let ruleset: Ruleset = rendered.value;
  const cells = [seconds(rendered.ms), seconds(printed.ms), `${(printed.value / 1e6).toFixed(1)} MB`];
  cells.push(`${((rendered.ms + printed.ms) / (printed.value / 1e6)).toFixed(0)} ms/MB`);
  for (const { resource } of CHANGES[shape]) {
    const runs = Array.from({ length: RUNS }, (_, n) => {
      graph.onUpdates([update(resource(n))]);
      graph.flush();
      current = graph.nodePolicy(LOCAL);
      globalThis.gc?.();
      const again = timed(() => renderer.render(current));
      const planned = timed(() => plan(ruleset, again.value));
      ruleset = again.value;
      const inputs = [...planned.value.prepare, ...planned.value.tests, ...planned.value.commands];
      const bytes = inputs.reduce((sum, { stdin }) => sum + stdin.length, 0);
      return { ms: again.ms + planned.ms, value: { render: again.ms, plan: planned.ms, bytes } };
    });
    const { value } = best(runs);
    cells.push(`${seconds(value.render)} + ${seconds(value.plan)}, ${(value.bytes / 1000).toFixed(1)} KB`);
  }
  return cells;
}

const options = readOptions();
const sizes = process.argv.includes('--sizes')
  ? [...options.sizes].sort((a, b) => a - b)
  : [1 / 8, 1 / 4, 1 / 2, 1];
const chosen = <T extends string>(all: readonly T[]): readonly T[] => {
  const some = all.filter((name) => options.names.includes(name));
  return some.length > 0 ? some : all;
};
const shapes = chosen(SHAPES);
const dialects = chosen(DIALECTS);
// Warm up: otherwise the smallest size pays for the compiler.
for (const dialect of dialects) for (const shape of shapes) measure(shape, dialect, POLICIES / 10);
for (const shape of shapes) {
  const rows = dialects.flatMap((dialect) =>
    sizes.map((size) => {
      const policies = Math.round(POLICIES * size);
      const row = [dialect, String(policies), ...measure(shape, dialect, policies)];
      console.error(row.join(' '));
      return row;
    }),
  );
  console.log(
    `${shape}: ${LOCALS} local endpoints; CPU time; each change: render + plan, bytes of all commands\n`,
  );
  printTable(
    ['dialect', 'policies', 'render', 'print', 'text', 'per MB', ...CHANGES[shape].map((c) => c.name)],
    rows,
  );
}
