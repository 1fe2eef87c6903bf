// Who may talk to etcd: passwords, tokens that are no longer good, certificates, and both. No secret is in any message.
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { loadClientConfig } from '../../src/datastore/config.ts';
import { createEtcdDatastore, type EtcdSettings } from '../../src/datastore/etcd/index.ts';
import type { Datastore, DatastoreError } from '../../src/datastore/index.ts';
import { openDatastore } from '../../src/datastore/open.ts';
import { GLOBAL_SETS, globalSet, names, read, rejection, setKey, summary } from '../datastore/helpers.ts';
import { testDatastore } from '../datastore/suite.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { enablePasswords, type EtcdServer, forgetTokens, startEtcd } from './server.ts';

const PASSWORD = 'hush-hush';
const open: Datastore[] = [];
afterEach(async () => {
  for (const handle of open.splice(0)) await handle.close();
});

function store(server: EtcdServer, more: Partial<EtcdSettings> = {}): Datastore {
  const handle = createEtcdDatastore({ endpoints: [server.endpoint], ...more });
  open.push(handle);
  return handle;
}

async function refused(handle: Datastore): Promise<DatastoreError> {
  const error = await rejection(handle.get(setKey('a')));
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(PASSWORD);
  const watched = await read(handle, GLOBAL_SETS, { revision: '1' }).rest();
  expect(summary(watched)).toEqual([`error ${error.code}`]);
  return error;
}

describe('passwords', () => {
  let server: EtcdServer;
  beforeAll(async () => {
    server = await startEtcd();
  });
  afterAll(() => server?.remove());
  const calico = { username: 'calico', password: PASSWORD };

  test('given where none is demanded, until one is', async () => {
    const handle = store(server, calico);
    const { revision } = await handle.create(globalSet('a'));
    await enablePasswords(server, PASSWORD);
    expect((await handle.get(setKey('a'))).revision).toBe(revision);
    const watch = read(handle, GLOBAL_SETS, { revision });
    await handle.create(globalSet('b'));
    expect(summary(await watch.take(1))).toEqual(['added b']);
    watch.stop();
  });

  test('a wrong one, none, and a user who may do nothing', async () => {
    const wrong = await refused(store(server, { username: 'calico', password: `${PASSWORD}!` }));
    expect(wrong.code).toBe('datastore/unauthorized');
    expect(wrong.message).toMatch(/^connection is unauthorized: .*authentication failed/);
    const none = await refused(store(server));
    expect(none.code).toBe('datastore/unauthorized');
    expect(none.problems[0]?.hint).toContain('etcdUsername');
    const guest = await refused(store(server, { ...calico, username: 'guest' }));
    expect(guest.code).toBe('datastore/unauthorized');
    expect(guest.message).toContain('permission denied');
  });

  test('a token that the server forgot is renewed, for requests and for watches', async () => {
    const handles = [store(server, calico), store(server, calico)] as const;
    const before: string[] = [];
    for (const handle of handles) before.push((await handle.list(GLOBAL_SETS)).revision);
    await forgetTokens(server, 'calico', PASSWORD);
    const watch = read(handles[0], GLOBAL_SETS, { revision: before[0] ?? '' });
    const event = watch.take(1);
    await Promise.all(Array.from({ length: 20 }, (_, n) => handles[1].create(globalSet(`token-${n}`))));
    expect(summary(await event)[0]).toMatch(/^added token-/);
    watch.stop();
    expect(names((await handles[1].list({ ...GLOBAL_SETS, namePrefix: 'token-' })).items)).toHaveLength(20);
  });
});

