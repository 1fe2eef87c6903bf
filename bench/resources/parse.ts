// What it costs to check a stored object on its way to the syncer: parseResource, of values as JSON.parse gives them, in
// microseconds of processor time an object. Beside it JSON.parse of the same text, to tell a slow machine from a slow
// schema. The kinds take turns; the figure is the median of the rounds after the first, which warms up.
import { decode } from '../../src/sync/decode.ts';
import type { Entry } from '../../src/datastore/index.ts';
import { put } from '../etcd/lib/endpoints.ts';
import { median } from '../lib/figures.ts';

const ENDPOINTS = 100_000;
const POLICIES = 20_000;
const ROUNDS = 5;

const apiVersion = 'projectcalico.org/v3';
const stored = (name: string, more: object = {}) => ({
  name,
  ...more,
  uid: '7aa8aec3-453d-4afd-b724-b97e9139e19d',
  creationTimestamp: '2026-01-01T00:00:00Z',
});

/** Two rules of a kind that many clusters have, with selectors that no other policy has. */
function networkPolicy(n: number): object {
  const spec = {
    tier: 'default',
    order: n % 1000,
    selector: `app == 'app-${n}'`,
    types: ['Ingress', 'Egress'],
    ingress: [
      {
        action: 'Allow',
        protocol: 'TCP',
        source: { selector: `app == 'client-${n}'`, namespaceSelector: `team == 'team-${n % 50}'` },
        destination: { ports: [80, 443, '8000:8100'] },
      },
    ],
    egress: [
      { action: 'Allow', protocol: 'UDP', source: {}, destination: { nets: ['10.0.0.10/32'], ports: [53] } },
    ],
  };
  const metadata = stored(`default.policy-${n}`, { namespace: `ns-${n % 500}` });
  return { kind: 'NetworkPolicy', apiVersion, metadata, spec };
}

function globalNetworkPolicy(n: number): object {
  const spec = {
    tier: 'default',
    order: n,
    selector: `role == 'role-${n}'`,
    types: ['Ingress'],
    ingress: [{ action: 'Deny', source: { nets: [`10.${n >> 8}.${n & 255}.0/24`] }, destination: {} }],
  };
  return { kind: 'GlobalNetworkPolicy', apiVersion, metadata: stored(`default.policy-${n}`), spec };
}

const utf8 = new TextDecoder();
const texts = (count: number, text: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => text(n));
const KINDS: Readonly<Record<string, readonly string[]>> = {
  WorkloadEndpoint: texts(ENDPOINTS, (n) => utf8.decode(put(n, 0).value)),
  NetworkPolicy: texts(POLICIES, (n) => JSON.stringify(networkPolicy(n))),
  GlobalNetworkPolicy: texts(POLICIES, (n) => JSON.stringify(globalNetworkPolicy(n))),
};

const entryOf = (kind: string, value: unknown): Entry => {
  const { metadata } = value as { metadata: { name: string; namespace?: string } };
  const { name, namespace } = metadata;
  return {
    key: { kind, name, ...(namespace !== undefined && { namespace }) },
    value,
    revision: '1',
  } as Entry;
};

/** Microseconds an object. */
function cost<T>(items: readonly T[], work: (item: T) => unknown): number {
  globalThis.gc?.();
  const before = process.cpuUsage();
  for (const item of items) work(item);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / items.length;
}

function checked(entry: Entry): void {
  const { value, problems } = decode(entry);
  if (!value || problems.length > 0) throw new Error(JSON.stringify(problems));
}

const figures = Object.keys(KINDS).map((kind) => ({ kind, json: [] as number[], checks: [] as number[] }));
for (let round = 0; round <= ROUNDS; round++)
  for (const { kind, json, checks } of figures) {
    const values: unknown[] = [];
    const parsing = cost(KINDS[kind] ?? [], (text) => values.push(JSON.parse(text)));
    const entries = values.map((value) => entryOf(kind, value));
    const checking = cost(entries, checked);
    if (round === 0) continue;
    json.push(parsing);
    checks.push(checking);
  }

console.log('| kind | JSON.parse, µs | checks, µs |\n| --- | --- | --- |');
for (const { kind, json, checks } of figures)
  console.log(`| ${kind} | ${median(json).toFixed(1)} | ${median(checks).toFixed(1)} |`);
