// Kubernetes objects in files: what kubectl prints, what it leaves open, and where everything came from.
import { describe, expect, it } from 'vitest';
import { labelMap, ruleId } from '../../resources/index.ts';
import { type LoadResult, loadFiles } from './index.ts';
import { inDirectory, loadText } from './testing.ts';

type Raw = Readonly<Record<string, unknown>>;

const object = (apiVersion: string, kind: string, name: string, more: Raw = {}, metadata: Raw = {}): Raw => ({
  apiVersion,
  kind,
  metadata: {
    name,
    uid: 'b0c4e9d2',
    resourceVersion: '7',
    creationTimestamp: null,
    managedFields: [{ manager: 'kubectl', fieldsV1: { 'f:spec': { '.': {} } } }],
    ...metadata,
  },
  ...more,
});
const namespaced = (namespace: string, labels: Raw = {}) => ({ namespace, labels });
const namespace = (name: string, labels: Raw = {}) => object('v1', 'Namespace', name, {}, { labels });
const pod = (
  name: string,
  ip: string | undefined,
  more: { spec?: Raw; status?: Raw; namespace?: string } = {},
) =>
  object(
    'v1',
    'Pod',
    name,
    {
      spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }], tolerations: [], ...more.spec },
      status: {
        phase: 'Running',
        ...(ip && { podIP: ip, podIPs: [{ ip }] }),
        conditions: [],
        ...more.status,
      },
    },
    namespaced(more.namespace ?? 'a'),
  );
const networkPolicy = (name: string, spec: Raw, inside = 'a') =>
  object('networking.k8s.io/v1', 'NetworkPolicy', name, { spec }, namespaced(inside));
const clusterPolicy = (name: string, spec: Raw) =>
  object('policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy', name, {
    spec: { tier: 'Admin', priority: 1, subject: { namespaces: {} }, ...spec },
  });
const list = (...items: readonly Raw[]) => ({
  apiVersion: 'v1',
  kind: 'List',
  items,
  metadata: { resourceVersion: '' },
});
const load = (...items: readonly Raw[]) => loadText(JSON.stringify(list(...items), null, 2));

const IGNORED = /^(Tier\/|Profile\/projectcalico)/;
const keys = ({ resources }: LoadResult) =>
  resources
    .map(({ kind, metadata }) => [kind, metadata.namespace, metadata.name].filter(Boolean).join('/'))
    .filter((key) => !IGNORED.test(key));
const said = ({ problems }: LoadResult) =>
  problems.map(({ severity, code, message }) => `${severity} ${code}: ${message}`);

describe('what kubectl prints', () => {
  const everything = [
    namespace('a', { env: 'prod' }),
    object('v1', 'ServiceAccount', 'web', {}, namespaced('a')),
    object('v1', 'Node', 'n1', { status: { addresses: [{ type: 'InternalIP', address: '192.0.2.1' }] } }),
    pod('x', '10.0.0.1', { spec: { serviceAccountName: 'web' } }),
    object('v1', 'Service', 's', { spec: { clusterIP: '10.9.0.1' } }, namespaced('a')),
    object(
      'discovery.k8s.io/v1',
      'EndpointSlice',
      's-1',
      { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'] }], ports: [{ port: 80 }] },
      namespaced('a', { 'kubernetes.io/service-name': 's' }),
    ),
    networkPolicy('deny', { podSelector: {} }),
    clusterPolicy('admin', { egress: [{ action: 'Deny', to: [{ nodes: {} }] }] }),
  ];
  const expected = [
    'Profile/kns.a',
    'Profile/ksa.a.web',
    'Node/n1',
    'WorkloadEndpoint/a/n1-k8s-x-eth0',
    'KubernetesEndpointSlice/a/s-1',
    'KubernetesNetworkPolicy/a/deny',
    'KubernetesClusterNetworkPolicy/admin',
  ];

  it.each<[string, string]>([
    ['a list in JSON', JSON.stringify(list(...everything))],
    ['a list in YAML (flow)', `# a comment\n${JSON.stringify(list(...everything))}`],
    ['documents', everything.map((each) => JSON.stringify(each)).join('\n---\n')],
  ])('%s', async (_name, text) => {
    const result = await loadText(text);
    expect(said(result)).toEqual([]);
    expect(keys(result)).toEqual(expected);
  });

  it('typed lists, whose items leave out their kind', async () => {
    const { apiVersion: _, kind: __, ...item } = pod('x', '10.0.0.1');
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'PodList', items: [item] });
    const result = await loadText(`${text}\n---\n${JSON.stringify(namespace('a'))}`);
    expect(said(result)).toEqual([]);
    expect(keys(result)).toContain('WorkloadEndpoint/a/n1-k8s-x-eth0');
  });

  it('the order does not matter: nodes may follow the policies that select them', async () => {
    const { resources } = await load(...[...everything].reverse());
    const policy = resources.find(({ kind }) => kind === 'KubernetesClusterNetworkPolicy');
    expect(policy?.spec).toMatchObject({ egress: [{ destination: { nets: ['192.0.2.1/32'] } }] });
  });
});

