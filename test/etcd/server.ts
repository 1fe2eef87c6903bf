// A real etcd on loopback, with ports and a folder of its own, that a test can stop, start again on the same data,
// pause, and ask for what our backend never asks. TORTIE_ETCD=<path> chooses the program; otherwise the one on the path.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { KV } from '../../src/datastore/etcd/generated/etcd_pb.ts';

export interface EtcdServer {
  readonly endpoint: string;
  /** Of the process that runs now; 0 when none does. */
  readonly pid: () => number;
  /** Nothing happens when it runs. */
  readonly start: () => Promise<void>;
  /** Kills it and waits until it is gone; its data and ports stay. */
  readonly kill: () => Promise<void>;
  /** Every thread of it stands still when this resolves. */
  readonly pause: () => Promise<void>;
  readonly unpause: () => void;
  /** Kills it and removes its data. */
  readonly remove: () => Promise<void>;
  /** Etcd's own API, without our backend; not over TLS. */
  readonly kv: Client<typeof KV>;
  readonly putRaw: (key: string | Uint8Array, value: string | Uint8Array) => Promise<bigint>;
  readonly getRaw: (key: string) => Promise<string | undefined>;
  readonly compact: (revision: bigint | string) => Promise<void>;
  /** A request to the JSON gateway. */
  readonly post: (path: string, body: object, token?: string) => Promise<unknown>;
}

export interface ServerOptions {
  readonly args?: readonly string[];
  /** Client certificates are demanded then. */
  readonly tls?: ServerTls;
}

/** Files of its certificate, and of a client's for `post`. */
interface ServerTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Fails loudly when there is no etcd: setup installs it. */
export async function startEtcd(options: ServerOptions = {}): Promise<EtcdServer> {
  for (let left = 3; ; left--) {
    try {
      return await startOnFreePorts(options);
    } catch (error) {
      // A port that was free a moment ago may be somebody else's by now.
      if (left <= 1 || !(error as Error).message.includes('address already in use')) throw error;
    }
  }
}

async function startOnFreePorts({ args = [], tls }: ServerOptions): Promise<EtcdServer> {
  const dir = await mkdtemp(join(tmpdir(), 'tortie-etcd-'));
  const [client, peer, metrics] = await Promise.all([freePort(), freePort(), freePort()]);
  const endpoint = `${tls ? 'https' : 'http'}://127.0.0.1:${client}`;
  const peerUrl = `http://127.0.0.1:${peer}`;
  const health = `http://127.0.0.1:${metrics}`;
  const argv = [
    `--data-dir=${dir}`,
    '--name=test',
    `--initial-cluster=test=${peerUrl}`,
    `--listen-client-urls=${endpoint}`,
    `--advertise-client-urls=${endpoint}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--listen-metrics-urls=${health}`,
    '--logger=zap',
    '--log-level=error',
    // Tests ask after a silent server more often than users do.
    '--grpc-keepalive-min-time=100ms',
    ...(tls
      ? [
          `--cert-file=${tls.cert}`,
          `--key-file=${tls.key}`,
          `--trusted-ca-file=${tls.ca}`,
          '--client-cert-auth',
        ]
      : []),
    ...args,
  ];
  let child: ChildProcess | undefined;
  let output = '';

  const start = async () => {
    if (child) return;
    const started = spawn(process.env['TORTIE_ETCD'] ?? 'etcd', argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    const failed = new Promise<never>((_, reject) => {
      started.once('error', (error) => reject(new Error(`no etcd: ${error.message}`)));
      started.once('exit', (code) => reject(new Error(`etcd ended with ${String(code)}: ${output}`)));
    });
    failed.catch(() => undefined);
    for (const stream of [started.stdout, started.stderr])
      stream?.on('data', (data: Buffer) => (output = (output + data.toString()).slice(-4000)));
    while (!(await Promise.race([healthy(health), failed]))) await new Promise((r) => setTimeout(r, 50));
  };
  const kill = async () => {
    const gone = child;
    child = undefined;
    if (!gone || gone.exitCode !== null || gone.signalCode !== null) return;
    await new Promise((resolve) => {
      gone.once('exit', resolve);
      gone.kill('SIGKILL');
    });
  };
  const kv = createClient(KV, createGrpcTransport({ baseUrl: endpoint }));
  const raw = (data: string | Uint8Array) =>
    typeof data === 'string' ? new TextEncoder().encode(data) : data;
  const server: EtcdServer = {
    endpoint,
    pid: () => child?.pid ?? 0,
    start,
    kill,
    pause: async () => {
      child?.kill('SIGSTOP');
      while (!(await stopped(child?.pid ?? 0))) await new Promise((r) => setTimeout(r, 5));
    },
    unpause: () => void child?.kill('SIGCONT'),
    async remove() {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
    kv,
    putRaw: async (key, value) =>
      (await kv.put({ key: Buffer.from(raw(key)), value: Buffer.from(raw(value)) })).header?.revision ?? 0n,
    getRaw: async (key) => {
      const found = (await kv.range({ key: Buffer.from(raw(key)) })).kvs[0];
      return found && new TextDecoder().decode(found.value);
    },
    compact: async (revision) => {
      await kv.compact({ revision: BigInt(revision), physical: true });
    },
    post: (path, body, token) => post(`${endpoint}/v3/${path}`, body, tls, token),
  };
  try {
    await start();
  } catch (error) {
    await server.remove();
    throw error;
  }
  return server;
}

async function post(
  url: string,
  body: object,
  tls: ServerTls | undefined,
  token: string | undefined,
): Promise<unknown> {
  const headers = token === undefined ? {} : { authorization: token };
  const files = tls && {
    ca: await readFile(tls.ca),
    cert: await readFile(tls.cert),
    key: await readFile(tls.key),
  };
  return new Promise((resolve, reject) => {
    const send = tls ? httpsRequest : httpRequest;
    const request = send(url, { method: 'POST', headers, ...files }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`${url}: ${text}`));
      });
    });
    request.on('error', reject).end(JSON.stringify(body));
  });
}

/** Users root, calico (everything of Calico's) and guest (nothing), all with that password; then it is demanded. */
export async function enablePasswords(server: EtcdServer, password: string): Promise<void> {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  await server.post('auth/role/add', { name: 'root' });
  await server.post('auth/role/add', { name: 'calico' });
  const everything = { key: base64('/calico/'), range_end: base64('/calico0'), permType: 'READWRITE' };
  await server.post('auth/role/grant', { name: 'calico', perm: everything });
  for (const name of ['root', 'calico', 'guest']) await server.post('auth/user/add', { name, password });
  for (const role of ['root', 'calico']) await server.post('auth/user/grant', { user: role, role });
  await server.post('auth/enable', {});
}

/** Makes all tokens of the user invalid, as expiry does; a restart would not, etcd replays them. */
export async function forgetTokens(server: EtcdServer, name: string, password: string): Promise<void> {
  const { token } = (await server.post('auth/authenticate', { name: 'root', password })) as { token: string };
  await server.post('auth/user/changepw', { name, password }, token);
}

async function stopped(pid: number): Promise<boolean> {
  const threads = await readdir(`/proc/${pid}/task`);
  const states = threads.map((id) => readFile(`/proc/${pid}/task/${id}/status`, 'utf8').catch(() => ''));
  return (await Promise.all(states)).every((text) => text === '' || /^State:\s*T/m.test(text));
}

async function healthy(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) });
    return answer.ok;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
