// What happens to servers: restarts, silence, broken connections, compaction, members that are gone.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEtcdDatastore, type EtcdSettings } from '../../src/datastore/etcd/index.ts';
import type { Datastore } from '../../src/datastore/index.ts';
import {
  expectCode,
  GLOBAL_SETS,
  globalSet,
  names,
  netsOf,
  read,
  rejection,
  setKey,
  summary,
} from '../datastore/helpers.ts';
import { type EtcdServer, startEtcd } from './server.ts';

let server: EtcdServer;
const open: Datastore[] = [];
beforeAll(async () => {
  server = await startEtcd();
});
afterAll(() => server?.remove());
beforeEach(async () => {
  await server.start();
  await store().clean();
});
afterEach(async () => {
  for (const handle of open.splice(0)) await handle.close();
});

/** Only what a test shortens can end it in time. */
const PATIENT = { dial: 60_000, request: 60_000, page: 60_000, keepalive: 60_000, keepaliveTimeout: 60_000 };
const QUICK = { dial: 2_000, request: 3_000, page: 3_000, keepalive: 1_000, keepaliveTimeout: 1_000 };

function store(more: Partial<EtcdSettings> = {}): Datastore {
  const handle = createEtcdDatastore({ endpoints: [server.endpoint], timing: QUICK, ...more });
  open.push(handle);
  return handle;
}

describe('a restart on the same data', () => {
  test('ends a watch, which goes on from its last revision and loses nothing', async () => {
    const handle = store();
    const watch = read(handle, GLOBAL_SETS);
    const { revision } = await handle.create(globalSet('a'));
    expect(summary(await watch.take(1))).toEqual(['added a']);
    await server.kill();
    const end = await watch.rest();
    expect(summary(end)).toEqual(['error datastore/unavailable']);
    await server.start();
    await handle.create(globalSet('b'));
    const again = read(handle, GLOBAL_SETS, { revision });
    expect(summary(await again.take(1))).toEqual(['added b']);
    again.stop();
  });

  test('nothing is lost, and the same handle goes on', async () => {
    const handle = store();
    const created = await handle.create(globalSet('a'));
    await server.kill();
    const error = await rejection(handle.get(setKey('a')));
    expect(error.code).toBe('datastore/unavailable');
    expect(error.message).toContain(server.endpoint);
    expect(error.problems[0]?.hint).toContain('is etcd running');
    await expectCode(handle.create(globalSet('b')), 'datastore/unavailable');
    expect(summary(await read(handle, GLOBAL_SETS).rest())).toEqual(['error datastore/unavailable']);
    await server.start();
    expect(await handle.get(setKey('a'))).toEqual(created);
    await handle.create(globalSet('b'));
  });
});

describe('compaction', () => {
  test('a watch from before it is expired, with the revision', async () => {
    const handle = store();
    const first = await handle.create(globalSet('a'));
    for (const net of ['198.51.100.0/24', '203.0.113.0/24']) await handle.apply(globalSet('a', [net]));
    const { revision } = await handle.list(GLOBAL_SETS);
    await server.compact(revision);
    const [event, ...more] = await read(handle, GLOBAL_SETS, { revision: first.revision }).rest();
    expect(more).toEqual([]);
    expect(event).toMatchObject({ type: 'error', final: true, error: { code: 'datastore/expired' } });
    expect(event?.type === 'error' && event.error.message).toBe(
      `revision ${first.revision} is no longer kept, the oldest that is kept is ${revision}`,
    );
    await expectCode(handle.get(setKey('a'), { revision: first.revision }), 'datastore/expired');
    const error = await rejection(handle.list(GLOBAL_SETS, { revision: first.revision }));
    expect(error.code).toBe('datastore/expired');
    expect(error.message).toContain(first.revision);
  });

  test('under a running watch it is not felt', async () => {
    const handle = store();
    const watch = read(handle, GLOBAL_SETS, { revision: (await handle.list(GLOBAL_SETS)).revision });
    for (const name of ['a', 'b', 'c']) {
      const event = watch.take(1);
      const { revision } = await handle.create(globalSet(name));
      expect(summary(await event)).toEqual([`added ${name}`]);
      await server.compact(revision);
    }
    // What was there before is gone for etcd too.
    const { revision } = await handle.delete(setKey('a'));
    const [deleted] = await watch.take(1);
    expect(deleted).toMatchObject({ type: 'deleted', key: setKey('a') });
    expect(Number(revision)).toBeLessThan(Number(deleted?.type === 'deleted' && deleted.revision));
    watch.stop();
  });

  test('a list of many pages is of one moment, and is begun anew when that is compacted away', async () => {
    const handle = store();
    for (let n = 0; n < 1200; n += 100) {
      const batch = Array.from({ length: 100 }, (_, i) => globalSet(`s${String(n + i).padStart(4, '0')}`));
      await Promise.all(batch.map((object) => handle.create(object)));
    }
    const proxy = await startProxy(server);
    const slow = store({ endpoints: [proxy.endpoint] });
    // Between the first page and the second one a set vanishes from the first, and its revision from the history.
    let answers = 0;
    proxy.onAnswer = async (data) => {
      if (answers < 2 && data.includes('s0499')) {
        answers++;
        await handle.delete(setKey(answers === 1 ? 's0000' : 's0001'));
        await server.compact((await handle.list(GLOBAL_SETS)).revision);
      }
    };
    const { items, revision } = await slow.list(GLOBAL_SETS);
    expect(answers).toBe(2);
    expect(items).toHaveLength(1198);
    expect(names(items)[0]).toBe('s0002');
    expect(revision).toBe((await handle.list(GLOBAL_SETS)).revision);
    await proxy.close();
  });
});

