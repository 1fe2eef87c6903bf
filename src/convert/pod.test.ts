// Pods as Calico converts them: recorded from Calico against a real API server (testing/pods.json: the pod in a few words,
// and what is particular about its endpoint), and the pods that it leaves out.
import { labelMap } from '../resources/index.ts';
import { describe, expect, it } from 'vitest';
import { calicoInterface, convertPod, whyNoEndpoint } from './pod.ts';
import recorded from './testing/pods.json' with { type: 'json' };
import { faults, object } from './testing/read.ts';

interface Words {
  readonly [field: string]: unknown;
  readonly annotations?: Record<string, string>;
  readonly labels?: Record<string, string>;
  readonly node?: string | null;
  readonly podIPs?: readonly string[];
}

function pod(name: string, words: Words) {
  const [namespace, ...rest] = name.split('/');
  const container = (ports: unknown) => [{ name: 'c', image: 'i', ...(ports ? { ports } : {}) }];
  const raw = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: rest.join('/'),
      namespace,
      ...(words.labels && { labels: words.labels }),
      ...(words.annotations && { annotations: words.annotations }),
      ...(words['generateName'] ? { generateName: words['generateName'] } : {}),
      ...(name.includes('/term') && { deletionTimestamp: '2026-11-22T01:35:34Z' }),
      managedFields: [{ manager: 'kubectl' }],
    },
    spec: {
      ...(words.node === null ? {} : { nodeName: words.node ?? 'node-1' }),
      ...(words['hostNetwork'] ? { hostNetwork: true } : {}),
      ...(words['serviceAccountName'] ? { serviceAccountName: words['serviceAccountName'] } : {}),
      containers: container(words['ports']),
      initContainers: container(words['initPorts']),
      dnsPolicy: 'ClusterFirst',
    },
    status: {
      phase: words['phase'] ?? 'Running',
      ...(words.podIPs && { podIP: words.podIPs[0], podIPs: words.podIPs.map((ip) => ({ ip })) }),
      conditions: [],
    },
  };
  return object('Pod', raw);
}

type Recorded = readonly [name: string, words: Words, expected: Record<string, unknown> | null];
const pods = recorded as unknown as readonly Recorded[];

const found = (name: string) => {
  const entry = pods.find(([each]) => each === name);
  if (!entry) throw new Error(name);
  return convertPod(pod(name, entry[1]));
};

describe('recorded pods', () => {
  const converted = pods.filter(([, , expected]) => expected !== null);
  it('are many', () => expect([pods.length, converted.length]).toEqual([28, 23]));

  it.each(converted)('%s', (name, words, expected) => {
    const [namespace = ''] = name.split('/');
    const { value, problems } = convertPod(pod(name, words));
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const { orchestrator, endpoint, node, pod: podName, ports, ...spec } = value?.spec ?? {};
    expect([orchestrator, endpoint, node, podName, ports]).toEqual([
      'k8s',
      'eth0',
      words.node ?? 'node-1',
      name.slice(namespace.length + 1),
      [],
    ]);
    const { name: wanted, labels, ...rest } = expected ?? {};
    expect(value?.metadata.name).toBe(wanted);
    expect(Object.fromEntries(value?.metadata.labels ?? [])).toEqual({
      'projectcalico.org/namespace': namespace,
      'projectcalico.org/orchestrator': 'k8s',
      ...(labels as object | undefined),
    });
    expect(spec).toEqual({ ipNetworks: [], profiles: [`kns.${namespace}`], ...rest });
  });

  it('prod/dual-ips, in full', () => {
    const { value } = found('prod/dual-ips');
    expect(value?.metadata).toEqual({
      name: 'node--1-k8s-dual--ips-eth0',
      namespace: 'prod',
      annotations: new Map([['k8s.v1.cni.cncf.io/network-status', '[{"name":"x"}]']]),
      labels: labelMap(
        new Map([
          ['app', 'web'],
          ['tier', 'front'],
          ['projectcalico.org/namespace', 'prod'],
          ['projectcalico.org/orchestrator', 'k8s'],
          ['projectcalico.org/serviceaccount', 'web'],
        ]),
      ),
      other: { generateName: 'dual-' },
    });
    expect(value?.spec).toEqual({
      containerID: 'abc123',
      endpoint: 'eth0',
      interfaceName: 'cali594d03df4e0',
      ipNetworks: ['10.65.0.10/32', 'fd00:65::10/128'],
      node: 'node-1',
      orchestrator: 'k8s',
      pod: 'dual-ips',
      ports: [
        { name: 'http', port: 8080, protocol: 'TCP' },
        { name: '', port: 7070, protocol: 'TCP', hostPort: 7071, hostIP: '127.0.0.1' },
        { name: 'sig', port: 3868, protocol: 'SCTP' },
        { name: 'dns', port: 53, protocol: 'UDP', hostPort: 5353 },
        { name: 'init-p', port: 1234, protocol: 'TCP' },
      ],
      profiles: ['kns.prod', 'ksa.prod.web'],
      serviceAccountName: 'web',
    });
  });

  it('that are no endpoints', () => {
    for (const [name, why] of [
      ['prod/hostnet', 'host-network'],
      ['prod/unscheduled', 'no-node'],
    ] as const) {
      const [, words = {}] = pods.find(([each]) => each === name) ?? [];
      expect(whyNoEndpoint(pod(name, words))).toBe(why);
      expect(found(name)).toEqual({ problems: [] });
    }
  });

  it('that Calico cannot convert', () => {
    expect(faults(found('prod/ann-bad').problems)).toEqual([
      'metadata.annotations.cni.projectcalico.org/podIP: invalid address "not-an-ip"',
    ]);
    expect(faults(found('prod/asp-bad').problems)).toEqual([
      'metadata.annotations.cni.projectcalico.org/allowedSourcePrefixes: invalid CIDR "nope"',
    ]);
    expect([found('prod/ann-bad').value, found('prod/asp-bad').value]).toEqual([undefined, undefined]);
  });
});

it('interfaces are named by hash', () => {
  expect(calicoInterface('default', 'nginx')).toBe('calic440f455693');
  expect(calicoInterface('kube-system', 'coredns-abc')).toBe('cali3d5d6ab04b5');
});

it('an interface may be told instead', () => {
  const given = pod('prod/x', { podIPs: ['10.0.0.1'] });
  const interfaceName = (addresses: readonly string[]) =>
    addresses[0] === '10.0.0.1/32' ? 'veth1' : undefined;
  expect(convertPod(given, { interfaceName }).value?.spec.interfaceName).toBe('veth1');
});

it('a broken list of floating addresses is a problem of its annotation', () => {
  const annotations = { 'cni.projectcalico.org/floatingIPs': '[1]' };
  expect(faults(convertPod(pod('prod/x', { annotations, podIPs: ['10.0.0.1'] })).problems)).toEqual([
    'metadata.annotations.cni.projectcalico.org/floatingIPs: is no JSON list of strings',
  ]);
});
