// Single changes on the largest snapshot (250,000 endpoints, 200 local, 10,000 policies), each flushed by itself.
// p99 is to be under 1 ms for an endpoint, and under 10 ms for a policy that does not select a tenth of the cluster.
// Run: node --expose-gc --import tsx bench/graph/deltas.ts [name …] [--sizes 1,1/2] [--runs 300]
import { createGraph } from '../../src/policy/index.ts';
import type { Resource } from '../../src/resources/index.ts';
import type { ResourceUpdate } from '../../src/sync/types.ts';
import { update } from './lib/shape.ts';
import { LOCAL, marker, snapshot, tagEndpoint, tagLabels, tagPolicy } from './lib/snapshot.ts';
import { printTable, readOptions, seconds, wanted } from './lib/table.ts';

type Change = (round: number) => Resource;
/** What is timed, and what puts the graph back afterwards. */
interface Case {
  readonly name: string;
  readonly change: Change;
  readonly removes?: boolean;
  /** Half a second each: not so often. */
  readonly slow?: boolean;
}

const options = readOptions('300');

function cases(remote: number, local: number, policies: number): Case[] {
  const far = (round: number): number => (round * 7919) % remote;
  const near = (round: number): number => (round * 7) % local;
  const others = (seed: number, round: number) => ({ ...tagLabels(seed), [marker(round + 3)]: 'true' });
  const someRemote: Change = (round) => tagEndpoint('remotehost', far(round), far(round) + 1);
  const someLocal: Change = (round) => tagEndpoint(LOCAL, near(round), remote + near(round) + 1);
  const fresh = remote + local + 1;
  const some = (round: number): number => (round * 31 + round) % policies;
  return [
    { name: 'remote endpoint added', change: (r) => tagEndpoint('remotehost', fresh + r, fresh + r) },
    { name: 'remote endpoint removed', change: someRemote, removes: true },
    {
      name: 'remote endpoint relabelled',
      change: (r) => tagEndpoint('remotehost', far(r), far(r) + 1, others(far(r) + 1, r)),
    },
    { name: 'local endpoint added', change: (r) => tagEndpoint(LOCAL, fresh + r, fresh + r) },
    { name: 'local endpoint removed', change: someLocal, removes: true },
    {
      name: 'local endpoint relabelled',
      change: (r) => tagEndpoint(LOCAL, near(r), remote + near(r) + 1, others(remote + near(r) + 1, r)),
    },
    { name: 'policy added', change: (r) => tagPolicy(policies + r) },
    {
      name: 'policy changed: its rules',
      change: (r) => tagPolicy(some(r), `has(${marker(some(r))})`, r + 1),
    },
    {
      name: 'policy changed: whom it selects',
      change: (r) => tagPolicy(some(r), `has(${marker(some(r) + 5)})`),
    },
    { name: 'policy removed', change: (r) => tagPolicy(some(r)), removes: true },
    {
      name: 'policy added, its rule first to mention a label that all carry',
      slow: true,
      change: (r) =>
        tagPolicy(
          policies + r,
          `has(${marker(r)})`,
          0,
          `has(${marker(r)}) && one-in-40 == 'value-${r % 40}'`,
        ),
    },
  ];
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

const rows: string[][] = [];
for (const size of options.sizes) {
  const of = (count: number): number => Math.round(count * size);
  const [remote, local, tagPolicies] = [of(250_000), of(200), of(10_000)];
  const { batches } = snapshot({ remote, local, tagPolicies, netSets: 0 });
  const known = new Map(batches.flat().map((each) => [each.key, each]));
  const graph = createGraph({ nodes: [LOCAL] });
  for (const batch of batches) graph.onUpdates(batch);
  graph.onStatus('in-sync');
  graph.flush();
  for (const { name, change, removes, slow } of cases(remote, local, tagPolicies)) {
    if (!wanted(name, options)) continue;
    globalThis.gc?.();
    const times: number[] = [];
    const cpu: number[] = [];
    let work = 0;
    for (let round = slow ? -1 : -20; round < (slow ? 5 : options.runs); round++) {
      const changed = update(change(round < 0 ? round + 1000 : round));
      const timed: ResourceUpdate = removes ? { key: changed.key } : changed;
      const before = graph.work.membersCounted + graph.work.selectorEvaluations + graph.work.itemsClassified;
      const startCpu = process.cpuUsage();
      const start = performance.now();
      graph.onUpdates([timed]);
      graph.flush();
      const spent = performance.now() - start;
      const { user, system } = process.cpuUsage(startCpu);
      if (round >= 0) {
        times.push(spent);
        cpu.push((user + system) / 1000);
      }
      const { membersCounted, selectorEvaluations, itemsClassified } = graph.work;
      work = membersCounted + selectorEvaluations + itemsClassified - before;
      graph.onUpdates([known.get(timed.key) ?? { key: timed.key }]);
      graph.flush();
    }
    const row = [times, cpu].flatMap((all) => {
      const sorted = all.sort((a, b) => a - b);
      return [0.5, 0.99, 1].map((q) => seconds(quantile(sorted, q)));
    });
    rows.push([name, String(size), ...row, String(work)]);
  }
}
printTable(
  [
    'change',
    'size',
    'p50',
    'p99',
    'worst',
    'CPU p50',
    'p99',
    'worst',
    'members counted, items classified, selectors evaluated',
  ],
  rows,
);
