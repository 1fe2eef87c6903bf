// The Kubernetes API: 10,000 pods listed and converted, beside what the server needs for the same pages. Needs a real API
// server (`npm run interop -- --build` builds it, KUBEBUILDER_ASSETS names another). They take turns; figures are medians.
import { connectApi, type Api } from '../../src/datastore/kubernetes/connect.ts';
import { createKubernetesDatastore } from '../../src/datastore/kubernetes/index.ts';
import { interopFolder } from '../../scripts/lib/interop.mjs';
import { median, verdict } from '../lib/figures.ts';
import { configOf } from '../../test/interop/config.ts';
import { type Cluster, startCluster } from '../../test/interop/server.ts';

const PODS = 10_000;
const NAMESPACES = 50;
/** As ours asks. */
const PAGE = 500;
const FLYING = 32;
const ROUNDS = 7;

function pod(n: number) {
  const metadata = {
    name: `pod-${n}`,
    namespace: `ns-${n % NAMESPACES}`,
    labels: { app: `app-${n % 200}`, 'pod-template-hash': (n * 2_654_435_761).toString(16).slice(-10) },
  };
  const containers = [
    {
      name: 'main',
      image: 'registry.invalid/app:1.0',
      ports: [{ name: 'http', containerPort: 8080 }],
      env: Array.from({ length: 5 }, (_, i) => ({ name: `SETTING_${i}`, value: `value-${i}` })),
    },
  ];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { nodeName: `node-${n % 100}`, automountServiceAccountToken: false, containers },
  };
}

async function createPods(api: Api): Promise<void> {
  for (let n = 0; n < NAMESPACES; n++)
    await api.send('POST', '/api/v1/namespaces', {
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `ns-${n}` } },
    });
  let next = 0;
  const worker = async () => {
    for (let n = next++; n < PODS; n = next++) {
      const body = pod(n);
      const path = `/api/v1/namespaces/${body.metadata.namespace}/pods`;
      await api.send('POST', path, { body });
      const ip = `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
      const contentType = 'application/merge-patch+json';
      const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }] };
      await api.send('PATCH', `${path}/${body.metadata.name}/status`, { body: { status }, contentType });
    }
  };
  await Promise.all(Array.from({ length: FLYING }, worker));
}

interface Cost {
  readonly ms: number;
  readonly cpu: number;
  readonly count: number;
}

async function cost(work: () => Promise<number>): Promise<Cost> {
  globalThis.gc?.();
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const count = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - start, cpu: (user + system) / 1000, count };
}

async function rawPages(api: Api): Promise<number> {
  let count = 0;
  for (let next: string | undefined; ; ) {
    const query = { limit: PAGE, continue: next };
    const page = (await api.send('GET', '/api/v1/pods', { query })) as {
      readonly items: readonly unknown[];
      readonly metadata: { readonly continue?: string };
    };
    count += page.items.length;
    next = page.metadata.continue;
    if (!next) return count;
  }
}

async function measure(cluster: Cluster): Promise<void> {
  const config = configOf(cluster);
  const api = connectApi(config);
  const started = performance.now();
  await createPods(api);
  console.log(`${PODS} pods made in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  const store = createKubernetesDatastore(config);
  const [raw, ours]: [Cost[], Cost[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    raw.push(await cost(() => rawPages(api)));
    ours.push(await cost(async () => (await store.list({ kind: 'WorkloadEndpoint' })).items.length));
  }
  for (const { count } of [...raw, ...ours]) if (count !== PODS) throw new Error(`${count} of ${PODS}`);
  const middle = (costs: readonly Cost[], what: 'ms' | 'cpu') => median(costs.map((one) => one[what]));
  console.log('| | time | CPU of this process |\n| --- | --- | --- |');
  for (const [what, costs] of [
    [`pages of ${PAGE}, parsed as JSON`, raw],
    ['listed and converted', ours],
  ] as const)
    console.log(`| ${what} | ${middle(costs, 'ms').toFixed(0)} ms | ${middle(costs, 'cpu').toFixed(0)} ms |`);
  const beside = median(ours.map(({ ms }, n) => ms - (raw[n]?.ms ?? 0)));
  verdict('seconds, the server and the parsing included', middle(ours, 'ms') / 1000, 3);
  verdict('seconds beside the server and the parsing', beside / 1000, 3);
  console.log(`times the raw pages: ${median(ours.map(({ ms }, n) => ms / (raw[n]?.ms ?? 1))).toFixed(2)}`);
  await store.close();
  api.close();
}

if (interopFolder()) {
  const cluster = await startCluster();
  try {
    await measure(cluster);
  } finally {
    await cluster.stop();
  }
} else console.log('no kube-apiserver is built: npm run interop -- --build');