describe('certificates', () => {
  let certificates: Certificates;
  let server: EtcdServer;
  let plain: EtcdServer;
  let ca = '';
  let cert = '';
  let key = '';
  beforeAll(async () => {
    certificates = await makeCertificates();
    const { issue, path, text } = certificates;
    for (const name of ['server', 'client']) await issue(name);
    await issue('stranger', 'other-ca');
    const tls = { ca: path('ca.crt'), cert: path('server.crt'), key: path('server.key') };
    [server, plain] = await Promise.all([startEtcd({ tls }), startEtcd()]);
    [ca, cert, key] = [await text('ca.crt'), await text('client.crt'), await text('client.key')];
    await enablePasswords(server, PASSWORD);
  });
  afterAll(async () => {
    await server?.remove();
    await plain?.remove();
    await certificates?.remove();
  });
  const calico = { username: 'calico', password: PASSWORD };

  // With a certificate and a password; a backend's rules do not change with either.
  testDatastore({
    name: 'etcd over TLS with a password',
    async open() {
      const handle = createEtcdDatastore({ endpoints: [server.endpoint], tls: { ca, cert, key }, ...calico });
      await handle.clean();
      return handle;
    },
  });

  test("an unknown authority of the server's certificate", async () => {
    for (const tls of [
      { cert, key },
      { cert, key, ca: await certificates.text('other-ca.crt') },
    ]) {
      const error = await refused(store(server, { tls }));
      expect(error.code).toBe('datastore/unavailable');
      expect(error.message).toContain(`no connection to etcd at ${server.endpoint}: `);
      expect(error.problems[0]?.hint).toContain('etcdCACertFile');
    }
  });

  test('a name that the certificate does not hold', async () => {
    const endpoints = [server.endpoint.replace('127.0.0.1', 'localhost')];
    const error = await refused(store(server, { endpoints, tls: { ca, cert, key } }));
    expect(error.problems[0]?.hint).toContain('etcdCACertFile');
  });

  test('no certificate of ours, and one of another authority', async () => {
    const [other, otherKey] = [
      await certificates.text('stranger.crt'),
      await certificates.text('stranger.key'),
    ];
    for (const tls of [{ ca }, { ca, cert: other, key: otherKey }]) {
      const error = await refused(store(server, { tls, ...calico }));
      expect(error.code).toBe('datastore/unavailable');
      expect(error.problems[0]?.hint).toContain('etcdCertFile');
    }
  });

  test('a certificate and no password where it is demanded', async () => {
    expect((await refused(store(server, { tls: { ca, cert, key } }))).code).toBe('datastore/unauthorized');
  });

  test('TLS where there is none, and none where there is', async () => {
    const tls = await refused(store(plain, { endpoints: [plain.endpoint.replace('http:', 'https:')] }));
    expect(tls.problems[0]?.hint).toContain('http://');
    const none = await refused(store(server, { endpoints: [server.endpoint.replace('https:', 'http:')] }));
    expect(none.problems[0]?.hint).toContain('https://');
  });

  test('TLS_CIPHER_SUITES is what is offered', async () => {
    const { path, text } = certificates;
    const agreed: string[] = [];
    // OpenSSL knows every suite of the table; one that it did not know would be left out without a word.
    const peer = createServer(
      {
        cert: await text('server.crt'),
        key: await text('server.key'),
        maxVersion: 'TLSv1.2',
        ALPNProtocols: ['h2'],
      },
      (socket) => {
        agreed.push(socket.getCipher().standardName);
        socket.destroy();
      },
    );
    await new Promise<void>((done) => peer.listen(0, '127.0.0.1', done));
    const offer = async (TLS_CIPHER_SUITES: string) => {
      const env = {
        ETCD_ENDPOINTS: `https://127.0.0.1:${(peer.address() as AddressInfo).port}`,
        ETCD_CA_CERT_FILE: path('ca.crt'),
        TLS_CIPHER_SUITES,
      };
      const handle = await openDatastore(loadClientConfig({ env }));
      open.push(handle);
      return await rejection(handle.get(setKey('a')));
    };
    const ours = ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA'];
    for (const name of ours) await offer(name);
    expect([...new Set(agreed)]).toEqual(ours);
    // The certificate is of another kind; then TLS 1.3 alone.
    for (const name of ['TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', 'TLS_AES_256_GCM_SHA384'])
      expect((await offer(name)).code).toBe('datastore/unavailable');
    expect([...new Set(agreed)]).toEqual(ours);
    await new Promise((done) => peer.close(done));
  });

  test('all of it by calicoctl.cfg, with failover', async () => {
    const path = certificates.path('calicoctl.cfg');
    await writeFile(
      path,
      `apiVersion: projectcalico.org/v3
kind: CalicoAPIConfig
metadata:
spec:
  datastoreType: etcdv3
  etcdEndpoints: https://127.0.0.1:1,${server.endpoint}
  etcdUsername: calico
  etcdPassword: ${PASSWORD}
  etcdCACertFile: ${certificates.path('ca.crt')}
  etcdCertFile: ${certificates.path('client.crt')}
  etcdKeyFile: ${certificates.path('client.key')}
`,
    );
    const handle = await openDatastore(loadClientConfig({ path, env: {} }));
    open.push(handle);
    await handle.clean();
    const created = await handle.create(globalSet('a'));
    expect(await handle.get(setKey('a'))).toEqual(created);
  });
});
