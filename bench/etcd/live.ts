// 5,000 updates a second for ten seconds while 100,000 workload endpoints are there: written by a process of its own at a
// pace that a clock holds, followed by the client library alone, with and without JSON, and by our syncer in turn. Lag is
// the time from before a write was sent until its last event was handed on. Then 200,000 events out of etcd's history, as
// fast as they come: what each costs, and whether the heap grows.
import type { Followed, Order, Snapshot } from './lib/consumer.ts';
import { median, quantile, verdict } from '../lib/figures.ts';
import { cpuOf, type Part, start } from './lib/processes.ts';
import { preloaded } from './lib/server.ts';
import type { Commit, Written } from './lib/writer.ts';

const RATE = 5_000;
const SECONDS = 10;
const ROUNDS = 3;
const HISTORY: Order = { events: 200_000, part: 40_000 };
const WAYS = {
  raw: 'raw client, nothing decoded',
  parsed: 'raw client, values parsed as JSON',
  syncer: 'watch → syncer, checked resources',
};
type Way = keyof typeof WAYS;
const ways = Object.keys(WAYS) as Way[];

interface Live extends Followed {
  readonly snapshot: Snapshot;
  readonly rate: number;
  /** Of each transaction, ms: until acknowledged, until handed on. */
  readonly commits: readonly number[];
  readonly lags: readonly number[];
  /** Events that the consumer had not handed on when the last write was acknowledged. */
  readonly backlog: number;
  readonly share: { readonly writer: number; readonly etcd: number };
}

const server = await preloaded();
const ready = async (way: Way): Promise<{ part: Part; snapshot: Snapshot }> => {
  const part = start('consumer', server.endpoint, way);
  return { part, snapshot: await part.next<Snapshot>() };
};

async function live(way: Way, generation: number): Promise<Live> {
  const { part, snapshot } = await ready(way);
  const events = RATE * SECONDS;
  part.tell({ events, part: events } satisfies Order);
  const writer = start('writer', server.endpoint, String(events), String(RATE), String(generation));
  await writer.next();
  const etcd = cpuOf(server.pid());
  writer.tell({});
  const written = await writer.next<Written>();
  const followed = await part.next<Followed>();
  const after = (commit: Commit) => (followed.seen.get(commit.revision) ?? Infinity) - commit.sent;
  const last = Math.max(...written.commits.map(({ acknowledged }) => acknowledged));
  const late = written.commits.filter(({ revision }) => (followed.seen.get(revision) ?? Infinity) > last);
  return {
    ...followed,
    snapshot,
    rate: written.rate,
    commits: written.commits.map(({ sent, acknowledged }) => acknowledged - sent),
    lags: written.commits.map(after),
    backlog: (late.length * events) / written.commits.length,
    share: { writer: written.cpu, etcd: cpuOf(server.pid()) - etcd },
  };
}

/** What is in etcd's history since `revision`, as fast as it comes. */
async function history(way: Way, revision: string): Promise<Followed> {
  const part = start('consumer', server.endpoint, way, revision);
  await part.next();
  part.tell(HISTORY);
  return await part.next<Followed>();
}

try {
  const runs: Record<Way, Live[]> = { raw: [], parsed: [], syncer: [] };
  for (let round = 0; round < ROUNDS; round++)
    for (const [n, way] of ways.entries()) runs[way].push(await live(way, 1 + round * ways.length + n));
  console.log(`etcd on ${server.medium}; medians of ${ROUNDS} runs, ${SECONDS} s each\n`);
  for (const line of liveTable(runs)) console.log(line);

  const since = String(Math.min(...Array.from(runs.raw[0]?.seen.keys() ?? [], Number)) - 1);
  const past: Record<Way, Followed[]> = { raw: [], parsed: [], syncer: [] };
  for (let round = 0; round < ROUNDS; round++)
    for (const way of ways) past[way].push(await history(way, since));
  console.log();
  for (const line of historyTable(past)) console.log(line);
  console.log();

  const of = (figure: (run: Live) => number) => median(runs.syncer.map(figure));
  const times = <T>(both: Record<Way, readonly T[]>, other: Way, figure: (run: T) => number) =>
    median(both.syncer.map((run, n) => figure(run) / figure(both[other][n] ?? run)));
  verdict(
    'updates a second',
    of(({ rate }) => rate),
    RATE * 0.99,
    'at least',
  );
  verdict(
    'backlog at the end, events',
    of(({ backlog }) => backlog),
    RATE / 10,
  );
  verdict(
    'lag p50, times the raw client',
    times(runs, 'raw', ({ lags }) => median(lags)),
    2,
  );
  verdict(
    'resident at most, times the raw client',
    times(runs, 'raw', ({ peak }) => peak),
    2,
  );
  verdict(
    'processor time live, times the raw client with JSON',
    times(runs, 'parsed', ({ cpu }) => cpu),
    2,
  );
  verdict(
    'processor time of history, likewise',
    times(past, 'parsed', ({ cpu }) => cpu),
    2,
  );
  // Keys are all known after 100,000 events; what grows then is a leak.
  const grown = median(past.syncer.map(({ heaps }) => (heaps.at(-1) ?? 0) - (heaps.at(-3) ?? 0)));
  verdict('heap grown in the last 80,000 of 200,000 events, MB', grown, 2);
} finally {
  await server.remove();
}

function liveTable(runs: Record<Way, readonly Live[]>): readonly string[] {
  const busy = (ms: number) => `${(ms / (SECONDS * 10)).toFixed(0)} %`;
  return [
    '| followed by | written a second | commit p50, p99 ms | lag p50, p99 ms | backlog | our µs of processor each | busy: ours, writer, etcd | heap before, after | resident at most, MB |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...ways.map((way) => {
      const of = (figure: (run: Live) => number) => median(runs[way].map(figure));
      const both = (figure: (run: Live) => readonly number[]) =>
        [0.5, 0.99].map((share) => of((run) => quantile(figure(run), share)).toFixed(1)).join(', ');
      const heaps = [0, -1].map((n) => of(({ heaps }) => heaps.at(n) ?? NaN).toFixed(0));
      const shares = [of(({ cpu }) => cpu), of(({ share }) => share.writer), of(({ share }) => share.etcd)];
      return row(
        WAYS[way],
        of(({ rate }) => rate).toFixed(0),
        both(({ commits }) => commits),
        both(({ lags }) => lags),
        of(({ backlog }) => backlog).toFixed(0),
        of(({ cpu, events }) => (cpu * 1000) / events).toFixed(1),
        shares.map(busy).join(', '),
        heaps.join(', '),
        of(({ peak }) => peak).toFixed(0),
      );
    }),
  ];
}

function historyTable(past: Record<Way, readonly Followed[]>): readonly string[] {
  return [
    `| ${HISTORY.events} events out of etcd's history | a second | our µs of processor each | heap before and after each ${HISTORY.part}, MB | resident at most, MB |`,
    '| --- | --- | --- | --- | --- |',
    ...ways.map((way) => {
      const of = (figure: (run: Followed) => number) => median(past[way].map(figure)).toFixed(0);
      const heaps = past[way][0]?.heaps.map((_, n) => of(({ heaps }) => heaps[n] ?? NaN)) ?? [];
      return row(
        WAYS[way],
        of(({ events, ms }) => (events * 1000) / ms),
        of(({ events, cpu }) => (cpu * 1000) / events),
        heaps.join(', '),
        of(({ peak }) => peak),
      );
    }),
  ];
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