describe('a server that says nothing', () => {
  test('requests and watches end in time, and go on when it speaks again', async () => {
    const handle = store();
    await handle.create(globalSet('a'));
    const watch = read(handle, GLOBAL_SETS);
    await watch.take(1);
    await server.pause();
    try {
      const [got, ended] = await Promise.all([rejection(handle.get(setKey('a'))), watch.rest()]);
      expect(got.code).toBe('datastore/unavailable');
      expect(summary(ended)).toEqual(['error datastore/unavailable']);
      const another = store();
      const error = await rejection(another.get(setKey('a')));
      expect(error.code).toBe('datastore/unavailable');
      expect(error.message).toContain('no answer in time');
      const late = await read(another, GLOBAL_SETS, { revision: '1' }).rest();
      expect(summary(late)).toEqual(['error datastore/unavailable']);
    } finally {
      server.unpause();
    }
    expect((await handle.get(setKey('a'))).key).toEqual(setKey('a'));
  });

  test('cancelling does not wait for it', async () => {
    const handle = store();
    await handle.list(GLOBAL_SETS);
    await server.pause();
    try {
      const abort = new AbortController();
      const pending = rejection(handle.list(GLOBAL_SETS, { signal: abort.signal }));
      const watch = read(handle, GLOBAL_SETS).rest();
      abort.abort();
      expect((await pending).code).toBe('datastore/cancelled');
      await handle.close();
      expect(await watch).toEqual([]);
    } finally {
      server.unpause();
    }
  });
});

describe('a connection that breaks', () => {
  test('the watch ends with an error, and the next request connects again', async () => {
    const proxy = await startProxy(server);
    const handle = store({ endpoints: [proxy.endpoint] });
    const watch = read(handle, GLOBAL_SETS);
    const first = await handle.create(globalSet('a'));
    await watch.take(1);
    proxy.cut();
    expect(summary(await watch.rest())).toEqual(['error datastore/unavailable']);
    const again = read(handle, GLOBAL_SETS, { revision: first.revision });
    await handle.create(globalSet('b'));
    expect(summary(await again.take(1))).toEqual(['added b']);
    again.stop();
    await proxy.close();
  });

  test('between two fragments of a revision: nothing of it is told, and then all of it', async () => {
    const set = Array.from({ length: 28 }, (_, n) => `s${String(n).padStart(2, '0')}`);
    // Twice 1.4 MB in the event, since it brings what was there before; etcd sends 2 MiB at once.
    const revision = String(await writeMuch(set, 'a'));
    const after = String(await writeMuch(set, 'b'));
    const { proxy, passed } = await cuttingProxy(2_400_000);
    const handle = store({ endpoints: [proxy.endpoint] });
    expect(summary(await read(handle, GLOBAL_SETS, { revision }).rest())).toEqual([
      'error datastore/unavailable',
    ]);
    expect(passed()).toBeGreaterThan(2_400_000);
    proxy.onAnswer = async () => undefined;
    const again = read(handle, GLOBAL_SETS, { revision });
    const events = await again.take(set.length);
    expect(summary(events)).toEqual(set.map((name) => `modified ${name}`));
    const revisions = events.map((event) => event.type === 'modified' && event.entry.revision);
    expect(new Set(revisions)).toEqual(new Set([after]));
    again.stop();
    await proxy.close();
  });

  test('between two fragments: the revisions before are told, and the next watch begins behind them', async () => {
    const { revision } = await store().list(GLOBAL_SETS);
    const set = Array.from({ length: 28 }, (_, n) => `s${String(n).padStart(2, '0')}`);
    const before = (await writeMuch(set, 'a')).toString();
    await writeMuch(set, 'b');
    const { proxy } = await cuttingProxy(2_400_000);
    const handle = store({ endpoints: [proxy.endpoint] });
    const told = await read(handle, GLOBAL_SETS, { revision, old: false }).rest();
    expect(summary(told)).toEqual([...set.map((name) => `added ${name}`), 'error datastore/unavailable']);
    proxy.onAnswer = async () => undefined;
    const again = read(handle, GLOBAL_SETS, { revision: before, old: false });
    expect(summary(await again.take(set.length))).toEqual(set.map((name) => `modified ${name}`));
    again.stop();
    await proxy.close();
  });

  test('a write whose answer is lost is not sent again', async () => {
    const proxy = await startProxy(server);
    const handle = store({ endpoints: [proxy.endpoint, server.endpoint] });
    await handle.create(globalSet('a'));
    let cuts = 0;
    // Responses begin with the server's header frames; only the one to the next request is of interest.
    proxy.onAnswer = async () => {
      cuts++;
      proxy.cut();
    };
    await expectCode(handle.create(globalSet('b')), 'datastore/unavailable');
    expect(cuts).toBe(1);
    // It had arrived. The other member serves what comes next.
    await expectCode(handle.create(globalSet('b')), 'datastore/already-exists');
    await proxy.close();
  });
});

