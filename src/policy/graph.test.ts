import { expect, it } from 'vitest';
import { createGraph } from './graph.ts';
import { endpoint, globalPolicy, keyOf, tier } from './testing/resources.ts';

const web = endpoint('a/web', '10.0.0.1', { profiles: ['projectcalico-default-allow'] });
const put = keyOf(web);

it('says nothing before it is in sync, and never forgets that it was', () => {
  const graph = createGraph({ nodes: ['n1'] });
  graph.onUpdates([{ key: put, value: web }]);
  graph.onStatus('resync-in-progress');
  expect(graph.flush().size).toBe(0);
  expect(graph.nodePolicy('n1').endpoints.size).toBe(0);
  graph.onStatus('in-sync');
  expect([...graph.flush().keys()]).toEqual(['n1']);
  graph.onStatus('wait-for-datastore');
  graph.onUpdates([{ key: put }]);
  expect(graph.flush().get('n1')?.endpoints.removed).toEqual([put]);
});

it('what came and went between two flushes is in no delta', () => {
  const graph = createGraph({ nodes: ['n1'] });
  graph.onStatus('in-sync');
  graph.onUpdates([{ key: put, value: web }, { key: put }, { key: 'Tier/unknown' }, { key: 'IPPool/x' }]);
  expect(graph.flush().size).toBe(0);
});

it('a built-in object that is deleted is there nevertheless', () => {
  const graph = createGraph({ nodes: ['n1'] });
  const policy = globalPolicy('p', { tier: 'kube-admin' });
  graph.onStatus('in-sync');
  graph.onUpdates(
    [web, policy, tier('kube-admin', 1000, 'Pass')].map((value) => ({ key: keyOf(value), value })),
  );
  graph.onUpdates([{ key: 'Profile/projectcalico-default-allow' }, { key: 'Tier/kube-admin' }]);
  graph.flush();
  const { profiles, endpoints } = graph.nodePolicy('n1');
  expect(profiles.get('projectcalico-default-allow')?.missing).toBe(false);
  expect(endpoints.get(put)?.tiers[0]).toMatchObject({ name: 'kube-admin', defaultAction: 'Pass' });
});

it('a node that is not local has no policy', () => {
  expect(() => createGraph({ nodes: ['n1'] }).nodePolicy('n2')).toThrow('n2 is not one of the local nodes');
});
