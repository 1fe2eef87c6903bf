// Dumps of clusters that have something wrong with them, on the command line: what is said, where, with which status, and
// that what is only odd is still enforced; and the interfaces of pods by the routes of the host.
import { afterAll, describe, expect, it } from 'vitest';
import { folder, tortie } from '../testing.ts';

type Fields = Readonly<Record<string, unknown>>;

const object = (apiVersion: string, kind: string, metadata: Fields, more: Fields): Fields => ({
  apiVersion,
  kind,
  metadata,
  ...more,
});
const NAMESPACE = object('v1', 'Namespace', { name: 'prod' }, {});
const pod = (name: string, ip: string | undefined, spec: Fields = { nodeName: 'n1' }, phase = 'Running') =>
  object(
    'v1',
    'Pod',
    { namespace: 'prod', name, labels: { app: name } },
    { spec: { containers: [], ...spec }, status: { phase, ...(ip !== undefined && { podIP: ip }) } },
  );
const policy = (spec: Fields) =>
  object('networking.k8s.io/v1', 'NetworkPolicy', { namespace: 'prod', name: 'web' }, { spec });
const CLOSED = policy({ podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'] });
const clusterPolicy = (name: string) =>
  object(
    'policy.networking.k8s.io/v1alpha2',
    'ClusterNetworkPolicy',
    { name },
    {
      spec: {
        tier: 'Admin',
        priority: 7,
        subject: { namespaces: {} },
        ingress: [{ action: 'Accept', from: [{ namespaces: {} }] }],
      },
    },
  );
const dump = (...items: Fields[]) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...items, pod('db', '10.0.0.2')] }, null, 2);
const selecting = (selector: Fields) => dump(NAMESPACE, policy({ podSelector: selector }));

