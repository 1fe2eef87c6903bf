// Namespaces, service accounts, nodes and EndpointSlices by example.
import { labelMap } from '../resources/index.ts';
import { expect, it } from 'vitest';
import { convertObject } from './object.ts';
import { read } from './testing/read.ts';

function convert(apiVersion: string, kind: string, metadata: Record<string, unknown>, more = {}) {
  const { value, problems } = read({ apiVersion, kind, metadata, ...more });
  if (!value) throw new Error(JSON.stringify(problems));
  return convertObject(value).value;
}

it('a namespace allows everything, and hands its labels down', () => {
  const labels = { env: 'prod', 'projectcalico.org/name': 'claimed' };
  expect(
    convert('v1', 'Namespace', { name: 'a', labels }, { spec: { finalizers: ['kubernetes'] } }),
  ).toMatchObject({
    kind: 'Profile',
    metadata: { name: 'kns.a' },
    spec: {
      ingress: [{ action: 'Allow' }],
      egress: [{ action: 'Allow' }],
      labelsToApply: labelMap(
        new Map([
          ['pcns.env', 'prod'],
          ['pcns.projectcalico.org/name', 'a'],
        ]),
      ),
    },
  });
});

it('a service account has no rules; dots stay', () => {
  expect(convert('v1', 'ServiceAccount', { name: 'a.b', namespace: 'x', labels: { r: '' } })).toMatchObject({
    metadata: { name: 'ksa.x.a.b' },
    spec: {
      ingress: [],
      egress: [],
      labelsToApply: labelMap(
        new Map([
          ['pcsa.r', ''],
          ['pcsa.projectcalico.org/name', 'a.b'],
        ]),
      ),
    },
  });
});

it('a node: labels of Kubernetes win, bad annotations are ignored', () => {
  const annotations = {
    'projectcalico.org/IPv4Address': '192.0.2.1/24',
    'projectcalico.org/IPv6Address': 'nonsense',
    'projectcalico.org/ASNumber': '64512',
    'projectcalico.org/labels': '{"zone":"b","only":"calico"}',
  };
  const addresses = [
    { type: 'Hostname', address: 'n' },
    { type: 'ExternalIP', address: '198.51.100.1' },
    { type: 'InternalIP', address: '192.0.2.1' },
  ];
  expect(
    convert('v1', 'Node', { name: 'n', annotations, labels: { zone: 'a' } }, { status: { addresses } }),
  ).toMatchObject({
    metadata: {
      name: 'n',
      labels: new Map([
        ['zone', 'a'],
        ['only', 'calico'],
      ]),
    },
    spec: {
      bgp: { asNumber: 64512, ipv4Address: '192.0.2.1/24' },
      orchRefs: [{ nodeName: 'n', orchestrator: 'k8s' }],
      addresses: [
        { address: '192.0.2.1/24', type: 'CalicoNodeIP' },
        { address: '198.51.100.1', type: 'ExternalIP' },
        { address: '192.0.2.1', type: 'InternalIP' },
      ],
    },
  });
});

it('a slice: ready or not; names and ports without a number are skipped', () => {
  const labels = { 'kubernetes.io/service-name': 'web' };
  const endpoints = [
    { addresses: ['10.0.0.1'], conditions: { ready: false } },
    { addresses: ['fd00:0::1', 'host.example.com'] },
    { addresses: ['10.0.0.1'] },
  ];
  const ports = [{ name: 'a', port: 80 }, { protocol: 'UDP', port: 53 }, { name: 'all' }];
  const metadata = { name: 'web-abc', namespace: 'x', labels };
  expect(
    convert('discovery.k8s.io/v1', 'EndpointSlice', metadata, { addressType: 'IPv4', endpoints, ports }),
  ).toMatchObject({
    metadata: { name: 'web-abc', namespace: 'x' },
    spec: {
      service: 'web',
      addresses: ['10.0.0.1', 'fd00::1'],
      ports: [
        { protocol: 'TCP', port: 80 },
        { protocol: 'UDP', port: 53 },
      ],
    },
  });
  expect(convert('discovery.k8s.io/v1', 'EndpointSlice', { name: 'x' })).toBeUndefined();
});