describe('other kinds', () => {
  it('are named once each', async () => {
    const deployment = object('apps/v1', 'Deployment', 'd', {}, namespaced('a'));
    const result = await load(deployment, deployment, object('networking.k8s.io/v1', 'Ingress', 'i'));
    expect(said(result)).toEqual([
      'warning resource/not-relevant: Deployment (apps/v1) is not relevant to policy (2 of them)',
      'warning resource/not-relevant: Ingress (networking.k8s.io/v1) is not relevant to policy',
    ]);
    expect(result.problems[0]?.place).toMatchObject({ line: 7 });
  });

  it.each([
    ['policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy', undefined],
    ['extensions/v1beta1', 'NetworkPolicy', 'write "apiVersion: networking.k8s.io/v1"'],
    ['networking.k8s.io/v1beta1', 'NetworkPolicy', 'write "apiVersion: networking.k8s.io/v1"'],
    ['v1', 'NetworkPolicy', 'write "apiVersion: networking.k8s.io/v1"'],
    ['projectcalcio.org/v3', 'GlobalNetworkPolicy', undefined],
    ['discovery.k8s.io/v1beta1', 'EndpointSlice', 'write "apiVersion: discovery.k8s.io/v1"'],
  ])('%s %s may be about policy, and is not skipped', async (apiVersion, kind, hint) => {
    const result = await load(object(apiVersion, kind, 'x'));
    expect(result.problems.map((p) => [p.severity, p.code, p.hint])).toEqual([
      ['error', 'resource/api-version', hint],
    ]);
  });

  it('a Service of somebody else is no Service', async () => {
    const result = await load(object('serving.knative.dev/v1', 'Service', 's'));
    expect(said(result)).toEqual([
      'warning resource/not-relevant: Service (serving.knative.dev/v1) is not relevant to policy',
    ]);
  });
});

describe('pods that are not policed', () => {
  it('are named once for each reason', async () => {
    const result = await load(
      namespace('a'),
      pod('proxy', '192.0.2.1', { spec: { hostNetwork: true } }),
      pod('dns', '192.0.2.2', { spec: { hostNetwork: true } }),
      pod('pending', undefined, { spec: { nodeName: undefined }, status: { phase: 'Pending' } }),
      pod('starting', undefined, { status: { phase: 'Pending' } }),
      pod('job-1', '10.0.0.9', { status: { phase: 'Succeeded' } }),
      pod('job-2', '10.0.0.9', { status: { phase: 'Failed' } }),
      pod('job-3', '10.0.0.9', { status: { phase: 'Failed' } }),
    );
    expect(said(result)).toEqual([
      'warning kubernetes/host-network: Pod/a/proxy and 1 more are on the host’s network: they are no endpoints',
      'warning kubernetes/no-node: Pod/a/pending is on no node yet, and counts as absent',
      'warning kubernetes/no-address: Pod/a/starting has no address yet, and counts as absent',
      'warning kubernetes/finished: Pod/a/job-1 and 2 more have finished, and count as absent',
    ]);
    expect(keys(result)).toEqual(['Profile/kns.a']);
  });

  it('a pod whose address is none is an error, at its place', async () => {
    const { problems } = await load(namespace('a'), pod('x', '10.0.0.x'));
    expect(problems).toMatchObject([
      {
        severity: 'error',
        code: 'convert/address',
        resource: 'Pod/a/x',
        path: ['status', 'podIPs', 0, 'ip'],
      },
    ]);
    expect(problems[0]?.place?.line).toBeGreaterThan(40);
  });
});

it('two pods with one address', async () => {
  const result = await load(namespace('a'), pod('x', '10.0.0.1'), pod('y', '10.0.0.1'));
  expect(said(result)).toEqual([
    'warning kubernetes/shared-address: ' +
      'Pod/a/y has the address 10.0.0.1, as Pod/a/x has: rules about one are about both',
  ]);
  expect(keys(result)).toHaveLength(3);
});