const WEB = pod('web', '10.0.0.1');
const ROUTES = [
  { destination: '10.0.0.1', interface: 'veth1' },
  { destination: '10.0.0.0/24', interface: 'cni0' },
];
const files = folder({
  'no-ip.json': dump(NAMESPACE, pod('web', undefined, { nodeName: 'n1' }, 'Pending')),
  'finished.json': dump(NAMESPACE, pod('web', '10.0.0.1', { nodeName: 'n1' }, 'Succeeded')),
  'no-node.json': dump(NAMESPACE, pod('web', undefined, {}, 'Pending')),
  'same-ip.json': dump(NAMESPACE, pod('web', '10.0.0.2')),
  'no-namespace.json': dump(WEB, CLOSED),
  'no-service.json': dump(
    NAMESPACE,
    object(
      'discovery.k8s.io/v1',
      'EndpointSlice',
      { namespace: 'prod', name: 'db-1', labels: { 'kubernetes.io/service-name': 'db' } },
      { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.2'] }], ports: [{ port: 5432 }] },
    ),
  ),
  'tie.json': dump(NAMESPACE, clusterPolicy('b'), clusterPolicy('a')),
  'selector-key.json': selecting({ matchLabels: { 'not a key': 'x' } }),
  'selector-value.json': selecting({ matchLabels: { app: 'not a value' } }),
  'operator.json': selecting({ matchExpressions: [{ key: 'app', operator: 'Near', values: ['web'] }] }),
  'overlap/1.json': dump(NAMESPACE, WEB),
  'overlap/2.json': dump(NAMESPACE, WEB),
  'contradiction/1.json': dump(NAMESPACE, WEB),
  'contradiction/2.json': dump(NAMESPACE, pod('web', '10.0.0.3')),
  'good.json': dump(NAMESPACE, WEB),
  'host.json': JSON.stringify({ interfaces: [], routes: ROUTES }),
  'no-routes.json': JSON.stringify({ interfaces: [] }),
});
afterAll(() => files.remove());
const render = (input: string, ...argv: string[]) =>
  tortie(['render', '-f', files.path(input), '--node', 'n1', ...argv]);

describe('what is odd is said, and the rest is rendered', () => {
  it.each([
    ['no-ip', 'kubernetes/no-address', 'Pod/prod/web has no address yet, and counts as absent'],
    ['finished', 'kubernetes/finished', 'Pod/prod/web has finished, and counts as absent'],
    ['no-node', 'kubernetes/no-node', 'Pod/prod/web is on no node yet, and counts as absent'],
    ['same-ip', 'kubernetes/shared-address', 'Pod/prod/db has the address 10.0.0.2, as Pod/prod/web has'],
    ['no-namespace', 'kubernetes/unknown-namespace', 'namespace prod is not in the input'],
    ['no-service', 'kubernetes/slice-without-service', 'belongs to a Service that is not in the input'],
    ['tie', 'kubernetes/priority-tie', 'the one whose name comes first goes first'],
  ])('%s', async (name, code, message) => {
    const { status, stdout, stderr } = await render(`${name}.json`);
    expect([status, stderr.match(/^(warning|error)\[/gm)]).toEqual([0, ['warning[']]);
    expect(stderr).toContain(`warning[${code}]`);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(new RegExp(`--> .*${name}\\.json:\\d+:\\d+`));
    expect(stdout).toContain('table inet tortie {');
  });

  it('a policy in a namespace that is not in the input works', async () => {
    const ends = ['--from', 'prod/db', '--to', 'prod/web', '--port', '80'];
    const { stdout } = await tortie(['explain', '-f', files.path('no-namespace.json'), ...ends]);
    expect(stdout).toMatch(/^DENY/);
    expect(stdout).toContain('NetworkPolicy/prod/web');
  });
});

describe('what is wrong is refused, at its place', () => {
  it.each([
    ['selector-key', 'not a key'],
    ['selector-value', 'not a value'],
    ['operator', 'Near'],
  ])('%s', async (name, words) => {
    const { status, stdout, stderr } = await render(`${name}.json`);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error\[/);
    expect(stderr).toContain(words);
    const line = Number(/--> .*\.json:(\d+):/.exec(stderr)?.[1]);
    expect(selecting({}).split('\n').length).toBeGreaterThan(10);
    expect(line).toBeGreaterThan(10);
  });
});

describe('two dumps that overlap', () => {
  it('and say the same are one', async () => {
    expect(await render('overlap')).toMatchObject({ status: 0, stderr: '' });
  });

  it('and say different things are refused, with both places', async () => {
    const { status, stdout, stderr } = await render('contradiction');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Pod/prod/web is given twice');
    expect(stderr).toMatch(/--> .*2\.json:\d+/);
    expect(stderr).toContain('1.json');
  });
});

describe('--interfaces', () => {
  const routes = ['--interfaces', 'routes', '--host'];

  it('calico names them by hash, whatever the routes', async () => {
    const { stdout } = await render('good.json', '--interfaces', 'calico', '--host', files.path('host.json'));
    expect(stdout).toMatch(/"?cali[0-9a-f]{11}/);
    expect(stdout).not.toContain('veth1');
    expect(await render('good.json')).toMatchObject({ stdout });
  });

  it('routes: the device of the route to the address; a pod without one is not policed, and it is said', async () => {
    const { status, stdout, stderr } = await render('good.json', ...routes, files.path('host.json'));
    expect(status).toBe(0);
    expect(stdout).toContain('veth1');
    expect(stdout.match(/^\tchain to-(?!workload)\S+/gm)).toEqual([
      expect.stringMatching(/chain to-cali[0-9a-f]{11}$/),
      '\tchain to-veth1',
    ]);
    expect(stdout).not.toContain('cni0');
    expect(stderr).toContain('warning[kubernetes/no-route]');
    expect(stderr).toContain('Pod/prod/db has no route of its own on this host');
  });

  it('routes need to be known', async () => {
    for (const more of [[], ['--host', files.path('no-routes.json')]]) {
      const { status, stdout, stderr } = await render('good.json', '--interfaces', 'routes', ...more);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toContain('--interfaces routes needs the routes of the host');
    }
  });

  it('anything else is no choice', async () => {
    expect((await render('good.json', '--interfaces', 'guess')).status).toBe(2);
  });
});
