// The size at which Felix was measured end to end: 500 policies, 500 sets of 100 members, 100 local and 1,000 remote
// endpoints. From files to rules in an empty kernel by the built CLI (`tortie enforce`, under 2 s), and then, in a process
// that stays, one set member and one policy changed: graph, and from the NodePolicy's delta to the kernel (under 30 ms).
// Each step's CPU time stands beside its wall time, children included. Needs a kernel of its own: run it inside the lab.
//   npm run bench end-to-end      or: node scripts/lab-exec.mjs node --import tsx bench/end-to-end/felix.ts [nftables …]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clearAll, createApplier } from '../../src/apply/index.ts';
import { loadFiles } from '../../src/datastore/file/index.ts';
import { systemRunner } from '../../src/host/index.ts';
import { createGraph } from '../../src/policy/index.ts';
import { createRenderer } from '../../src/render/index.ts';
import { parseResource, type Resource, resourceKey } from '../../src/resources/index.ts';
import { printTable, readOptions, seconds } from '../graph/lib/table.ts';

const POLICIES = 500;
const MEMBERS = 100;
const LOCALS = 100;
const REMOTES = 1000;
const NODE = 'node-0';
const ROUNDS = 11;
const LIMITS = { start: 2000, change: 30 } as const;
const API = 'projectcalico.org/v3';

/** Felix's own figures (a quiet machine; latencies count from the write to etcd and include polling). */
const FELIX: Readonly<Record<string, readonly [start: string, member: string, policy: string]>> = {
  nftables: ['6.5 s', '0.15–0.20 s', '0.17–0.23 s'],
  'iptables-nft': ['2.8 s', '5 ms, up to 0.2 s', '0.23–0.53 s'],
  'iptables-legacy': ['2.6 s', '5 ms, up to 0.17 s', '0.24–0.40 s'],
};

type Raw = Readonly<Record<string, unknown>>;
const list = <T>(length: number, make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i));
const address = (base: number, n: number) => `${base}.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}/32`;

function endpoint(n: number): Raw {
  const node = n < LOCALS ? NODE : `node-${1 + (n % 50)}`;
  const name = `${node.replaceAll('-', '--')}-k8s-pod--${n}-eth0`;
  const labels = { app: `app-${n % 20}` };
  const spec = {
    orchestrator: 'k8s',
    node,
    pod: `pod-${n}`,
    endpoint: 'eth0',
    interfaceName: `cali${n.toString(16)}`,
    ipNetworks: [address(10, n)],
    profiles: [],
  };
  return {
    apiVersion: API,
    kind: 'WorkloadEndpoint',
    metadata: { name, namespace: 'default', labels },
    spec,
  };
}

function set(i: number, more: readonly string[] = []): Raw {
  const nets = [...list(MEMBERS, (n) => address(11, i * MEMBERS + n)), ...more];
  return {
    apiVersion: API,
    kind: 'GlobalNetworkSet',
    metadata: { name: `set-${i}`, labels: { set: `s${i}` } },
    spec: { nets },
  };
}

function policy(i: number, port = 1000 + i): Raw {
  const rule = {
    action: 'Allow',
    protocol: 'TCP',
    source: { selector: `set == 's${i}'` },
    destination: { ports: [port] },
  };
  const spec = { order: i, selector: 'all()', types: ['Ingress'], ingress: [rule] };
  return { apiVersion: API, kind: 'GlobalNetworkPolicy', metadata: { name: `policy-${i}` }, spec };
}

/** As a file would bring it. */
function update(raw: Raw): { key: string; value: Resource } {
  const { value, problems } = parseResource(raw);
  if (value === undefined) throw new Error(JSON.stringify(problems));
  return { key: resourceKey(value.kind, value.metadata.namespace, value.metadata.name), value };
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'tortie-end-to-end-'));
const file = join(directory, 'policy.yaml');
const all = [
  ...list(POLICIES, set),
  ...list(POLICIES, (i) => policy(i)),
  ...list(LOCALS + REMOTES, endpoint),
];
writeFileSync(file, all.map((raw) => `---\n${JSON.stringify(raw, undefined, 1)}\n`).join(''));

async function clear(): Promise<void> {
  const { ok, problems } = await clearAll({ run: systemRunner, lock: false });
  if (!ok) throw new Error(JSON.stringify(problems));
}

interface Took {
  readonly ms: number;
  readonly cpu: number;
}

function fastest(runs: readonly Took[]): Took {
  return { ms: Math.min(...runs.map((r) => r.ms)), cpu: Math.min(...runs.map((r) => r.cpu)) };
}

