import { expect, it } from 'vitest';
import { createGraph } from './graph.ts';
import { endpoint, keyOf, resource } from './testing/resources.ts';

function graphOf(...resources: ReturnType<typeof resource>[]) {
  const graph = createGraph({ nodes: ['n1', 'n2'] });
  graph.onUpdates(resources.map((value) => ({ key: keyOf(value), value })));
  graph.onStatus('in-sync');
  graph.flush();
  return graph;
}

const pool = (name: string, cidr: string, natOutgoing = false) =>
  resource('IPPool', name, { cidr, natOutgoing });

it('names every pool that lies in another, with the closest one around it', () => {
  const graph = graphOf(
    pool('wide', '10.0.0.0/8', true),
    pool('in', '10.1.0.0/16'),
    pool('inner', '10.1.1.0/24'),
    pool('beside', '11.0.0.0/8'),
    pool('six', 'fd00::/64'),
  );
  expect(graph.problems().map((p) => [p.severity, p.code, p.resource, p.message])).toEqual([
    [
      'warning',
      'policy/overlapping-pools',
      'IPPool/in',
      '10.1.0.0/16 overlaps with 10.0.0.0/8 of IPPool/wide',
    ],
    [
      'warning',
      'policy/overlapping-pools',
      'IPPool/inner',
      '10.1.1.0/24 overlaps with 10.1.0.0/16 of IPPool/in',
    ],
  ]);
});

it('nodes share what they are told, and it stays the same object until it says something else', () => {
  const graph = graphOf(pool('pods', '10.0.0.0/16', true));
  const before = graph.nodePolicy('n1').masquerade;
  expect(graph.nodePolicy('n2').masquerade).toBe(before);
  const put = (value: ReturnType<typeof resource>) => graph.onUpdates([{ key: keyOf(value), value }]);
  // Covered by the other pool: nothing is said otherwise.
  put(pool('part', '10.0.1.0/24'));
  expect(graph.flush().size).toBe(0);
  expect(graph.nodePolicy('n1').masquerade).toBe(before);
  put(pool('more', '10.1.0.0/16'));
  expect([...graph.flush().values()].map((delta) => delta.masquerade?.exceptions)).toEqual([
    ['10.0.0.0/16', '10.1.0.0/16'],
    ['10.0.0.0/16', '10.1.0.0/16'],
  ]);
});

it('warns about prefixes that may not be spoofed after all', () => {
  const web = endpoint('a/web', '10.0.0.1');
  const spoofing = {
    ...web,
    spec: { ...web.spec, allowSpoofedSourcePrefixes: ['10.0.0.0/8'] },
  } as typeof web;
  const codes = (...more: ReturnType<typeof resource>[]) =>
    graphOf(spoofing, ...more)
      .problems()
      .map((p) => [p.code, p.path?.join('.')]);
  expect(codes()).toEqual([['policy/spoofing', 'spec.allowSpoofedSourcePrefixes']]);
  expect(codes(resource('FelixConfiguration', 'default', { workloadSourceSpoofing: 'Any' }))).toEqual([]);
});
