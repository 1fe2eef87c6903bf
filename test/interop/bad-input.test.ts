// What people see when the API server, or what it holds, is not as it should be: the commands on a real one. Status 1
// of the resource commands, 2 of those on policy; what failed, where, and what to do; never a secret.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ran, tortie } from '../../src/cli/testing.ts';
import { createKubernetesDatastore } from '../../src/datastore/kubernetes/index.ts';
import { policyKinds, runSyncer, type SyncStatus } from '../../src/sync/index.ts';
import { configOf } from './config.ts';
import { type Cluster, startCluster } from './server.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'tortie-bad-'));
let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
  cluster.kubectl(['create', '-f', join(root, 'deploy/crds')]);
  cluster.kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all']);
});
afterAll(async () => {
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const SECRET = 'hush-hush';
interface KubeConfig {
  readonly clusters: { cluster: { server: string; 'certificate-authority'?: string } }[];
  readonly users: { user: object }[];
}
/** The admin's, changed. */
function kubeconfig(change: (config: KubeConfig) => void): string {
  const config = JSON.parse(readFileSync(cluster.kubeconfig(), 'utf8')) as KubeConfig;
  change(config);
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, JSON.stringify(config));
  return path;
}
const run = (argv: string, { as = cluster.kubeconfig(), stdin = '' } = {}): Promise<Ran> =>
  tortie(argv.split(' '), { env: { DATASTORE_TYPE: 'kubernetes', KUBECONFIG: as }, stdin });
const object = (kind: string, metadata: object, spec: object) =>
  JSON.stringify({ apiVersion: 'projectcalico.org/v3', kind, metadata, spec });
const POOL = object('IPPool', { name: 'p' }, { cidr: '10.1.0.0/16' });
const policyIn = (namespace: string) =>
  object('NetworkPolicy', { name: 'n', namespace }, { selector: 'all()', types: ['Ingress'] });

/** One command of each sort, and what all have to say; those that do not. */
async function deviating(as: string, message: RegExp, hint: string): Promise<readonly object[]> {
  const calls: readonly (readonly [argv: string, status: number])[] = [
    ['get ippools', 1],
    ['get ippool p --debug', 1],
    ['apply -f -', 1],
    ['patch ippool p -p {"spec":{}} --debug', 1],
    ['delete ippool p', 1],
    ['datastore export', 1],
    ['render --datastore kubernetes --node x --debug', 2],
  ];
  const wrong: object[] = [];
  for (const [argv, status] of calls) {
    const ran = await run(argv, { as, stdin: POOL });
    const tokens =
      readFileSync(as, 'utf8')
        .match(/"token":"([^"]+)"/)
        ?.slice(1) ?? [];
    const secrets = [SECRET, ...tokens];
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

describe('the way to the server', () => {
  it('no server', async () => {
    const as = kubeconfig(({ clusters }) => (clusters[0]!.cluster.server = 'https://127.0.0.1:1'));
    expect(
      await deviating(
        as,
        /no connection to the Kubernetes API at https:\/\/127\.0\.0\.1:1: connect ECONNREFUSED/,
        'is the API server running',
      ),
    ).toEqual([]);
  });

  it('a certificate that nobody vouches for', async () => {
    const as = kubeconfig(({ clusters }) => delete clusters[0]!.cluster['certificate-authority']);
    expect(
      await deviating(
        as,
        /no connection to .*: self-signed certificate/,
        "the server's certificate is not trusted",
      ),
    ).toEqual([]);
  });

  it('a wrong token', async () => {
    const as = kubeconfig(({ users }) => (users[0]!.user = { token: SECRET }));
    expect(
      await deviating(
        as,
        /connection is unauthorized: Unauthorized/,
        'the token or certificate of the kubeconfig',
      ),
    ).toEqual([]);
  });

  it('a certificate of ours that is none', async () => {
    const data = Buffer.from(SECRET).toString('base64');
    const user = { 'client-certificate-data': data, 'client-key-data': data };
    const as = kubeconfig(({ users }) => (users[0]!.user = user));
    expect(
      await deviating(as, /the certificates or the key of the kubeconfig cannot be used/, 'PEM is expected'),
    ).toEqual([]);
  });

  it('a kubeconfig that is cut short', async () => {
    const as = join(folder, 'half');
    writeFileSync(as, readFileSync(cluster.kubeconfig(), 'utf8').slice(0, -20));
    expect(await deviating(as, /cannot read \S+\/half: not a kubeconfig/, 'see KUBECONFIG')).toEqual([]);
  });
});

it('a command ends at once when it has said what it has to say', async () => {
  const argv = ['--import', 'tsx', 'src/cli/main.ts', 'get', 'tiers'];
  const env = { ...process.env, DATASTORE_TYPE: 'kubernetes', KUBECONFIG: cluster.kubeconfig() };
  const child = spawn(process.execPath, argv, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((done) => child.once('exit', done));
  await new Promise((done) => child.stdout.once('data', done));
  // A connection that stays would hold it for a minute and more.
  const late = sleep(20_000, 'late', { ref: false });
  try {
    expect(await Promise.race([ended, late])).toBe(0);
  } finally {
    child.kill('SIGKILL');
  }
});

describe('permissions', () => {
  const KINDS = [
    ['crd.projectcalico.org', '*'],
    ['', 'nodes', 'pods', 'namespaces', 'serviceaccounts', 'services'],
    ['networking.k8s.io', 'networkpolicies'],
    ['discovery.k8s.io', 'endpointslices'],
    ['policy.networking.k8s.io', 'clusternetworkpolicies'],
  ] as const;
  const grant = (without: string | undefined) => {
    const crds = cluster
      .kubectl(['get', 'crd', '-o', 'jsonpath={.items[*].spec.names.plural}'])
      .split(' ')
      .filter((plural) => plural !== without);
    const rules = KINDS.map(([group, ...resources]) => ({
      apiGroups: [group],
      resources: resources[0] === '*' ? crds : resources,
      verbs: ['get', 'list', 'watch'],
    }));
    const [apiVersion, name] = ['rbac.authorization.k8s.io/v1', 'reader'];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
    const subjects = [{ apiGroup: roleRef.apiGroup, kind: 'User', name: 'nobody' }];
    for (const each of [
      { apiVersion, kind: 'ClusterRole', metadata: { name }, rules },
      { apiVersion, kind: 'ClusterRoleBinding', metadata: { name }, roleRef, subjects },
    ])
      cluster.kubectl(['apply', '-f', '-'], JSON.stringify(each));
  };

  it('none', async () => {
    expect(
      await deviating(
        cluster.kubeconfig('nobody'),
        /connection is unauthorized: .* is forbidden: User "nobody" cannot (list|get) resource/,
        'see the user of the kubeconfig and its roles',
      ),
    ).toEqual([]);
  });

  it('for all kinds but one: the others are in step, the status and the trouble say which is not', async () => {
    const created = await run('create -f -', {
      stdin: object('GlobalNetworkPolicy', { name: 'g' }, { selector: 'all()' }),
    });
    expect(created.stderr).toBe('');
    grant('globalnetworksets');
    const store = createKubernetesDatastore(configOf(cluster, 'nobody'));
    const stop = new AbortController();
    const held = new Set<string>();
    const statuses: SyncStatus[] = [];
    const troubles = new Map<string, string>();
    const done = runSyncer(
      {
        store,
        kinds: policyKinds(store),
        sink: {
          onUpdates: (updates) => updates.forEach(({ key, value }) => value && held.add(key)),
          onStatus: (status) => void statuses.push(status),
          onTrouble: (kind, error) => void troubles.set(kind, (error as Error).message),
        },
      },
      stop.signal,
    );
    const until = async (what: () => boolean) => {
      for (let n = 0; n < 600 && !what(); n++) await sleep(100);
    };
    await until(() => troubles.has('GlobalNetworkSet') && held.has('GlobalNetworkPolicy/g'));
    expect([...held]).toContain('GlobalNetworkPolicy/g');
    expect([...troubles.keys()]).toEqual(['GlobalNetworkSet']);
    expect(troubles.get('GlobalNetworkSet')).toContain('cannot list resource "globalnetworksets"');
    expect(statuses).toEqual(['wait-for-datastore', 'resync-in-progress']);
    // One cannot compile with half of the policy.
    const rendered = await run('render --datastore kubernetes --node x', {
      as: cluster.kubeconfig('nobody'),
    });
    expect([rendered.status, rendered.stdout]).toEqual([2, '']);
    expect(rendered.stderr).toContain('cannot list resource "globalnetworksets"');

    grant(undefined);
    await until(() => statuses.at(-1) === 'in-sync');
    expect(statuses.at(-1)).toBe('in-sync');
    stop.abort();
    await done;
    await store.close();
  });

  it('what the cluster does not admit: a quota, a namespace that is ending', async () => {
    cluster.kubectl(['create', 'namespace', 'q']);
    const hard = { 'count/networkpolicies.crd.projectcalico.org': '0' };
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q', namespace: 'q' },
      spec: { hard },
    };
    cluster.kubectl(['create', '-f', '-'], JSON.stringify(quota));
    // What a controller would write, were there one.
    const patch = JSON.stringify({ status: { hard, used: hard } });
    cluster.kubectl([
      'patch',
      'resourcequota',
      'q',
      '-n',
      'q',
      '--subresource=status',
      '--type=merge',
      '-p',
      patch,
    ]);
    let refused: Ran = { status: 0, stdout: '', stderr: '' };
    for (let n = 0; n < 100 && refused.status === 0; n++) {
      refused = await run('create -f -', { stdin: policyIn('q') });
      if (refused.status === 0) await run('delete networkpolicy n -n q');
    }
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(
      /^failed to create 'NetworkPolicy' resource: \[connection is unauthorized: .*exceeded quota: q.*\]\nhint: the cluster does not admit this object/,
    );
    cluster.kubectl(['delete', 'resourcequota', 'q', '-n', 'q']);
    cluster.kubectl(['delete', 'namespace', 'q', '--wait=false']);
    const ending = await run('create -f -', { stdin: policyIn('q') });
    expect([ending.status, ending.stderr]).toEqual([1, expect.stringContaining('is being terminated')]);
    expect(ending.stderr).toContain('hint: the cluster does not admit this object');
  });
});

describe('what is not there', () => {
  it('a namespace', async () => {
    for (const verb of ['create', 'apply']) {
      const { status, stderr } = await run(`${verb} -f -`, { stdin: policyIn('nope') });
      expect([status, stderr]).toEqual([
        1,
        `failed to ${verb} 'NetworkPolicy' resource: [resource does not exist: NetworkPolicy(nope/n) with error: namespaces "nope" not found]\nhint: create the namespace, or name another one with -n\n`,
      ]);
    }
    expect((await run('get networkpolicy -n nope')).status).toBe(0);
    const one = await run('get networkpolicy n -n nope');
    expect([one.status, one.stderr]).toEqual([
      1,
      'resource does not exist: NetworkPolicy(nope/n) with error: networkpolicies.crd.projectcalico.org "n" not found\n',
    ]);
  });
});

describe('a newer API', () => {
  const CRD = 'globalnetworkpolicies.crd.projectcalico.org';
  const stored = () =>
    JSON.parse(cluster.kubectl(['get', CRD, 'new', '-o', 'json'])) as { newTop?: string; spec: object };

  it('patch and label keep what they do not know; apply refuses a document with it', async () => {
    for (const [path, schema] of [
      ['spec/properties/newFeature', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }],
      ['newTop', { type: 'string' }],
    ] as const) {
      const at = `/spec/versions/0/schema/openAPIV3Schema/properties/${path}`;
      const step = JSON.stringify([{ op: 'add', path: at, value: schema }]);
      cluster.kubectl(['patch', 'crd', CRD, '--type=json', '-p', step]);
    }
    const newer = {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'GlobalNetworkPolicy',
      metadata: { name: 'new' },
      newTop: 'x',
      spec: { selector: 'all()', newFeature: { a: [1] } },
    };
    // The server takes a while to serve another schema; until then it drops the fields.
    for (let n = 0; n < 300; n++) {
      cluster.kubectl(['apply', '-f', '-'], JSON.stringify(newer));
      if (stored().newTop !== undefined && 'newFeature' in stored().spec) break;
    }
    const kept = { newTop: 'x', spec: { newFeature: { a: [1] } } };
    expect(stored()).toMatchObject(kept);

    expect(await run('patch gnp new -p {"spec":{"order":7}}')).toMatchObject({ status: 0, stderr: '' });
    expect(stored()).toMatchObject({ ...kept, spec: { ...kept.spec, order: 7 } });
    expect(await run('label gnp new a=b')).toMatchObject({ status: 0, stderr: '' });
    expect(stored()).toMatchObject(kept);

    const { stdout } = await run('get gnp new -o yaml --datastore kubernetes');
    expect(stdout).toContain('newTop: x');
    for (const verb of ['apply', 'replace']) {
      const ran = await run(`${verb} --datastore kubernetes -f -`, {
        stdin: stdout.replace('order: 7', 'order: 8'),
      });
      expect([ran.status, ran.stdout]).toEqual([1, '']);
      expect(ran.stderr).toContain('field in document is not recognized or is in the wrong location: newTop');
      expect(ran.stderr).toContain('hint: ');
      expect(stored()).toMatchObject({ ...kept, spec: { ...kept.spec, order: 7 } });
    }
    // What it means is not known, and it could be a condition.
    const rendered = await run('render --datastore kubernetes --node x');
    expect([rendered.status, rendered.stdout]).toEqual([2, '']);
    expect(rendered.stderr).toContain('unknown field "newFeature"');
    cluster.kubectl(['delete', CRD, 'new']);
  });

  it('and one that lacks a CRD', async () => {
    cluster.kubectl(['delete', 'crd', 'ippools.crd.projectcalico.org']);
    const hint = 'hint: are the custom resource definitions of Calico installed';
    const known = 'the API server does not know IPPools.crd.projectcalico.org';
    // Until the server has taken it away.
    let list = await run('get ippools');
    for (let n = 0; n < 100 && list.stderr === ''; n++) list = await run('get ippools');
    expect(list).toMatchObject({ status: 0, stdout: expect.stringContaining('NAME') });
    expect(list.stderr).toContain(`${known}\n${hint}`);
    const missing = 'the server could not find the requested resource';
    for (const argv of ['get ippool p', 'apply -f -', 'create -f -', 'delete ippool p']) {
      const { status, stderr } = await run(argv, { stdin: POOL });
      expect([argv, status, stderr]).toEqual([argv, 1, expect.stringContaining(missing)]);
      expect(stderr).toContain(hint);
    }
    const rendered = await run('render --datastore kubernetes --node x');
    expect(rendered.status).toBe(0);
    expect(rendered.stderr).toContain(`warning[datastore/not-supported]: ${known}`);
  });
});
