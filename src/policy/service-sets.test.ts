// Sets of services by example: what slices give, counted across slices and followed through every change.
import { expect, it } from 'vitest';
import type { KubernetesEndpointSlice, Resource } from '../resources/index.ts';
import { sortMembers } from '../net/index.ts';
import { createGraph, type Graph } from './graph.ts';
import { endpoint, keyOf, networkPolicy } from './testing/resources.ts';

const TCP_80 = { protocol: 'TCP', port: 80 } as const;

function slice(
  name: string,
  addresses: string,
  ports: KubernetesEndpointSlice['spec']['ports'],
  service = 'web',
) {
  return {
    apiVersion: 'projectcalico.org/v3',
    kind: 'KubernetesEndpointSlice',
    metadata: { name, namespace: 'y' },
    spec: { service, addresses: addresses.split(' '), ports },
  } as const;
}

function policy(...directions: ('ingress' | 'egress')[]): Resource {
  const services = { name: 'web' };
  return networkPolicy('y/p', {
    types: ['Ingress', 'Egress'],
    ...(directions.includes('ingress') && { ingress: [{ action: 'Allow', source: { services } }] }),
    ...(directions.includes('egress') && { egress: [{ action: 'Allow', destination: { services } }] }),
  });
}

function put(graph: Graph, ...resources: readonly Resource[]): void {
  graph.onUpdates(resources.map((value) => ({ key: keyOf(value), value })));
  graph.onStatus('in-sync');
  graph.flush();
}

function remove(graph: Graph, resource: Resource): void {
  graph.onUpdates([{ key: keyOf(resource) }]);
  graph.flush();
}

const setsOf = (graph: Graph) =>
  Object.fromEntries(
    [...graph.nodePolicy('n1').ipSets.values()].map(({ description, members }) => [
      description,
      sortMembers([...members]).join(' '),
    ]),
  );

function start(...resources: readonly Resource[]): Graph {
  const graph = createGraph({ nodes: ['n1'] });
  put(graph, endpoint('y/a', '10.0.0.9'), ...resources);
  return graph;
}

const WITH_PORTS = 'service y/web';
const ADDRESSES = 'addresses of service y/web';

it('a destination has ports, a source has none', () => {
  const web = slice('s', '10.0.0.1 fd00::1', [TCP_80, { protocol: 'UDP', port: 53 }]);
  expect(setsOf(start(policy('ingress', 'egress'), web))).toEqual({
    [WITH_PORTS]: '10.0.0.1,tcp:80 10.0.0.1,udp:53 fd00::1,tcp:80 fd00::1,udp:53',
    [ADDRESSES]: '10.0.0.1/32 fd00::1/128',
  });
});

it('a service without slices is an empty set, and a warning', () => {
  const graph = start(policy('egress'));
  expect(setsOf(graph)).toEqual({ [WITH_PORTS]: '' });
  expect(graph.problems().map(({ code, path }) => [code, path?.join('.')])).toEqual([
    ['policy/services', 'spec.egress.0.destination.services'],
  ]);
  put(graph, slice('s', '10.0.0.1', [TCP_80]));
  expect(setsOf(graph)).toEqual({ [WITH_PORTS]: '10.0.0.1,tcp:80' });
  expect(graph.problems()).toEqual([]);
});

it('a member goes with the last slice that gives it', () => {
  const first = slice('s1', '10.0.0.1 10.0.0.2', [TCP_80]);
  const second = slice('s2', '10.0.0.2', [TCP_80]);
  const graph = start(policy('egress'), first, second);
  remove(graph, first);
  expect(setsOf(graph)).toEqual({ [WITH_PORTS]: '10.0.0.2,tcp:80' });
  put(graph, slice('s2', '10.0.0.3', [TCP_80]));
  expect(setsOf(graph)).toEqual({ [WITH_PORTS]: '10.0.0.3,tcp:80' });
  remove(graph, second);
  expect(setsOf(graph)).toEqual({ [WITH_PORTS]: '' });
});

it('a slice may change to another service', () => {
  const graph = start(policy('egress'), slice('s', '10.0.0.1', [TCP_80]));
  put(graph, slice('s', '10.0.0.1', [TCP_80], 'other'));
  expect(setsOf(graph)).toEqual({ [WITH_PORTS]: '' });
  expect(graph.problems()).toHaveLength(1);
});

it('a set is there only while a rule names it', () => {
  const graph = start(policy('ingress', 'egress'), slice('s', '10.0.0.1', [TCP_80]));
  put(graph, policy('ingress'));
  expect(setsOf(graph)).toEqual({ [ADDRESSES]: '10.0.0.1/32' });
  remove(graph, policy());
  expect(setsOf(graph)).toEqual({});
  put(graph, slice('s', '10.0.0.7', [TCP_80]), policy('egress'));
  expect(setsOf(graph)).toEqual({ [WITH_PORTS]: '10.0.0.7,tcp:80' });
});
