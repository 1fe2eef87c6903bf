// etcd: a list of 100,000 workload endpoints, by the raw client and by ours, and 5,000 updates a second through a watch,
// written by another process. Times are the quickest of five; memory is what stays after a collection.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { createEtcdDatastore } from '../../src/datastore/etcd/index.ts';
import { KV } from '../../src/datastore/etcd/generated/etcd_pb.ts';
import type { Datastore } from '../../src/datastore/index.ts';
import { prefixRange } from '../../src/datastore/etcd/keys.ts';
import { startEtcd } from '../../test/etcd/server.ts';

const ENDPOINTS = 100_000;
const RATE = 5_000;
const SECONDS = 10;
/** etcd takes 128 operations in a transaction. */
const BATCH = 100;
const FLYING = 8;
const FOLDER = '/calico/resources/v3/projectcalico.org/workloadendpoints/';

const utf8 = new TextEncoder();
const rawClient = (endpoint: string) => createClient(KV, createGrpcTransport({ baseUrl: endpoint }));

function put(n: number, generation: number) {
  const [namespace, pod, node] = [`ns-${n % 500}`, `pod-${n}`, `node-${n % 1000}`];
  const name = `node--${n % 1000}-k8s-pod--${n}-eth0`;
  const value = {
    kind: 'WorkloadEndpoint',
    apiVersion: 'projectcalico.org/v3',
    metadata: {
      name,
      namespace,
      uid: '7aa8aec3-453d-4afd-b724-b97e9139e19d',
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: {
        app: `app-${n % 200}`,
        generation: String(generation),
        'projectcalico.org/namespace': namespace,
        'projectcalico.org/orchestrator': 'k8s',
      },
    },
    spec: {
      orchestrator: 'k8s',
      node,
      pod,
      endpoint: 'eth0',
      ipNetworks: [`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}/32`],
      profiles: [`kns.${namespace}`],
      interfaceName: `cali${String(n).padStart(11, '0')}`,
    },
  };
  const request = {
    key: utf8.encode(`${FOLDER}${namespace}/${name}`),
    value: utf8.encode(JSON.stringify(value)),
  };
  return { request: { case: 'requestPut' as const, value: request } };
}

/** `rate` undefined: as fast as it goes. */
async function write(endpoint: string, count: number, generation: number, rate?: number): Promise<void> {
  const kv = rawClient(endpoint);
  const flying = new Set<Promise<unknown>>();
  const started = performance.now();
  for (let n = 0; n < count; n += BATCH) {
    const ahead = rate === undefined ? 0 : (n / rate) * 1000 - (performance.now() - started);
    if (ahead > 0) await new Promise((r) => setTimeout(r, ahead));
    if (flying.size === FLYING) await Promise.race(flying);
    const puts = Array.from({ length: BATCH }, (_, i) => put((n + i) % ENDPOINTS, generation));
    const sent: Promise<unknown> = kv.txn({ success: puts }).finally(() => flying.delete(sent));
    flying.add(sent);
  }
  await Promise.all(flying);
}

async function rawList(endpoint: string, parse = false): Promise<number> {
  const values: unknown[] = [];
  const kv = rawClient(endpoint);
  let { key } = prefixRange(FOLDER);
  const { rangeEnd } = prefixRange(FOLDER);
  let revision = 0n;
  for (let count = 0; ; ) {
    const answer = await kv.range({ key, rangeEnd, limit: 5000n, revision });
    revision = answer.header?.revision ?? 0n;
    count += answer.kvs.length;
    if (parse) for (const { value } of answer.kvs) values.push(JSON.parse(Buffer.from(value).toString()));
    const last = answer.kvs.at(-1);
    if (!answer.more || !last) return count;
    key = new Uint8Array([...last.key, 0]);
  }
}

interface Cost {
  readonly ms: number;
  readonly cpu: number;
}

/** The quickest of five: other load only adds. */
async function cost(work: () => Promise<unknown>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let run = 0; run < 5; run++) {
    globalThis.gc?.();
    const cpu = process.cpuUsage();
    const started = performance.now();
    await work();
    const ms = performance.now() - started;
    const { user, system } = process.cpuUsage(cpu);
    costs.push({ ms, cpu: (user + system) / 1000 });
  }
  return costs.sort((a, b) => a.ms - b.ms)[0] ?? { ms: 0, cpu: 0 };
}

const heap = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

/** What a listing takes as long as somebody holds it. */
async function keep(store: Datastore): Promise<{ revision: string; kept: number }> {
  const before = heap();
  const { items, revision } = await store.list({ kind: 'WorkloadEndpoint' });
  const kept = heap() - before;
  if (items.length !== ENDPOINTS) throw new Error(`${items.length} entries`);
  return { revision, kept };
}

/** All updates after the revision, as a row of the table; the clock starts with the first one. */
async function follow(store: Datastore, revision: string): Promise<string> {
  const before = heap();
  const cpu = process.cpuUsage();
  let first = 0;
  let seen = 0;
  for await (const event of store.watch({ kind: 'WorkloadEndpoint' }, { revision })) {
    if (event.type !== 'modified') throw new Error(`${event.type} in the stream`);
    first ||= performance.now();
    if (++seen === RATE * SECONDS) break;
  }
  const seconds = (performance.now() - first) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const each = (user + system) / seen;
  return `${(seen / seconds).toFixed(0)} | ${each.toFixed(0)} | ${Math.max(0, heap() - before).toFixed(0)} |`;
}

async function main(): Promise<void> {
  const server = await startEtcd({ args: ['--quota-backend-bytes=4294967296'] });
  const store = createEtcdDatastore({ endpoints: [server.endpoint] });
  try {
    await write(server.endpoint, ENDPOINTS, 0);
    const selection = { kind: 'WorkloadEndpoint' };
    const raw = await cost(() => rawList(server.endpoint));
    const parsed = await cost(() => rawList(server.endpoint, true));
    const ours = await cost(() => store.list(selection));
    const { revision, kept } = await keep(store);
    const row = ({ ms, cpu }: Cost) => `${ms.toFixed(0)} | ${(ms / raw.ms).toFixed(2)} | ${cpu.toFixed(0)} |`;
    console.log(`| ${ENDPOINTS} workload endpoints | ms | times raw | our processor ms |`);
    console.log('| --- | --- | --- | --- |');
    console.log(`| raw client, pages of 5,000, nothing decoded | ${row(raw)}`);
    console.log(`| raw client, values parsed as JSON and kept | ${row(parsed)}`);
    console.log(`| datastore, decoded and checked | ${row(ours)}`);
    console.log(`\nThe listing keeps ${kept.toFixed(0)} MB of heap.\n`);

    const argv = ['--import', 'tsx', fileURLToPath(import.meta.url), 'write', server.endpoint];
    const writer = spawn(process.execPath, argv, { stdio: 'inherit' });
    const live = await follow(store, revision);
    if (writer.exitCode === null) await new Promise((resolve) => writer.once('exit', resolve));
    const again = await follow(store, revision);
    console.log('| updates through a watch | a second | our processor, µs each | heap that stays, MB |');
    console.log('| --- | --- | --- | --- |');
    console.log(`| written at ${RATE} a second | ${live}`);
    console.log(`| the same ${RATE * SECONDS} out of etcd's history | ${again}`);
  } finally {
    await store.close();
    await server.remove();
  }
}

const [mode, endpoint = ''] = process.argv.slice(2);
await (mode === 'write' ? write(endpoint, RATE * SECONDS, 1, RATE) : main());
