// What people see when etcd, or what it holds, is not as it should be: the commands on a real one. Status 1 of the
// resource commands, 2 of those on policy; what failed, where, and what to do; never a secret.
import { createServer, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { folder, type Ran, tortie } from '../../src/cli/testing.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { enablePasswords, type EtcdServer, startEtcd } from './server.ts';

const PASSWORD = 'hush-hush';
const POOL = JSON.stringify({
  apiVersion: 'projectcalico.org/v3',
  kind: 'IPPool',
  metadata: { name: 'p' },
  spec: { cidr: '10.1.0.0/16' },
});

type Env = Readonly<Record<string, string>>;
const run = (argv: string, env: Env, stdin = ''): Promise<Ran> =>
  tortie(argv.split(' '), { env: { DATASTORE_TYPE: 'etcdv3', ...env }, stdin });

/** One command of each sort, and what all have to say; those that do not. */
async function deviating(env: Env, message: string | RegExp, hint: string): Promise<readonly object[]> {
  const calls: readonly (readonly [argv: string, status: number])[] = [
    ['get ippools', 1],
    ['get ippool p --debug', 1],
    ['apply -f -', 1],
    ['patch ippool p -p {"spec":{}} --debug', 1],
    ['delete ippool p', 1],
    ['datastore export', 1],
    ['render --datastore etcd --node x --debug', 2],
  ];
  const wrong: object[] = [];
  for (const [argv, status] of calls) {
    const ran = await run(argv, env, POOL);
    const secrets = [PASSWORD];
    const asItShould =
      ran.status === status &&
      ran.stdout.replace(/^null\n/, '') === '' &&
      ran.stderr.search(message) >= 0 &&
      ran.stderr.includes(`hint: ${hint}`) &&
      ran.stderr.includes('    at ') === argv.includes('--debug') &&
      !secrets.some((secret) => ran.stderr.includes(secret));
    if (!asItShould) wrong.push({ argv, ...ran });
  }
  return wrong;
}

const servers: EtcdServer[] = [];
const start = async (...args: Parameters<typeof startEtcd>) => {
  const server = await startEtcd(...args);
  servers.push(server);
  return server;
};
afterAll(async () => {
  for (const server of servers) await server.remove();
});

describe('the way to the server', () => {
  let certificates: Certificates;
  const files = folder();
  let tls: EtcdServer;
  beforeAll(async () => {
    certificates = await makeCertificates();
    await certificates.issue('server');
    await certificates.issue('client');
    const { path } = certificates;
    tls = await start({ tls: { ca: path('ca.crt'), cert: path('server.crt'), key: path('server.key') } });
  });
  afterAll(async () => {
    files.remove();
    await certificates?.remove();
  });
  const user = { ETCD_USERNAME: 'calico', ETCD_PASSWORD: PASSWORD };

  test('no server', async () => {
    const env = { ...user, ETCD_ENDPOINTS: 'http://127.0.0.1:1' };
    expect(await deviating(env, 'no connection to etcd at http://127.0.0.1:1: ', 'is etcd running')).toEqual(
      [],
    );
  });

  test('a certificate that nobody vouches for, and one of ours that is missing', async () => {
    const env = { ...user, ETCD_ENDPOINTS: tls.endpoint };
    expect(
      await deviating(
        env,
        `no connection to etcd at ${tls.endpoint}: `,
        "the server's certificate is not trusted",
      ),
    ).toEqual([]);
    const ca = { ...env, ETCD_CA_CERT_FILE: certificates.path('ca.crt') };
    expect(
      await deviating(ca, `no connection to etcd at ${tls.endpoint}: `, 'the server refuses our certificate'),
    ).toEqual([]);
  });

  test('a wrong password', async () => {
    const server = await start();
    await enablePasswords(server, `${PASSWORD}!`);
    const env = { ...user, ETCD_ENDPOINTS: server.endpoint };
    expect(
      await deviating(env, /connection is unauthorized: .*authentication failed/, 'see etcdUsername'),
    ).toEqual([]);
  });
});

describe('an old server', () => {
  let server: Http2Server | undefined;
  afterEach(() => server?.close());

  /** What gRPC answers for a service that it does not have. */
  test('that does not know the API', async () => {
    const sessions = new Set<{ destroy(): void }>();
    server = createServer();
    server.on('session', (session) => sessions.add(session));
    server.on('stream', (stream) => {
      stream.respond(
        {
          ':status': 200,
          'content-type': 'application/grpc',
          'grpc-status': '12',
          'grpc-message': 'unknown service etcdserverpb.KV',
        },
        { endStream: true },
      );
    });
    await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(
      await deviating(
        { ETCD_ENDPOINTS: endpoint },
        `${endpoint} says: unknown service`,
        'this server does not speak the API of etcd 3.4',
      ),
    ).toEqual([]);
    for (const session of sessions) session.destroy();
  });
});

test('a full disk: what is stored stays, what is written is refused', async () => {
  const server = await start({ args: ['--quota-backend-bytes=200000'] });
  const env = { ETCD_ENDPOINTS: server.endpoint };
  expect((await run('create -f -', env, POOL)).stderr).toBe('');
  await expect(
    (async () => {
      for (let n = 0; n < 100; n++) await server.putRaw(`/fill/${n}`, 'x'.repeat(50_000));
    })(),
  ).rejects.toThrow(/space exceeded/);
  for (const argv of ['apply -f -', 'replace -f -', 'patch ippool p -p {"spec":{"disabled":true}}']) {
    const { status, stderr } = await run(argv, env, POOL);
    expect([argv, status]).toEqual([argv, 1]);
    expect(stderr).toContain(`${server.endpoint} says: etcdserver: mvcc: database space exceeded`);
    expect(stderr).toContain("\nhint: etcd's disk or quota is full: compact and defragment it");
  }
  expect((await run('get ippools', env)).stdout).toContain('10.1.0.0/16');
});

describe('what is stored', () => {
  let env: Env;
  let server: EtcdServer;
  beforeAll(async () => {
    server = await start();
    env = { ETCD_ENDPOINTS: server.endpoint };
  });
  const key = (name: string) => `/calico/resources/v3/projectcalico.org/globalnetworkpolicies/${name}`;

  test('by a newer Calico: patch and label keep what they do not know, apply refuses it', async () => {
    const newer = {
      kind: 'GlobalNetworkPolicy',
      apiVersion: 'projectcalico.org/v3',
      metadata: {
        name: 'new',
        uid: 'd51ad0f0-3d1d-4c4e-8a6e-0c1f7e8a1f11',
        creationTimestamp: '2026-01-02T03:04:05Z',
      },
      newTop: 'x',
      spec: { selector: 'all()', newFeature: { a: [1] }, ingress: [{ action: 'Allow', newMatch: 'y' }] },
    };
    await server.putRaw(key('new'), JSON.stringify(newer));
    const stored = async () => JSON.parse((await server.getRaw(key('new'))) ?? '') as object;
    const kept = {
      newTop: 'x',
      spec: { newFeature: { a: [1] }, ingress: [{ action: 'Allow', newMatch: 'y' }] },
    };
    expect(await run('patch gnp new -p {"spec":{"order":7}}', env)).toMatchObject({ status: 0, stderr: '' });
    expect(await stored()).toMatchObject({ ...kept, spec: { ...kept.spec, order: 7 } });
    expect(await run('label gnp new a=b', env)).toMatchObject({ status: 0, stderr: '' });
    expect(await stored()).toMatchObject({ ...kept, metadata: { labels: { a: 'b' } } });
    const { stdout } = await run('get gnp new -o yaml', env);
    const ran = await run('apply -f -', env, stdout.replace('order: 7', 'order: 8'));
    expect([ran.status, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toMatch(/^field in document is not recognized .*: \S+\nhint: /);
    expect(await stored()).toMatchObject({ ...kept, spec: { ...kept.spec, order: 7 } });
    const rendered = await run('render --datastore etcd --node x', env);
    expect([rendered.status, rendered.stdout]).toEqual([2, '']);
    for (const field of ['newTop', 'newFeature', 'newMatch'])
      expect(rendered.stderr).toContain(`unknown field "${field}"`);
    await run('delete gnp new', env);
  });

  test('and cut short: the list says what it leaves out, and the export fails', async () => {
    await server.putRaw(key('half'), '{"kind":"GlobalNetworkPolicy","metadata":{"na');
    const where = `failed to parse datastore entry key=${key('half')}`;
    const list = await run('get gnp', env);
    expect([list.status, list.stderr]).toEqual([0, expect.stringContaining(`left out: ${where}`)]);
    const out = await run('datastore export', env);
    expect([out.status, out.stderr]).toEqual([1, expect.stringContaining(where)]);
    const one = await run('get gnp half', env);
    expect([one.status, one.stderr]).toEqual([1, expect.stringContaining(where)]);
    expect((await run('delete gnp half', env)).status).toBe(0);
  });

  test('and changed since: a conflict names the object and what to do', async () => {
    const set = (more: object) =>
      JSON.stringify({
        apiVersion: 'projectcalico.org/v3',
        kind: 'GlobalNetworkSet',
        metadata: { name: 's', ...more },
        spec: {},
      });
    expect((await run('create -f -', env, set({}))).status).toBe(0);
    const { stdout } = await run('get gns s -o json', env);
    await run('label gns s a=b', env);
    for (const verb of ['apply', 'replace', 'delete']) {
      const { status, stderr } = await run(`${verb} -f -`, env, stdout);
      expect([verb, status]).toEqual([verb, 1]);
      expect(stderr).toContain('update conflict: GlobalNetworkSet(s)');
      expect(stderr).toContain('hint: somebody else has changed it');
    }
  });
});