it('a namespace that is not in the input', async () => {
  const result = await load(
    pod('x', '10.0.0.1', { spec: { serviceAccountName: 's' } }),
    networkPolicy('p', {}, 'b'),
  );
  expect(said(result)).toEqual([
    'warning kubernetes/unknown-namespace: namespace a is not in the input: its labels are unknown',
    'warning kubernetes/unknown-namespace: namespace b is not in the input: its labels are unknown',
  ]);
  expect(keys(result).filter((key) => key.startsWith('Profile'))).toEqual([
    'Profile/kns.a',
    'Profile/ksa.a.s',
    'Profile/kns.b',
  ]);
  const profile = result.resources.find(({ metadata }) => metadata.name === 'kns.a');
  expect(profile?.spec).toMatchObject({
    labelsToApply: labelMap(
      new Map([
        ['pcns.kubernetes.io/metadata.name', 'a'],
        ['pcns.projectcalico.org/name', 'a'],
      ]),
    ),
  });
});

it('service accounts that are not in the input, where a policy asks for them', async () => {
  const calico = {
    apiVersion: 'projectcalico.org/v3',
    kind: 'GlobalNetworkPolicy',
    metadata: { name: 'p' },
    spec: { serviceAccountSelector: 'role == "x"' },
  };
  const withAccount = pod('x', '10.0.0.1', { spec: { serviceAccountName: 's' } });
  expect(said(await load(namespace('a'), withAccount))).toEqual([]);
  expect(said(await load(namespace('a'), withAccount, calico))).toEqual([
    'warning kubernetes/unknown-service-account: ' +
      'Pod/a/x has a service account that is not in the input: its labels are unknown',
  ]);
});

it('EndpointSlices without a Service', async () => {
  const slice = (name: string, labels: Raw) =>
    object(
      'discovery.k8s.io/v1',
      'EndpointSlice',
      name,
      { endpoints: [], ports: [] },
      namespaced('a', labels),
    );
  const result = await load(slice('named', { 'kubernetes.io/service-name': 's' }), slice('loose', {}));
  expect(said(result)).toEqual([
    'warning kubernetes/slice-without-service: KubernetesEndpointSlice/a/named belongs to a Service that is not in ' +
      'the input; rules that name it find the endpoints nevertheless',
    'warning kubernetes/slice-without-name: KubernetesEndpointSlice/a/loose is without the label ' +
      'kubernetes.io/service-name: no rule can name it',
  ]);
  expect(keys(result)).toEqual(['KubernetesEndpointSlice/a/named']);
});

it('limits that cannot be read, once for the pods of a template', async () => {
  const limited = (name: string, ip: string, value: string) => {
    const raw = pod(name, ip) as { readonly metadata: Raw };
    const annotations = { 'qos.projectcalico.org/ingressBandwidth': value };
    return { ...raw, metadata: { ...raw.metadata, annotations } };
  };
  const result = await load(
    namespace('a'),
    limited('x1', '10.0.0.1', 'much'),
    limited('x2', '10.0.0.2', 'much'),
    limited('x3', '10.0.0.3', 'more'),
  );
  expect(said(result)).toEqual([
    'warning convert/qos: "much" is no quantity, and does not count (so in 2 pods)',
    'warning convert/qos: "more" is no quantity, and does not count',
  ]);
  expect(result.problems[0]?.place).toBeDefined();
  expect(keys(result).filter((key) => key.startsWith('WorkloadEndpoint/'))).toHaveLength(3);
});

it('two ClusterNetworkPolicies of one priority', async () => {
  const rules = { ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] };
  const result = await load(
    clusterPolicy('b', rules),
    clusterPolicy('a', rules),
    clusterPolicy('c', { ...rules, tier: 'Baseline' }),
  );
  expect(said(result)).toEqual([
    'warning kubernetes/priority-tie: KubernetesClusterNetworkPolicy/b has priority 1 in tier Admin, as ' +
      'KubernetesClusterNetworkPolicy/a has: the one whose name comes first goes first',
  ]);
});

