import { expect, it } from 'vitest';
import { createGraph } from './graph.ts';
import { endpointsByInterface, hostInterfaces, isWorkloadInterface } from './interfaces.ts';
import { endpoint, hostEndpoint, keyOf } from './testing/resources.ts';

const graph = createGraph({ nodes: ['n1'] });
const resources = [
  endpoint('b/late', '10.0.0.2', { interface: 'cali0' }),
  endpoint('a/early', '10.0.0.1', { interface: 'cali0' }),
  endpoint('a/odd', '10.0.0.3', { interface: 'veth7' }),
  hostEndpoint('all-z', { interface: '*' }),
  hostEndpoint('all-a', { interface: '*' }),
  hostEndpoint('named-b', { interface: 'eth0' }),
  hostEndpoint('named-c', { interface: 'eth0' }),
  hostEndpoint('absent', { interface: 'eth9' }),
  hostEndpoint('workload-1', { interface: 'cali0' }),
  hostEndpoint('workload-2', { interface: 'veth7' }),
  hostEndpoint('by-address', { expected: '192.168.0.1 fd00::1' }),
  hostEndpoint('z-by-address', { expected: '192.168.0.1' }),
  hostEndpoint('on-workload', { expected: '10.0.0.3' }),
  hostEndpoint('lost', { expected: '192.168.0.99' }),
  hostEndpoint('far', { interface: 'eth0', node: 'n2' }),
];
graph.onUpdates(resources.map((value) => ({ key: keyOf(value), value })));
graph.onStatus('in-sync');
graph.flush();
const policy = graph.nodePolicy('n1');

it('of two endpoints on one interface the smallest id wins', () => {
  const winners = [...endpointsByInterface(policy)].map(([name, { id }]) => [name, id]);
  expect(winners).toEqual([
    ['cali0', 'WorkloadEndpoint/a/n1-k8s-early-eth0'],
    ['veth7', 'WorkloadEndpoint/a/n1-k8s-odd-eth0'],
  ]);
});

it.each([
  ['cali0', true],
  ['calixyz', true],
  ['veth7', true],
  ['veth70', false],
  ['eth0', false],
  ['xcali', false],
])('%s belongs to a workload: %s', (name, expected) => {
  expect(isWorkloadInterface(policy, name)).toBe(expected);
});

const facts = {
  interfaces: [
    { name: 'wlan0', addresses: ['fd00::1'] },
    { name: 'eth0', addresses: ['192.168.0.1'] },
    { name: 'eth1', addresses: ['192.168.0.1', '10.9.9.9'] },
    { name: 'veth7', addresses: ['10.0.0.3'] },
  ],
};
const resolved = (known?: typeof facts) => {
  const { named, any } = hostInterfaces(policy, known);
  return { named: [...named].map(([name, { id }]) => `${name} ${id}`), any: any?.id };
};

it('host endpoints find their interfaces by name or address, the smallest id first', () => {
  expect(resolved(facts)).toEqual({
    named: [
      'eth0 HostEndpoint/by-address',
      'eth1 HostEndpoint/by-address',
      'eth9 HostEndpoint/absent',
      'wlan0 HostEndpoint/by-address',
    ],
    any: 'HostEndpoint/all-a',
  });
});

it('without facts only names count', () => {
  expect(resolved()).toEqual({
    named: ['eth0 HostEndpoint/named-b', 'eth9 HostEndpoint/absent'],
    any: 'HostEndpoint/all-a',
  });
});
