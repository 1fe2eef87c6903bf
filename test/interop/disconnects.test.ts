// A syncer on a real API server whose connections are cut, a hundred times, while objects come, change and go: nothing is
// lost and nothing invented. Its waits take no time; src/sync/syncer.test.ts does the same a thousand times in memory.
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient } from '../../src/client/index.ts';
import type { Resource } from '../../src/resources/index.ts';
import { runSyncer } from '../../src/sync/index.ts';
import { receiver, testClock } from '../../src/sync/testing.ts';
import { createKubernetesDatastore } from '../../src/datastore/kubernetes/index.ts';
import { configOf } from './config.ts';
import { type Cluster, startCluster } from './server.ts';

const CUTS = 100;
const KINDS = ['GlobalNetworkSet', 'Tier'];

let cluster: Cluster;
let proxy: Proxy;
beforeAll(async () => {
  cluster = await startCluster();
  cluster.kubectl(['create', '-f', join(import.meta.dirname, '../../deploy/crds')]);
  cluster.kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all']);
  proxy = await startProxy(Number(new URL(cluster.url).port));
});
afterAll(async () => {
  await proxy?.close();
  await cluster?.stop();
});

interface Proxy {
  readonly port: number;
  /** Connections since it started. */
  readonly opened: () => number;
  /** Resets all that are open. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

async function startProxy(target: number): Promise<Proxy> {
  const open = new Set<Socket>();
  let opened = 0;
  const server: Server = createServer((near) => {
    opened++;
    const far = connect(target, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const cut = () => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    opened: () => opened,
    cut,
    close: async () => {
      cut();
      await new Promise((done) => server.close(done));
    },
  };
}

/** The same server, reached through the proxy. */
function throughProxy() {
  const config = configOf(cluster);
  const file = config.kubeconfig[0] ?? '';
  const text = readFileSync(file, 'utf8').replace(cluster.url, `https://127.0.0.1:${proxy.port}`);
  writeFileSync(`${file}-proxy`, text, { mode: 0o600 });
  return { ...config, kubeconfig: [`${file}-proxy`] };
}

const netsOf = (resource: Resource | undefined) =>
  resource?.kind === 'GlobalNetworkSet' ? resource.spec.nets.join() : undefined;

it('a hundred cut connections: nothing lost, nothing invented', { timeout: 300_000 }, async () => {
  const client = createClient(createKubernetesDatastore(configOf(cluster)));
  const store = createKubernetesDatastore(throughProxy());
  const seen = receiver();
  const end = new AbortController();
  // What was ever written, by name; the receiver throws at a new one that it holds and an update of what it does not.
  const written = new Map<string, Set<string>>();
  const invented: string[] = [];
  const sink = {
    ...seen,
    onUpdates(updates: Parameters<typeof seen.onUpdates>[0]) {
      for (const { key, value } of updates) {
        const nets = netsOf(value);
        if (nets !== undefined && !written.get(key)?.has(nets)) invented.push(`${key} ${nets}`);
      }
      seen.onUpdates(updates);
    },
  };
  const syncing = runSyncer({ store, kinds: KINDS, sink, clock: testClock() }, end.signal);
  await seen.until(() => seen.log.at(-1) === 'in-sync');
  const apply = async (name: string, n: number) => {
    const nets = [`10.${n >> 8}.${n & 255}.0/24`];
    const key = `GlobalNetworkSet/${name}`;
    written.set(key, (written.get(key) ?? new Set()).add(nets.join()));
    await client.globalNetworkSets.apply({ metadata: { name }, spec: { nets } });
  };

  for (let n = 0; n < CUTS; n++) {
    // One that must arrive before the next cut, so that every cut hits a watch that works; others on both sides of it.
    await apply('pulse', n);
    await seen.until(
      () => netsOf(seen.held.get('GlobalNetworkSet/pulse')) === `10.${n >> 8}.${n & 255}.0/24`,
    );
    const [name, other] = [`s${n % 7}`, `s${(n + 3) % 7}`];
    const around = [
      apply(name, n),
      ...(n % 2 === 0 ? [client.globalNetworkSets.delete(other).then(() => undefined, absent)] : []),
    ];
    if (n % 3 !== 0) await Promise.all(around);
    proxy.cut();
    await Promise.all(around);
  }

  await apply('last', CUTS);
  await seen.until(() => seen.held.has('GlobalNetworkSet/last') && seen.log.at(-1) !== 'resync-in-progress');
  const { items } = await client.globalNetworkSets.list();
  const truth = new Map(
    items.map(({ metadata, spec }) => [`GlobalNetworkSet/${metadata.name}`, spec.nets?.join()]),
  );
  await seen.until(
    () =>
      seen.held.size === truth.size && [...truth].every(([key, nets]) => netsOf(seen.held.get(key)) === nets),
  );
  expect(new Map([...seen.held].map(([key, value]) => [key, netsOf(value)]))).toEqual(truth);
  expect(invented).toEqual([]);
  expect(proxy.opened()).toBeGreaterThan(CUTS);
  end.abort();
  await syncing;
  await store.close();
  await client.close();
});

function absent(error: unknown): void {
  if ((error as { code?: string }).code !== 'datastore/not-found') throw error;
}
