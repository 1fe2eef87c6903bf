// A snapshot of 100,000 workload endpoints in etcd until the syncer says in-sync, beside what the client library alone
// needs for the same bytes. Each run is a process of its own that has read nothing before; they take turns, the figure is
// the median. Limit: twice the raw client.
import { ENDPOINTS } from './lib/endpoints.ts';
import { median, verdict } from '../lib/figures.ts';
import type { Snapshot } from './lib/consumer.ts';
import { cpuOf, start } from './lib/processes.ts';
import { preloaded } from './lib/server.ts';

const ROUNDS = 5;
const WAYS = {
  raw: 'raw client, pages of 5,000, nothing decoded',
  parsed: 'raw client, values parsed as JSON and kept',
  syncer: 'syncer, checked resources, to in-sync',
};
type Way = keyof typeof WAYS;

const server = await preloaded();
try {
  const runs: Record<Way, (Snapshot & { readonly etcd: number })[]> = { raw: [], parsed: [], syncer: [] };
  for (let round = 0; round < ROUNDS; round++)
    for (const way of Object.keys(WAYS) as Way[]) {
      const before = cpuOf(server.pid());
      const part = start('consumer', server.endpoint, way);
      const snapshot = await part.next<Snapshot>();
      runs[way].push({ ...snapshot, etcd: cpuOf(server.pid()) - before });
      process.kill(part.pid);
    }
  const of = (way: Way, what: keyof Snapshot | 'etcd') => median(runs[way].map((run) => run[what]));
  console.log(
    `| ${ENDPOINTS} workload endpoints, etcd on ${server.medium} | ms | times raw | our processor ms | etcd's | heap that stays, MB | resident at most, MB |`,
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const way of Object.keys(WAYS) as Way[]) {
    const times = median(runs[way].map((run, n) => run.ms / (runs.raw[n]?.ms ?? 1)));
    const rest = (['cpu', 'etcd', 'kept', 'peak'] as const).map((what) => of(way, what).toFixed(0));
    console.log(`| ${WAYS[way]} | ${of(way, 'ms').toFixed(0)} | ${times.toFixed(2)} | ${rest.join(' | ')} |`);
  }
  const times = (other: Way, what: 'ms' | 'cpu') =>
    median(runs.syncer.map((run, n) => run[what] / (runs[other][n]?.[what] ?? 1)));
  verdict('in-sync, times the raw client', times('raw', 'ms'), 2);
  verdict('in-sync, times the raw client with JSON', times('parsed', 'ms'), 2);
  verdict('processor time of in-sync, times the raw client with JSON', times('parsed', 'cpu'), 2);
  verdict('resident at most, times the raw client', of('syncer', 'peak') / of('raw', 'peak'), 2);
} finally {
  await server.remove();
}
