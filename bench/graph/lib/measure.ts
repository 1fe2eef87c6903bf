// One workload through a new graph, timed as Felix times it: what was generated beforehand is fed in, then flushed, and
// everything that came out is read once. A warm-up run comes first; each run gets inputs of its own.
import { strict as assert } from 'node:assert';
import { createGraph, type Graph, type NodeDelta } from '../../../src/policy/index.ts';
import { LOCAL, type Workload } from './snapshot.ts';

/** What came out, in Felix's terms: one message each, and the members of the sets that are new. */
export interface Messages {
  readonly sets: number;
  readonly members: number;
  readonly policies: number;
  readonly profiles: number;
  readonly endpoints: number;
}

interface Run {
  readonly ms: number;
  readonly cpuMs: number;
  readonly heapMb: number;
  /** Of which the inputs alone, before the graph. */
  readonly inputMb: number;
  /** The graph alone, the inputs being let go: what a live node keeps. */
  readonly graphMb: number;
  readonly added: Messages;
  readonly removed: Messages;
}

export interface Measured extends Run {
  /** Wall time of all runs; `cpuMs` is the least of them, the others are those of the fastest. */
  readonly times: readonly number[];
}

const NOTHING: Messages = { sets: 0, members: 0, policies: 0, profiles: 0, endpoints: 0 };

export function heapMb(): number {
  if (!globalThis.gc) throw new Error('run with --expose-gc');
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}

/** Reads all of a delta, as the one who sends it on would. */
function read(delta: NodeDelta | undefined): { added: Messages; removed: Messages } {
  if (!delta) return { added: NOTHING, removed: NOTHING };
  let members = 0;
  for (const set of delta.ipSets.added) for (const member of set.members) if (member !== '') members++;
  const { ipSets, policies, profiles, endpoints } = delta;
  const count = (part: 'changed' | 'removed') => ({
    policies: policies[part].length,
    profiles: profiles[part].length,
    endpoints: endpoints[part].length,
  });
  return {
    added: { sets: ipSets.added.length, members, ...count('changed') },
    removed: { sets: ipSets.removed.length, members: 0, ...count('removed') },
  };
}

/** `deletes`: afterwards the local endpoints go, and with them everything. */
function runOnce(make: () => Workload, deletes: boolean): Run & { graph: Graph } {
  const empty = heapMb();
  let workload: Workload | undefined = make();
  const { local } = workload;
  const gone = deletes ? local.map(({ key }) => ({ key })) : [];
  const inputs = heapMb() - empty;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const graph = createGraph({ nodes: [LOCAL] });
  for (const batch of workload.batches) graph.onUpdates(batch);
  graph.onStatus('in-sync');
  const { added } = read(graph.flush().get(LOCAL));
  let removed = NOTHING;
  if (deletes) {
    graph.onUpdates(gone);
    ({ removed } = read(graph.flush().get(LOCAL)));
  }
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const heap = heapMb() - empty;
  assert(workload.batches.length > 0);
  workload = undefined;
  const graphMb = heapMb() - empty;
  const cpuMs = (user + system) / 1000;
  return { ms, cpuMs, heapMb: heap, inputMb: inputs, graphMb, added, removed, graph };
}

export function measure(make: () => Workload, runs: number, deletes = false): Measured {
  const [, ...rest] = Array.from({ length: runs + 1 }, () => {
    const { graph, ...run } = runOnce(make, deletes);
    assert(graph.work.itemsClassified > 0);
    return run;
  });
  const best = rest.reduce((a, b) => (b.ms < a.ms ? b : a));
  const cpuMs = Math.min(...rest.map((run) => run.cpuMs));
  return { ...best, cpuMs, times: rest.map(({ ms }) => ms) };
}
