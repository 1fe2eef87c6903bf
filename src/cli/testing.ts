// Runs the command line in process, with streams that remember what was written, on a few workloads and policies.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Datastore } from '../datastore/index.ts';
import type { Runner } from '../host/index.ts';
import type { Io } from './io.ts';
import { run } from './run.ts';

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Setting {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly tty?: boolean;
  readonly runner?: Runner;
  /** What commands on a datastore work on; it stays open. */
  readonly store?: Datastore;
}

export async function tortie(argv: readonly string[], setting: Setting = {}): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const output = (name: keyof typeof written) => ({
    isTTY: setting.tty ?? false,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const { store } = setting;
  const io: Io = {
    stdout: output('stdout'),
    stderr: output('stderr'),
    stdin: () => Promise.resolve(setting.stdin ?? ''),
    env: new Map(Object.entries(setting.env ?? {})),
    uninterrupted: (work) => work(),
    ...(setting.runner && { runner: setting.runner }),
    ...(store && { openDatastore: async () => ({ ...store, close: async () => {} }) }),
  };
  return { status: await run(argv, io), ...written };
}

/** A directory of its own with these files; gone when the tests end. */
export function folder(files: Readonly<Record<string, string>> = {}): {
  path(name: string): string;
  remove(): void;
} {
  const root = mkdtempSync(join(tmpdir(), 'tortie-cli-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return { path: (name) => join(root, name), remove: () => rmSync(root, { recursive: true, force: true }) };
}

export const ENDPOINTS = `
apiVersion: projectcalico.org/v3
kind: WorkloadEndpoint
metadata: { name: n1-k8s-web-eth0, namespace: prod, labels: { app: web } }
spec: { orchestrator: k8s, node: n1, pod: web, endpoint: eth0, interfaceName: caliweb, ipNetworks: [10.0.0.1/32], profiles: [kns.prod] }
---
apiVersion: projectcalico.org/v3
kind: WorkloadEndpoint
metadata: { name: n1-k8s-db-eth0, namespace: prod, labels: { app: db } }
spec: { orchestrator: k8s, node: n1, pod: db, endpoint: eth0, interfaceName: calidb, ipNetworks: [10.0.0.2/32], profiles: [kns.prod] }
---
apiVersion: projectcalico.org/v3
kind: Profile
metadata: { name: kns.prod }
spec: { ingress: [{ action: Allow }], egress: [{ action: Allow }] }
`;

export const REMOTE = `
apiVersion: projectcalico.org/v3
kind: WorkloadEndpoint
metadata: { name: n2-k8s-cache-eth0, namespace: prod, labels: { app: cache } }
spec: { orchestrator: k8s, node: n2, pod: cache, endpoint: eth0, interfaceName: calicache, ipNetworks: [10.0.1.3/32], profiles: [kns.prod] }
`;

export const policy = (port: number): string => `
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: { name: db, namespace: prod }
spec:
  selector: app == 'db'
  types: [Ingress]
  ingress:
    - action: Allow
      protocol: TCP
      source: { selector: app == 'web' }
      destination: { ports: [${port}] }
`;
