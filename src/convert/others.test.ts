// Namespaces, service accounts, nodes and EndpointSlices by example.
import { labelMap } from '../resources/index.ts';
import { describe, expect, it } from 'vitest';
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

describe('what Calico keeps in annotations of a node', () => {
  const at = (name: string) => `projectcalico.org/${name}`;
  const spec = { podCIDR: '10.244.1.0/24', podCIDRs: ['10.244.1.0/24', 'fd00:244:1::/64'] };
  const all = {
    [at('IPv4Address')]: '192.0.2.1/24',
    [at('IPv6Address')]: '2001:db8::1',
    [at('ASNumber')]: '1.10',
    [at('RouteReflectorClusterID')]: '244.0.0.1',
    [at('IPv4IPIPTunnelAddr')]: '10.65.0.1',
    [at('IPv4VXLANTunnelAddr')]: '10.65.0.2',
    [at('IPv6VXLANTunnelAddr')]: 'fd00::2',
    [at('VXLANTunnelMACAddr')]: '66:11:22:33:44:55',
    [at('VXLANTunnelMACAddrV6')]: '66:11:22:33:44:56',
    [at('IPv4WireguardInterfaceAddr')]: '10.65.0.3',
    [at('IPv6WireguardInterfaceAddr')]: 'fd00::3',
    [at('WireguardPublicKey')]: 'k4',
    [at('WireguardPublicKeyV6')]: 'k6',
    [at('Interfaces')]: '[{"name":"eth1","addresses":["198.51.100.1","nonsense"],"mtu":1}]',
    [at('annotations')]: '{"note":"x","bad":1}',
  };
  const node = (annotations: Record<string, string>) =>
    convert('v1', 'Node', { name: 'n', annotations }, { spec });

  it('is all of it shown', () => {
    expect(node(all)).toEqual({
      apiVersion: 'projectcalico.org/v3',
      kind: 'Node',
      metadata: { name: 'n', annotations: new Map([['note', 'x']]) },
      spec: {
        bgp: {
          asNumber: 65_546,
          ipv4Address: '192.0.2.1/24',
          ipv6Address: '2001:db8::1',
          ipv4IPIPTunnelAddr: '10.65.0.1',
          routeReflectorClusterID: '244.0.0.1',
        },
        ipv4VXLANTunnelAddr: '10.65.0.2',
        ipv6VXLANTunnelAddr: 'fd00::2',
        vxlanTunnelMACAddr: '66:11:22:33:44:55',
        vxlanTunnelMACAddrV6: '66:11:22:33:44:56',
        wireguard: { interfaceIPv4Address: '10.65.0.3', interfaceIPv6Address: 'fd00::3' },
        interfaces: [{ name: 'eth1', addresses: ['198.51.100.1'] }],
        orchRefs: [{ nodeName: 'n', orchestrator: 'k8s' }],
        addresses: [
          { address: '192.0.2.1/24', type: 'CalicoNodeIP' },
          { address: '2001:db8::1', type: 'CalicoNodeIP' },
        ],
      },
      status: { podCIDRs: spec.podCIDRs, wireguardPublicKey: 'k4', wireguardPublicKeyV6: 'k6' },
    });
  });

  it('counts only where the field can have it, family and host bits included', () => {
    const wrong = {
      [at('IPv4Address')]: '2001:db8::1/64',
      [at('IPv6Address')]: '192.0.2.1/24',
      [at('ASNumber')]: '70000000000',
      [at('RouteReflectorClusterID')]: 'nonsense',
      [at('IPv4IPIPTunnelAddr')]: '10.65.0.1/24',
      [at('IPv4VXLANTunnelAddr')]: 'fd00::2',
      [at('VXLANTunnelMACAddr')]: '66:11',
      [at('Interfaces')]: '[{"name":7}]',
      [at('labels')]: '{bad',
    };
    const { metadata, spec: converted } = node(wrong) ?? {};
    expect([metadata, converted]).toEqual([
      { name: 'n' },
      { orchRefs: [{ nodeName: 'n', orchestrator: 'k8s' }] },
    ]);
  });

  it('gives way to the pod CIDR where tunnels follow that', () => {
    const { value } = read({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n', annotations: { ...all, [at('ASNumber')]: '' } },
      spec,
    });
    const converted = value && convertObject(value, { usePodCidr: true }).value;
    expect(converted?.spec).toMatchObject({
      bgp: { ipv4IPIPTunnelAddr: '10.244.1.1', ipv4Address: '192.0.2.1/24' },
      wireguard: { interfaceIPv4Address: '10.244.1.1' },
    });
    expect(converted?.spec).not.toHaveProperty('wireguard.interfaceIPv6Address');
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
