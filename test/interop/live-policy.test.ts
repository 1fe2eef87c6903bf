// Policy end to end: pods and policies in a real API server, rules in the kernel of the lab. A pod is relabelled through
// the API server; `plan` shows that change and no other, `enforce` makes it and touches nothing else.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tortie } from '../../src/cli/testing.ts';
import { createClient } from '../../src/client/index.ts';
import { createKubernetesDatastore } from '../../src/datastore/kubernetes/index.ts';
import { configOf } from './config.ts';
import { createNamespace, createPod } from './pods.ts';
import { type Cluster, startCluster } from './server.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
  cluster.kubectl(['create', '-f', join(import.meta.dirname, '../../deploy/crds')]);
  cluster.kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all']);
  createNamespace(cluster, 'prod', { env: 'prod' });
  cluster.kubectl(
    ['create', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }),
  );
  const pods = [
    ['db', 'db', 1],
    ['web', 'web', 2],
    ['batch', 'batch', 3],
  ] as const;
  for (const [name, app, n] of pods)
    createPod(cluster, {
      name,
      namespace: 'prod',
      node: 'n1',
      labels: { app },
      ips: [`10.65.0.${n}`, `fd00:65::${n}`],
    });
  const client = createClient(createKubernetesDatastore(configOf(cluster)));
  await client.ensureInitialized({ clusterType: 'k8s' });
  await client.networkPolicies.create({
    metadata: { name: 'db', namespace: 'prod' },
    spec: {
      selector: "app == 'db'",
      ingress: [
        {
          action: 'Allow',
          protocol: 'TCP',
          source: { selector: "app == 'web'" },
          destination: { ports: [5432] },
        },
      ],
    },
  });
  await client.close();
});
afterAll(async () => {
  await tortie(['clear', '--yes']);
  await cluster?.stop();
});

const run = (...argv: string[]) =>
  tortie([...argv, '--datastore', 'kubernetes', '--node', 'n1'], {
    env: { KUBECONFIG: cluster.kubeconfig() },
  });

/** With handles: what is rewritten gets another one, even when it says the same. Without counters, which traffic moves. */
const kernel = () => execFileSync('nft', ['-a', '-s', 'list', 'ruleset'], { encoding: 'utf8' });

/** The elements of the sets taken out of the listing. */
const withoutElements = (listing: string) => listing.replace(/^\s*elements = \{[^}]*\}\n/gm, '');

interface Shown {
  readonly summary: object;
  readonly changes: readonly {
    readonly action: string;
    readonly object: string;
    readonly label?: string;
    readonly added?: readonly string[];
    readonly removed?: readonly string[];
  }[];
}
const planned = async () => {
  const { status, stdout, stderr } = await run('plan', '-o', 'json');
  expect(stderr).toBe('');
  return { status, ...(JSON.parse(stdout) as Shown) };
};
const relabel = (pod: string, app: string) =>
  cluster.kubectl(['label', 'pod', pod, '-n', 'prod', `app=${app}`, '--overwrite']);

it('a pod is relabelled: its addresses join a set, and nothing else happens', async () => {
  expect(await run('enforce', '-q')).toEqual({ status: 0, stdout: '', stderr: '' });
  const before = kernel();
  expect(before).toContain('5432');
  expect(before).toContain('10.65.0.2');
  expect(before).not.toContain('10.65.0.3');
  expect(await planned()).toMatchObject({ status: 0, changes: [] });

  relabel('batch', 'web');
  expect(await planned()).toMatchObject({
    status: 1,
    summary: { add: 0, change: 2, remove: 0 },
    changes: [
      {
        action: 'change',
        object: 'member',
        label: expect.stringContaining('app == "web"'),
        added: ['10.65.0.3'],
        removed: [],
      },
      { action: 'change', object: 'member', added: ['fd00:65::3'], removed: [] },
    ],
  });
  expect(kernel()).toBe(before);

  const done = await run('enforce');
  expect([done.status, done.stderr]).toEqual([0, '']);
  expect(done.stdout).toMatch(/\+ 1 member: 10\.65\.0\.3\n[^]*\+ 1 member: fd00:65::3\n[^]*Enforced\.\n$/);
  const after = kernel();
  expect(after).not.toBe(before);
  expect(withoutElements(after)).toBe(withoutElements(before));
  expect(after.match(/10\.65\.0\.3|fd00:65::3/g)).toEqual(['10.65.0.3', 'fd00:65::3']);
  const words = (text: string) => text.replace(/\s+/g, ' ');
  const added = /(?:10\.65\.0\.3|fd00:65::3), |, (?:10\.65\.0\.3|fd00:65::3)/g;
  expect(words(after).replace(added, '')).toBe(words(before));
  expect((await planned()).status).toBe(0);
});

it('a pod that becomes what a policy selects gets the policy, and leaves the set', async () => {
  const before = kernel();
  relabel('batch', 'db');
  const { status, changes } = await planned();
  expect(status).toBe(1);
  const members = changes
    .filter(({ object }) => object === 'member')
    .flatMap(({ added, removed }) => [...(added ?? []), ...(removed ?? [])]);
  expect(members.filter((each) => /^(10|fd)/.test(each)).toSorted()).toEqual(['10.65.0.3', 'fd00:65::3']);
  expect((await run('enforce', '-q')).status).toBe(0);
  expect(kernel()).not.toContain('10.65.0.3');
  expect((await planned()).status).toBe(0);

  relabel('batch', 'web');
  expect((await run('enforce', '-q')).status).toBe(0);
  const handles = (text: string) => text.replaceAll(/ # handle \d+/g, '');
  expect(handles(kernel())).toBe(handles(before));
});