/** Cuts the connection once so many bytes of answers have passed. */
async function cuttingProxy(most: number) {
  const proxy = await startProxy(server);
  let passed = 0;
  proxy.onAnswer = async (data) => {
    passed += data.length;
    if (passed > most) proxy.cut();
  };
  return { proxy, passed: () => passed };
}

/** 50 KB for each name in one transaction; answers its revision. */
async function writeMuch(set: readonly string[], letter: string): Promise<bigint> {
  const answer = await server.kv.txn({
    success: set.map((name) => {
      const object = globalSet(name, [], { annotations: { filling: letter.repeat(50_000) } });
      const key = Buffer.from(`/calico/resources/v3/projectcalico.org/globalnetworksets/${name}`);
      const value = Buffer.from(JSON.stringify(object));
      return { request: { case: 'requestPut' as const, value: { key, value } } };
    }),
  });
  return answer.header?.revision ?? 0n;
}

describe('failover', () => {
  test('the endpoint that answers is found, also by twenty at once', async () => {
    const handle = store({ endpoints: ['http://127.0.0.1:1', server.endpoint] });
    await Promise.all(Array.from({ length: 20 }, (_, n) => handle.create(globalSet(`s${n}`))));
    expect((await handle.list(GLOBAL_SETS)).items).toHaveLength(20);
    const watch = read(handle, GLOBAL_SETS);
    expect(await watch.take(20)).toHaveLength(20);
    watch.stop();
  });

  test('reads and watches move on when a member goes', async () => {
    const proxy = await startProxy(server);
    const handle = store({ endpoints: [proxy.endpoint, server.endpoint] });
    const { revision } = await handle.create(globalSet('a'));
    const watch = read(handle, GLOBAL_SETS, { revision });
    const next = watch.take(1);
    await handle.create(globalSet('b'));
    await next;
    await proxy.close();
    expect(summary(await watch.rest())).toEqual(['error datastore/unavailable']);
    expect(netsOf((await handle.get(setKey('a'))).value)).toEqual(['192.0.2.0/24']);
    const again = read(handle, GLOBAL_SETS, { revision });
    expect(summary(await again.take(1))).toEqual(['added b']);
    again.stop();
    await handle.create(globalSet('c'));
  });

  test('when none answers, each is named', async () => {
    const endpoints = ['http://127.0.0.1:1', 'http://127.0.0.1:2'];
    const error = await rejection(store({ endpoints }).get(setKey('a')));
    expect(error.code).toBe('datastore/unavailable');
    for (const endpoint of endpoints)
      expect(error.message).toContain(`no connection to etcd at ${endpoint}: `);
  });
});

describe('a server that accepts and says nothing', () => {
  const silence = async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => void sockets.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const close = () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => silent.close(resolve));
    };
    return { at: `127.0.0.1:${port}`, close };
  };

  test('within TLS, is no connection', async () => {
    const silent = await silence();
    const endpoints = [`https://${silent.at}`];
    const timing = { ...PATIENT, dial: 200 };
    const error = await rejection(store({ endpoints, timing }).list(GLOBAL_SETS));
    expect([error.code, error.message]).toEqual([
      'datastore/unavailable',
      `no connection to etcd at https://${silent.at}: no connection within 1 s`,
    ]);
    await silent.close();
  });

  test('a list does not wait for it as for a page of megabytes', async () => {
    const silent = await silence();
    const endpoints = [`http://${silent.at}`];
    const handle = store({ endpoints, timing: { ...PATIENT, request: 200 } });
    for (const work of [
      () => handle.list(GLOBAL_SETS),
      () => handle.get(setKey('a')),
      () => handle.apply(globalSet('a')),
    ]) {
      const error = await rejection(work());
      expect([error.code, error.message]).toEqual([
        'datastore/unavailable',
        `no connection to etcd at http://${silent.at}: no answer in time`,
      ]);
    }
    await silent.close();
  });
});

interface Proxy {
  readonly endpoint: string;
  /** Ends the connections that there are; new ones are accepted. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
  /** Called before each piece of an answer is passed on. */
  onAnswer: (data: Buffer) => Promise<void>;
}

/** A way to the server that can be broken. */
async function startProxy(to: EtcdServer): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const { port } = new URL(to.endpoint);
  const proxy: Server = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (data) => far.write(data));
    let order = Promise.resolve();
    far.on('data', (data: Buffer) => {
      order = order.then(() => handle.onAnswer(data)).then(() => void near.write(data));
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const handle: Proxy = {
    endpoint: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    cut,
    async close() {
      cut();
      await new Promise((resolve) => proxy.close(resolve));
    },
    onAnswer: async () => undefined,
  };
  return handle;
}