describe('dumps that overlap', () => {
  it('may say the same twice, whatever else has changed', async () => {
    const first = list(
      namespace('a'),
      pod('x', '10.0.0.1'),
      pod('proxy', '192.0.2.1', { spec: { hostNetwork: true } }),
    );
    const again = list(
      { ...namespace('a'), status: { phase: 'Active' } },
      pod('x', '10.0.0.1', { status: { conditions: [{ type: 'Ready' }] } }),
      pod('proxy', '192.0.2.1', { spec: { hostNetwork: true } }),
    );
    await inDirectory(
      { '1.json': JSON.stringify(first), '2.json': JSON.stringify(again) },
      async (directory) => {
        const result = await loadFiles([directory]);
        expect(said(result)).toEqual([
          'warning kubernetes/host-network: Pod/a/proxy is on the host’s network: it is no endpoint',
        ]);
        expect(keys(result)).toEqual(['Profile/kns.a', 'WorkloadEndpoint/a/n1-k8s-x-eth0']);
      },
    );
  });

  it('but not two different things', async () => {
    const result = await load(
      namespace('a'),
      pod('x', '10.0.0.1'),
      pod('x', '10.0.0.2'),
      pod('y', '10.0.0.3'),
      pod('y', '10.0.0.3', { spec: { nodeName: 'n2' } }),
      networkPolicy('p', {}),
      networkPolicy('p', { policyTypes: ['Egress'] }),
    );
    expect(said(result)).toEqual([
      'error resource/duplicate: Pod/a/x is given twice',
      'error resource/duplicate: Pod/a/y is given twice',
      'error resource/duplicate: KubernetesNetworkPolicy/a/p is given twice',
    ]);
  });

  it.each([false, true])(
    'nor two different things of Kubernetes and Calico (reversed: %s)',
    async (reversed) => {
      const same = {
        apiVersion: 'projectcalico.org/v3',
        kind: 'Profile',
        metadata: { name: 'kns.a' },
        spec: {
          ingress: [{ action: 'Allow' }],
          egress: [{ action: 'Allow' }],
          labelsToApply: { 'pcns.projectcalico.org/name': 'a' },
        },
      };
      const other = { ...same, metadata: { name: 'kns.b' } };
      const items = [namespace('a'), namespace('b'), same, other];
      const result = await load(...(reversed ? items.reverse() : items));
      expect(said(result)).toEqual(['error resource/duplicate: Profile/kns.b is given twice']);
    },
  );
});

describe('places', () => {
  const POLICY = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: a}
spec:
  podSelector: {}
  ingress:
  - from:
    - podSelector: {}
    - ipBlock: {cidr: 10.0.0.0/8}
    ports:
    - port: 80
  - from:
    - podSelector: {matchExpressions: [{key: k, operator: Weird}]}
`;

  it('a problem is placed in the Kubernetes object', async () => {
    const { problems, resources } = await loadText(POLICY);
    expect(problems[0]).toMatchObject({
      code: 'resource/value',
      resource: 'KubernetesNetworkPolicy/a/p',
      place: { line: 13, column: 59 },
    });
    expect(resources.some(({ kind }) => kind === 'KubernetesNetworkPolicy')).toBe(false);
  });

  it('a rule of a converted policy is found in the rule it came from', async () => {
    const { origins } = await loadText(POLICY.replace(', operator: Weird', ', operator: Exists'));
    const key = 'KubernetesNetworkPolicy/a/p';
    const lineOf = (index: number) => origins.locate(key, ['spec', 'ingress', index])?.line;
    expect([lineOf(0), lineOf(1), lineOf(2)]).toEqual([8, 9, 13]);
    expect(origins.locate(key)?.line).toBe(3);
    expect(ruleId(key, 'ingress', 1)).toBe('KubernetesNetworkPolicy/a/p/ingress/1');
  });

  it('an endpoint is found in its pod, by either name', async () => {
    const { origins } = await load(pod('x', '10.0.0.1'));
    const place = origins.locate('Pod/a/x');
    expect(place?.line).toBe(9);
    expect(origins.locate('WorkloadEndpoint/a/n1-k8s-x-eth0')).toEqual(place);
  });

  it('a staged Kubernetes policy, a kind of Calico, has its rules placed too', async () => {
    const staged = POLICY.replace('networking.k8s.io/v1', 'projectcalico.org/v3')
      .replace('kind: NetworkPolicy', 'kind: StagedKubernetesNetworkPolicy')
      .replace('Weird', 'Exists');
    const { origins, problems } = await loadText(staged);
    expect(problems).toEqual([]);
    const key = 'StagedKubernetesNetworkPolicy/a/p';
    expect(origins.locate(key, ['spec', 'ingress', 2])?.line).toBe(13);
  });
});

it('the interface of a pod may be told', async () => {
  const interfaceName = (addresses: readonly string[]) =>
    addresses[0] === '10.0.0.1/32' ? 'veth1' : undefined;
  const text = JSON.stringify(list(namespace('a'), pod('x', '10.0.0.1'), pod('y', '10.0.0.2')));
  const { resources, problems } = await loadText(text, { interfaceName });
  expect(problems.map(({ message }) => message)).toEqual([
    'Pod/a/y has no route of its own on this host: its interface is not known, and it is not policed',
  ]);
  expect((await loadText(text, { interfaceName, node: 'n2' })).problems).toEqual([]);
  const names = resources.flatMap((each) =>
    each.kind === 'WorkloadEndpoint' ? [each.spec.interfaceName] : [],
  );
  expect(names).toEqual(['veth1', expect.stringMatching(/^cali[0-9a-f]{11}$/)]);
});
