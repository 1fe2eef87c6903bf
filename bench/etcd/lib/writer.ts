// A process that writes workload endpoints: `writer.ts <endpoint> <count> <rate>`; rate 0 is as fast as it goes. All is
// encoded before it starts. A token bucket holds the pace, transactions of 100 puts fly side by side; what it could not
// keep is told, not hidden.
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { KV } from '../../../src/datastore/etcd/generated/etcd_pb.ts';
import { ENDPOINTS, put } from './endpoints.ts';
import { clock, cpuSince, say, told } from './processes.ts';

/** etcd takes 128 operations in a transaction. */
const BATCH = 100;
const FLYING = 16;
/** What may be caught up at once after a delay, in transactions. */
const BURST = 4;

/** One transaction; the times are of `clock`. */
export interface Commit {
  readonly revision: string;
  readonly sent: number;
  readonly acknowledged: number;
}

export interface Written {
  readonly commits: readonly Commit[];
  readonly rate: number;
  /** Of this process, ms. */
  readonly cpu: number;
}

const [endpoint = '', count = '0', perSecond = '0', generation = '0'] = process.argv.slice(2);
const rate = Number(perSecond);
const kv = createClient(KV, createGrpcTransport({ baseUrl: endpoint }));
const transaction = (first: number) =>
  Array.from({ length: BATCH }, (_, i) => ({
    request: { case: 'requestPut' as const, value: put((first + i) % ENDPOINTS, Number(generation)) },
  }));
const batches = Array.from({ length: Number(count) / BATCH }, (_, n) => n * BATCH);
const prepared = rate > 0 ? batches.map(transaction) : undefined;
await kv.range({ key: new Uint8Array([1]) });
say({});
await told();

const cpu = process.cpuUsage();
const started = clock();
const commits: Commit[] = [];
const flying = new Set<Promise<void>>();
let [tokens, filled] = [0, started];

/** Waits until the bucket holds a transaction, and takes it. */
async function take(): Promise<void> {
  for (;;) {
    const now = clock();
    tokens = Math.min(BURST * BATCH, tokens + ((now - filled) * rate) / 1000);
    filled = now;
    if (tokens >= BATCH) break;
    await new Promise((resolve) => setTimeout(resolve, ((BATCH - tokens) / rate) * 1000));
  }
  tokens -= BATCH;
}

for (const [index, first] of batches.entries()) {
  if (rate > 0) await take();
  while (flying.size >= FLYING) await Promise.race(flying);
  const sent = clock();
  const flight: Promise<void> = kv
    .txn({ success: prepared?.[index] ?? transaction(first) })
    .then((answer) => {
      commits.push({ revision: String(answer.header?.revision), sent, acknowledged: clock() });
      flying.delete(flight);
    });
  flying.add(flight);
}
await Promise.all(flying);
const result: Written = {
  commits,
  rate: Number(count) / ((clock() - started) / 1000),
  cpu: cpuSince(cpu),
};
say(result);
process.disconnect();
