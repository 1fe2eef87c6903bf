// A real Kubernetes API server for tests: etcd and kube-apiserver on loopback, ports of their own, data in a folder that
// goes with them; admin by token, others by tokens and RBAC. No controllers run: a deleted namespace stays
// Terminating until it is finalized (`finalize`), and no default service account appears.
//
//   const cluster = await startCluster();   cluster.kubeconfig()   cluster.kubectl(['get', 'pods'])   await cluster.stop()
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interopFolder } from '../../scripts/lib/interop.mjs';

export interface Cluster {
  readonly url: string;
  readonly caFile: string;
  /** A file of its own for each user; `admin` may do everything, others nothing until RBAC says so. */
  readonly kubeconfig: (user?: 'admin' | 'nobody') => string;
  /** Runs kubectl as admin and answers stdout; throws with its stderr when it fails. */
  readonly kubectl: (argv: readonly string[], stdin?: string) => string;
  /** What etcd holds can be looked at and compacted here. */
  readonly etcdUrl: string;
  /** Ends the API server and starts it again on the same port and data; `meanwhile` runs in between. */
  readonly restart: (meanwhile?: () => Promise<void>) => Promise<void>;
  /** SIGSTOP and SIGCONT of the API server: a server that is there and does not answer. */
  readonly pause: (on: boolean) => void;
  readonly stop: () => Promise<void>;
}

export interface ClusterOptions {
  /** More flags for kube-apiserver, such as `--watch-cache=false`. */
  readonly flags?: readonly string[];
}

const READY_WITHIN_MS = 120_000;

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const programs = interopFolder();
  if (!programs) throw new Error('no kube-apiserver is built: npm run interop -- --build');
  const folder = mkdtempSync(join(tmpdir(), 'tortie-cluster-'));
  const tokens = { admin: randomUUID(), nobody: randomUUID() };
  const [port, client, peer] = await freePorts(3);
  const url = `https://127.0.0.1:${port}`;
  const etcdUrl = `http://127.0.0.1:${client}`;
  const keyFile = writeKeys(folder);
  const tokenFile = write(
    folder,
    'tokens.csv',
    `${tokens.admin},admin,1,system:masters\n${tokens.nobody},nobody,2\n`,
  );
  const started: ChildProcess[] = [];
  const start = (name: string, argv: readonly string[]) => {
    const child = startLogged(folder, join(programs, name), argv);
    started.push(child);
    return child;
  };
  const etcd = start('etcd', etcdFlags(folder, etcdUrl, `http://127.0.0.1:${peer}`));
  const startServer = async () => {
    const child = start('kube-apiserver', [
      ...serverFlags({ folder, port: port!, etcdUrl, keyFile, tokenFile }),
      ...(options.flags ?? []),
    ]);
    await ready(url, tokens.admin, child, () => logTail(folder, 'kube-apiserver'));
    return child;
  };
  const stopAll = async () => {
    for (const child of started.toReversed()) await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  let server: ChildProcess;
  try {
    server = await startServer();
  } catch (error) {
    await stopAll();
    throw error;
  }
  const caFile = join(folder, 'certificates/apiserver.crt');
  const kubeconfig = (user: 'admin' | 'nobody' = 'admin') =>
    write(folder, `kubeconfig-${user}`, kubeconfigText(url, caFile, user, tokens[user]));
  const kubectl = (argv: readonly string[], stdin?: string) => {
    const done = spawnSync(join(programs, 'kubectl'), ['--kubeconfig', kubeconfig(), ...argv], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      ...(stdin !== undefined && { input: stdin }),
      env: { ...process.env, HOME: folder },
    });
    if (done.status !== 0) throw new Error(`kubectl ${argv.join(' ')}: exit ${done.status}: ${done.stderr}`);
    return done.stdout;
  };
  return {
    url,
    caFile,
    kubeconfig,
    kubectl,
    etcdUrl,
    restart: async (meanwhile) => {
      await ended(server);
      await meanwhile?.();
      if (etcd.exitCode !== null) throw new Error(`etcd ended: ${logTail(folder, 'etcd')}`);
      server = await startServer();
    },
    pause: (on) => void server.kill(on ? 'SIGSTOP' : 'SIGCONT'),
    stop: stopAll,
  };
}

function etcdFlags(folder: string, client: string, peer: string): string[] {
  return [
    '--name=test',
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=test=${peer}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

interface ServerSetUp {
  readonly folder: string;
  readonly port: number;
  readonly etcdUrl: string;
  readonly keyFile: string;
  readonly tokenFile: string;
}

function serverFlags({ folder, port, etcdUrl, keyFile, tokenFile }: ServerSetUp): string[] {
  return [
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    // It makes a certificate of its own there, which is its own authority.
    `--cert-dir=${join(folder, 'certificates')}`,
    `--etcd-servers=${etcdUrl}`,
    `--service-account-key-file=${keyFile}`,
    `--service-account-signing-key-file=${keyFile}`,
    '--service-account-issuer=https://tests.invalid',
    '--service-cluster-ip-range=10.96.0.0/16',
    `--token-auth-file=${tokenFile}`,
    '--authorization-mode=RBAC',
    // There is no controller that would make the default service account which the plugin waits for.
    '--disable-admission-plugins=ServiceAccount',
    '--endpoint-reconciler-type=none',
  ];
}

function writeKeys(folder: string): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return write(
    folder,
    'service-accounts.pem',
    privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  );
}

function write(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

function kubeconfigText(url: string, caFile: string, user: string, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': user,
    contexts: [{ name: user, context: { cluster: 'test', user } }],
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority': caFile } }],
    users: [{ name: user, user: { token } }],
  });
}

function startLogged(folder: string, program: string, argv: readonly string[]): ChildProcess {
  const log = openSync(join(folder, `${program.split('/').at(-1)}.log`), 'a');
  const child = spawn(program, argv, { stdio: ['ignore', log, log] });
  closeSync(log);
  return child;
}

const logTail = (folder: string, name: string) =>
  readFileSync(join(folder, `${name}.log`), 'utf8')
    .split('\n')
    .slice(-8)
    .join('\n');

async function ready(url: string, token: string, child: ChildProcess, log: () => string): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`kube-apiserver ended with ${child.exitCode}: ${log()}`);
    if ((await statusOf(`${url}/readyz`, token)) === 200) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`kube-apiserver was not ready within ${READY_WITHIN_MS / 1000} s: ${log()}`);
}

/** Before it is ready its certificate is not known yet, and nothing secret is sent but to loopback. */
function statusOf(url: string, token: string): Promise<number | undefined> {
  return new Promise((done) => {
    const headers = { authorization: `Bearer ${token}` };
    const asked = request(url, { headers, rejectUnauthorized: false, timeout: 2_000 }, (answer) => {
      answer.resume();
      done(answer.statusCode);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => done(undefined));
    asked.end();
  });
}

/** SIGTERM, then SIGKILL; a paused process gets neither before it is continued. */
function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    const hard = setTimeout(() => child.kill('SIGKILL'), 5_000);
    child.once('exit', () => {
      clearTimeout(hard);
      done();
    });
    child.kill('SIGCONT');
    child.kill('SIGTERM');
  });
}

/** Held open together, so that no two are the same. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((done) =>
          server.listen(0, '127.0.0.1', () => done((server.address() as { port: number }).port)),
        ),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
