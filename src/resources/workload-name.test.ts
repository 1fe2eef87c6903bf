import { describe, expect, it } from 'vitest';
import { parseWorkloadEndpointName, workloadEndpointName } from './workload-name.ts';
import { faults, raw } from './testing.ts';

describe('names of workload endpoints', () => {
  it.each<[string, string[] | undefined]>([
    ['node-k8s-pod-eth0', ['node', 'k8s', 'pod', 'eth0']],
    ['node-', ['node', '']],
    ['node-k8s-pod--name-', ['node', 'k8s', 'pod-name', '']],
    ['node-libnetwork-libnetwork-eth0', ['node', 'libnetwork', 'libnetwork', 'eth0']],
    ['node-foo--orch-workload-eth0', ['node', 'foo-orch', 'workload', 'eth0']],
    ['coredns-668d6bf9bc-bxhr6', ['coredns', '668d6bf9bc', 'bxhr6']],
    ['calico-kube-controllers-7946b84856-2fwwq', undefined],
    ['', undefined],
  ])('%j is parsed', (name, parts) => {
    expect(parseWorkloadEndpointName(name)).toEqual(parts);
  });

  it.each<[Record<string, string>, string]>([
    [
      { node: 'node-1', orchestrator: 'k8s', pod: 'pod-name', endpoint: 'eth0' },
      'node--1-k8s-pod--name-eth0',
    ],
    [{ node: 'n', orchestrator: 'cni', containerID: 'c', endpoint: 'e', pod: 'p' }, 'n-cni-c-e'],
    [{ node: 'n', orchestrator: 'libnetwork', endpoint: 'e' }, 'n-libnetwork-libnetwork-e'],
    [{ node: 'n', orchestrator: 'x', workload: 'w', endpoint: 'e' }, 'n-x-w-e'],
  ])('%j is named', (spec, name) => {
    expect(workloadEndpointName(spec, () => {})).toBe(name);
  });

  const spec = { node: 'n', orchestrator: 'k8s', pod: 'p', endpoint: 'e', interfaceName: 'cali1' };
  it.each<[Record<string, unknown>, Record<string, unknown>, string[]]>([
    [spec, { name: 'n-k8s-p-e' }, []],
    [spec, {}, []],
    [
      spec,
      { name: 'other' },
      [
        'metadata.name: the WorkloadEndpoint name does not match the primary identifiers assigned in the Spec: ' +
          'expected name n-k8s-p-e',
      ],
    ],
    [
      { ...spec, pod: '', node: undefined },
      {},
      ['spec.node: field should be assigned', 'spec.pod: field should be assigned'],
    ],
    [
      { ...spec, orchestrator: 'cni', containerID: '-c' },
      {},
      ["spec.containerID: field must not begin with a '-'", 'spec.containerID: invalid container ID'],
    ],
  ])('%j with metadata %j', (given, metadata, expected) => {
    expect(faults(raw('WorkloadEndpoint', given, metadata))).toEqual(expected);
  });

  it('checks addresses, NATs and ports', () => {
    const given = {
      ...spec,
      ipNetworks: ['10.0.0.1', '10.0.0.0/24', 'x', 'fd00::1/128'],
      ipNATs: [
        { internalIP: '10.0.0.1', externalIP: 'fd00::9' },
        { internalIP: '10.0.0.9', externalIP: '1.1.1.1' },
      ],
      ports: [
        { protocol: 'TCP', port: 80 },
        { protocol: 'TCP', port: 80, hostPort: 8080 },
        { name: 'icmp', protocol: 'ICMP', port: 1 },
      ],
    };
    expect(faults(raw('WorkloadEndpoint', given, {})).sort()).toEqual([
      'spec.ipNATs[0]: mismatched IP versions',
      'spec.ipNATs[1].internalIP: NAT is not in the endpoint networks',
      'spec.ipNetworks[1]: IP network contains multiple addresses',
      'spec.ipNetworks[2]: invalid CIDR',
      'spec.ports[0].name: WorkloadEndpointPort name must not be empty if no HostPort is specified',
      'spec.ports[2].protocol: WorkloadEndpointPort protocol does not support ports.',
    ]);
  });
});
