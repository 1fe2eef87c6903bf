// A process that reads 100,000 workload endpoints and then follows what is written: `consumer <endpoint> <how> [revision]`,
// how being `raw` (the client library, nothing decoded), `parsed` (values as JSON, as any user of it needs) or `syncer`
// (ours: checked resources, new or updated). With a revision nothing is read, and followed is what happened since.
import { createEtcdDatastore } from '../../../src/datastore/etcd/index.ts';
import type { Datastore } from '../../../src/datastore/index.ts';
import { runSyncer } from '../../../src/sync/index.ts';
import { ENDPOINTS } from './endpoints.ts';
import { clock, cpuSince, heap, peak, say, told } from './processes.ts';
import { rawList, rawWatch } from './raw.ts';

export interface Snapshot {
  readonly ms: number;
  readonly cpu: number;
  /** MB: after a collection, above an idle process that has loaded the same code; and the most that was resident. */
  readonly kept: number;
  readonly peak: number;
}

/** Of the revisions, the time at which the last event of it was handed on. */
export interface Followed {
  readonly seen: ReadonlyMap<string, number>;
  readonly events: number;
  readonly ms: number;
  readonly cpu: number;
  /** Heap in MB after a collection, before the first event and after each part of them. */
  readonly heaps: readonly number[];
  readonly peak: number;
}

/** How many events are wanted, and after how many the heap is looked at. */
export interface Order {
  readonly events: number;
  readonly part: number;
}

const [endpoint = '', how = '', from] = process.argv.slice(2);

const empty = heap();
const started = clock();
const cpu = process.cpuUsage();
const inSync = () => {
  const [ms, spent] = [clock() - started, cpuSince(cpu)];
  const result: Snapshot = { ms, cpu: spent, kept: heap() - empty, peak: peak() };
  say(result);
};

/** Counts events until there are as many as were ordered, and then tells. */
function follower({ events: wanted, part }: Order) {
  const seen = new Map<string, number>();
  const heaps = [heap()];
  const since = process.cpuUsage();
  let [first, events] = [0, 0];
  return (revision: string, count: number): boolean => {
    const now = clock();
    first ||= now;
    seen.set(revision, now);
    const before = events;
    events += count;
    if (events < wanted && Math.floor(events / part) === Math.floor(before / part)) return false;
    if (events >= wanted) {
      const [ms, spent] = [now - first, cpuSince(since)];
      heaps.push(heap());
      const result: Followed = { seen, events, ms, cpu: spent, heaps, peak: peak() };
      say(result);
      return true;
    }
    heaps.push(heap());
    return false;
  };
}

async function raw(parse: boolean): Promise<void> {
  const revision = from === undefined ? await rawList(endpoint, { parse }) : BigInt(from);
  if (from === undefined) inSync();
  else say({});
  const follow = follower(await told<Order>());
  await rawWatch(endpoint, revision, follow, { parse });
}

async function syncer(): Promise<void> {
  const etcd = createEtcdDatastore({ endpoints: [endpoint] });
  const store = from === undefined ? etcd : withoutList(etcd, from);
  const end = new AbortController();
  let held = 0;
  let follow: ReturnType<typeof follower> | undefined;
  if (from !== undefined) {
    say({});
    follow = follower(await told<Order>());
  }
  const sink = {
    onUpdates(
      updates: readonly { readonly type: string; readonly value?: { readonly metadata: unknown } }[],
    ) {
      if (!follow) held += updates.length;
      else for (const { value } of updates) if (follow(revisionOf(value), 1)) return end.abort();
    },
    onStatus(status: string) {
      if (status !== 'in-sync' || follow) return;
      if (held !== ENDPOINTS) throw new Error(`${held} endpoints`);
      inSync();
      void told<Order>().then((order) => (follow = follower(order)));
    },
  };
  await runSyncer({ store, kinds: ['WorkloadEndpoint'], sink }, end.signal);
  await store.close();
}

const withoutList = (store: Datastore, revision: string): Datastore => ({
  ...store,
  list: () => Promise.resolve({ items: [], revision, problems: [] }),
});

function revisionOf(value: { readonly metadata: unknown } | undefined): string {
  const metadata = value?.metadata as { readonly other?: { readonly resourceVersion?: string } } | undefined;
  return metadata?.other?.resourceVersion ?? '';
}

await (how === 'syncer' ? syncer() : raw(how === 'parsed'));
if (process.connected) process.disconnect();
process.exit(0);
