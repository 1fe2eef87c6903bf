import { expect, it } from 'vitest';
import { createGraph } from './graph.ts';
import { endpointsByInterface, isWorkloadInterface } from './interfaces.ts';
import { endpoint, keyOf } from './testing/resources.ts';

const graph = createGraph({ nodes: ['n1'] });
const resources = [
  endpoint('b/late', '10.0.0.2', { interface: 'cali0' }),
  endpoint('a/early', '10.0.0.1', { interface: 'cali0' }),
  endpoint('a/odd', '10.0.0.3', { interface: 'veth7' }),
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
