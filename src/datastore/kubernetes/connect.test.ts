// The way to a server: one that says nothing is told from one that is slow, and connections of an identity that was
// renewed are closed. Nobody waits here for the limits that people have.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DatastoreError } from '../index.ts';
import { type Answer, closeAll, json, storeWith } from './testing.ts';

afterEach(closeAll);

const TIERS = { kind: 'Tier' };
const LEGACY = { apiGroup: 'crd.projectcalico.org/v1' };
const empty = json({ metadata: { resourceVersion: '1' }, items: [] });
const tier = { apiVersion: 'projectcalico.org/v3', kind: 'Tier', metadata: { name: 't' }, spec: {} };
/** Nothing but the doubt can end a test in time. */
const PATIENT = { answer: 60_000, silence: 60_000 };

async function rejection(promise: Promise<unknown>): Promise<DatastoreError> {
  const error = await promise.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(DatastoreError);
  return error as DatastoreError;
}

describe('a server that accepts and says nothing', () => {
  it.each([
    ['list', (store) => store.list(TIERS)],
    ['get', (store) => store.get({ ...TIERS, name: 't' })],
    ['create', (store) => store.create(tier)],
  ] satisfies [string, (store: Awaited<ReturnType<typeof storeWith>>['store']) => Promise<unknown>][])(
    'is given up when it does not answer something small either: %s',
    async (_, work) => {
      const { store, requests } = await storeWith(LEGACY, [() => undefined], {
        times: { ...PATIENT, doubt: 100 },
      });
      const { code, message, problems } = await rejection(work(store));
      expect([code, message, problems[0]?.hint, requests.slice(1)]).toEqual([
        'datastore/unavailable',
        expect.stringMatching(
          /^no connection to the Kubernetes API at http:\/\/127\.0\.0\.1:\d+: connected, but no answer within 1 s, and none to GET \/version either$/,
        ),
        expect.stringContaining('a firewall'),
        ['GET /version'],
      ]);
    },
  );

  it('is asked once, however many wait for it', async () => {
    const { store, requests } = await storeWith(LEGACY, [() => undefined], {
      times: { ...PATIENT, doubt: 200 },
    });
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => store.list(TIERS)));
    expect(all.every(({ status }) => status === 'rejected')).toBe(true);
    expect(requests.filter((line) => line === 'GET /version')).toHaveLength(1);
  });

  it('a watch of it ends too', async () => {
    const { store } = await storeWith(LEGACY, [() => undefined], { times: { ...PATIENT, doubt: 100 } });
    const watch = store.watch(TIERS, { revision: '1' })[Symbol.asyncIterator]();
    expect((await rejection(watch.next())).message).toContain('connected, but no answer within 1 s');
  });

  it('within TLS there is not even a connection', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const { store } = await storeWith(
      { ...LEGACY, apiEndpoint: `https://127.0.0.1:${port}`, insecureSkipTlsVerify: true },
      [empty],
      { times: { ...PATIENT, connect: 200 } },
    );
    const { message, problems } = await rejection(store.list(TIERS));
    expect(message).toBe(
      `no connection to the Kubernetes API at https://127.0.0.1:${port}: no connection within 1 s`,
    );
    expect(problems[0]?.hint).toContain('a firewall');
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});

describe('a server that takes its time', () => {
  const slow =
    (small: Answer): Answer =>
    (request, answer) => {
      if (request.url === '/version') return small(request, answer);
      setTimeout(() => json(request.method === 'POST' ? tier : { items: [] })(request, answer), 700);
    };
  const times = { ...PATIENT, doubt: 300 };

  it.each([
    ['answers', json({ gitVersion: 'v1.33.0' })],
    ['refuses', json({}, 403)],
    ['breaks off', (_, answer) => void answer.destroy()],
  ] satisfies [string, Answer][])('is waited for when it %s something small', async (_, small) => {
    const { store, requests } = await storeWith(LEGACY, [slow(small)], { times });
    const [listed, created] = await Promise.all([store.list(TIERS), store.create(tier)]);
    expect([listed.items, created.key.name]).toEqual([[], 't']);
    expect(requests).toContain('GET /version');
  });

  it('is waited for when it takes nobody new, as one that is being stopped', async () => {
    const stopping: Answer = (request, answer) => {
      (request.socket as Socket & { readonly server: { close(): void } }).server.close();
      slow(empty)(request, answer);
    };
    const { store, requests } = await storeWith(LEGACY, [stopping], { times });
    expect((await store.list(TIERS)).items).toEqual([]);
    expect(requests).toHaveLength(1);
  });
});

it('connections of a certificate that was renewed are closed with their last request', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tortie-agents-'));
  const certificate = (text: string) => writeFileSync(join(dir, 'c.crt'), text);
  writeFileSync(
    join(dir, 'config'),
    JSON.stringify({
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:1' } }],
      users: [{ name: 'u', user: { 'client-certificate': join(dir, 'c.crt') } }],
    }),
  );
  let release: () => void = () => undefined;
  const { store, connections } = await storeWith({ ...LEGACY, kubeconfig: [join(dir, 'config')] }, [
    (request, answer) => {
      if (request.url?.includes('hostendpoints')) release = () => empty(request, answer);
      else empty(request, answer);
    },
  ]);
  certificate('first');
  for (let i = 0; i < 3; i++) await store.list(TIERS);
  expect(connections()).toBe(1);
  const held = store.list({ kind: 'HostEndpoint' });
  await expect.poll(() => String(release)).toContain('empty');
  for (let i = 0; i < 5; i++) {
    certificate(`renewed ${i}`);
    await store.list(TIERS);
  }
  // The one that is in use, and the newest.
  await expect.poll(connections).toBe(2);
  release();
  await held;
  await expect.poll(connections).toBe(1);
  rmSync(dir, { recursive: true });
});