/** `tortie enforce` of the built CLI, from its start to its end, with the CPU time of its children. */
function enforceOnce(options: readonly string[]): Took {
  const cli = [
    process.execPath,
    'dist/bin/tortie.js',
    'enforce',
    '-f',
    file,
    '--node',
    NODE,
    '-q',
    ...options,
  ];
  // `time -p` of the shell counts the children too.
  const script = 'time -p "$@"';
  const started = performance.now();
  const done = spawnSync('bash', ['-c', script, 'enforce', ...cli], { cwd: root, encoding: 'utf8' });
  const ms = performance.now() - started;
  if (done.status !== 0) throw new Error(done.stderr);
  const part = (name: string) => Number(new RegExp(`^${name} ([\\d.]+)$`, 'm').exec(done.stderr)?.[1]);
  return { ms, cpu: (part('user') + part('sys')) * 1000 };
}

/** CPU of this process and of its children that have ended, in milliseconds; the kernel counts the latter in 10 ms. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  const [, , , , , , , , , , , , , , , cutime, cstime] = readFileSync('/proc/self/stat', 'utf8').split(' ');
  return (user + system) / 1000 + (Number(cutime) + Number(cstime)) * 10;
}

interface Steps {
  /** On average over all rounds, children included. */
  readonly cpu: number;
  readonly graph: number;
  readonly render: number;
  readonly apply: number;
}

async function changes(
  dialect: 'nftables' | 'iptables',
  backend: 'nft' | 'legacy',
): Promise<Record<string, Steps>> {
  const { resources } = await loadFiles([file]);
  const graph = createGraph({ nodes: [NODE] });
  graph.onUpdates(
    resources.map((value) => ({
      key: resourceKey(value.kind, value.metadata.namespace, value.metadata.name),
      value,
    })),
  );
  graph.onStatus('in-sync');
  graph.flush();
  const renderer = createRenderer(dialect);
  const applier = createApplier({ dialect, backend, run: systemRunner });
  const put = async (raw?: Raw): Promise<Steps> => {
    const cpu = cpuMs();
    const started = performance.now();
    if (raw) graph.onUpdates([update(raw)]);
    graph.flush();
    const flushed = performance.now();
    const ruleset = renderer.render(graph.nodePolicy(NODE));
    const rendered = performance.now();
    const { ok, changed, problems } = await applier.apply(ruleset);
    if (!ok || !changed) throw new Error(JSON.stringify(problems));
    const now = performance.now();
    return {
      cpu: cpuMs() - cpu,
      graph: flushed - started,
      render: rendered - flushed,
      apply: now - rendered,
    };
  };
  await put();
  const found: Record<string, Steps[]> = { member: [], policy: [] };
  for (let round = 0; round < ROUNDS; round++) {
    found['member']?.push(await put(set(7, [address(12, round)])));
    found['policy']?.push(await put(policy(9, 5000 + round)));
  }
  const total = ({ render, apply }: Steps) => render + apply;
  return Object.fromEntries(
    Object.entries(found).map(([name, runs]) => {
      const best = runs.reduce((a, b) => (total(b) < total(a) ? b : a));
      return [name, { ...best, cpu: runs.reduce((sum, { cpu }) => sum + cpu, 0) / runs.length }];
    }),
  );
}

const PLANES = [
  { name: 'nftables', dialect: 'nftables', backend: 'nft' },
  { name: 'iptables-nft', dialect: 'iptables', backend: 'nft' },
  { name: 'iptables-legacy', dialect: 'iptables', backend: 'legacy' },
] as const;
const { names } = readOptions();
const rows: string[][] = [];
try {
  for (const { name, dialect, backend } of PLANES) {
    if (names.length > 0 && !names.includes(name)) continue;
    const options = [
      '--dataplane',
      dialect,
      ...(dialect === 'iptables' ? ['--iptables-backend', backend] : []),
    ];
    const starts: Took[] = [];
    for (let run = 0; run < 3; run++) {
      await clear();
      starts.push(enforceOnce(options));
    }
    await clear();
    const start = fastest(starts);
    const steps = await changes(dialect, backend);
    await clear();
    const [felixStart = '', ...felixChanges] = FELIX[name] ?? [];
    rows.push([
      name,
      'start to rules',
      seconds(start.ms),
      `CPU ${seconds(start.cpu)}`,
      seconds(LIMITS.start),
      felixStart,
    ]);
    Object.entries(steps).forEach(([what, { cpu, graph, render, apply }], i) => {
      const parts = `graph ${seconds(graph)}; render ${seconds(render)}, apply ${seconds(apply)}; CPU ${seconds(cpu)}`;
      const took = render + apply;
      rows.push([
        name,
        `one ${what} changed`,
        seconds(took),
        parts,
        seconds(LIMITS.change),
        felixChanges[i] ?? '',
      ]);
      if (took > LIMITS.change) process.exitCode = 1;
    });
    if (start.ms > LIMITS.start) process.exitCode = 1;
    for (const row of rows.slice(-3)) console.error(row.join(' '));
  }
  printTable(['dataplane', 'what', 'time', 'of which', 'limit', 'Felix'], rows);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
