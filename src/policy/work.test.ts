// Cost follows the size of the change: what each kind of update may cost, in counted work.
import { expect, it } from 'vitest';
import type { Resource } from '../resources/index.ts';
import { createGraph } from './graph.ts';
import {
  allowFrom,
  endpoint,
  globalPolicy,
  keyOf,
  namespaceProfile,
  networkSet,
  tier,
} from './testing/resources.ts';
import type { WorkCounters } from './work.ts';

/** A graph in sync that holds the resources, and a function that applies more and says what that cost. */
function start(resources: readonly Resource[]) {
  const graph = createGraph({ nodes: ['n1'] });
  const apply = (...updates: readonly Resource[]): WorkCounters => {
    const before = { ...graph.work };
    graph.onUpdates(updates.map((value) => ({ key: keyOf(value), value })));
    graph.flush();
    const spent = Object.entries(graph.work).map(([name, value]) => [
      name,
      value - before[name as keyof WorkCounters],
    ]);
    return Object.fromEntries(spent) as WorkCounters;
  };
  graph.onStatus('in-sync');
  const first = apply(...resources);
  return { graph, apply, first };
}

const NOTHING: Partial<WorkCounters> = {
  selectorEvaluations: 0,
  classesCreated: 0,
  classesVisited: 0,
  nodePoliciesBuilt: 0,
};
const pod = (name: string, address: string, labels: Record<string, string>, node = 'n2') =>
  endpoint(`a/${name}`, address, { labels, node });
/** A local endpoint, and a policy for it whose rules name 20 values of `app`, 20 of `role` and the label `zone`. */
const local = endpoint('a/local', '10.9.0.1', { labels: { name: 'local' } });
const peers = [
  ...Array.from({ length: 20 }, (_, i) => allowFrom({ selector: `app == 'a${i}'` })),
  ...Array.from({ length: 20 }, (_, i) => allowFrom({ selector: `role == 'r${i}'` })),
  allowFrom({ selector: 'has(zone)' }),
];
const policy = globalPolicy('p', { selector: "name == 'local'", ingress: peers });
const base = [local, policy, pod('one', '10.0.0.1', { app: 'a1', role: 'r1' })];

it('a new pod of a known class evaluates no selector', () => {
  const { apply } = start(base);
  const cost = apply(pod('two', '10.0.0.2', { app: 'a1', role: 'r1', unmentioned: 'x' }));
  expect(cost).toMatchObject({
    selectorEvaluations: 0,
    classesCreated: 0,
    itemsClassified: 1,
    membersCounted: 2,
  });
});

it('values that no selector names are one class', () => {
  const { apply } = start([...base, pod('two', '10.0.0.2', { app: 'other' })]);
  expect(apply(pod('three', '10.0.0.3', { app: 'yet-another' }))).toMatchObject({
    ...NOTHING,
    membersCounted: 0,
  });
});

it('a label that nothing mentions costs no evaluation and changes nothing', () => {
  const { apply } = start(base);
  expect(apply(pod('one', '10.0.0.1', { app: 'a1', role: 'r1', unmentioned: 'y' }))).toMatchObject(NOTHING);
});

it('a label change evaluates only selectors that mention the label, and of these only possible ones', () => {
  const { apply } = start(base);
  const cost = apply(pod('one', '10.0.0.1', { app: 'a2', role: 'r1' }));
  // 41 selectors, 20 mention `app`, one of them names the new value; `role == 'r1'` is taken over.
  expect(cost).toMatchObject({ selectorEvaluations: 1, classesCreated: 1, membersCounted: 2 });
});

it('a selector that mentions another label is not evaluated again', () => {
  const { apply } = start([...base, pod('two', '10.0.0.2', { zone: 'z', app: 'a1' })]);
  expect(apply(pod('two', '10.0.0.2', { zone: 'z' }))).toMatchObject({
    selectorEvaluations: 0,
    classesCreated: 1,
  });
});

it('a new selector visits only classes that carry the label it demands', () => {
  const pods = Array.from({ length: 30 }, (_, i) => pod(`p${i}`, `10.0.1.${i}`, { app: `a${i % 20}` }));
  const { apply } = start([...base, ...pods, pod('odd', '10.0.2.1', { colour: 'red' })]);
  const more = globalPolicy('p', {
    selector: "name == 'local'",
    ingress: [...peers, allowFrom({ selector: "colour == 'red'" })],
  });
  const cost = apply(more);
  // The newly mentioned label splits off the one endpoint that carries it.
  expect(cost).toMatchObject({
    itemsClassified: 1,
    classesCreated: 1,
    classesVisited: 1,
    selectorEvaluations: 1,
  });
  const named = globalPolicy('p', {
    selector: "name == 'local'",
    ingress: [...peers, allowFrom({ selector: "app == 'a3'" })],
  });
  expect(apply(named).classesVisited).toBe(0);
});

it('a flush with nothing new does nothing', () => {
  const { apply, graph } = start(base);
  expect(Object.values(apply()).every((count) => count === 0)).toBe(true);
  expect(graph.flush().size).toBe(0);
});

it('repeated values change nothing', () => {
  const { apply, graph } = start(base);
  const before = graph.nodePolicy('n1');
  expect(apply(...base)).toMatchObject({
    ...NOTHING,
    membersCounted: 0,
    selectorsParsed: 0,
    tierListsComputed: 0,
  });
  expect(graph.nodePolicy('n1')).toBe(before);
});

it('a change of rules computes no tier list', () => {
  const { apply } = start(base);
  const cost = apply(globalPolicy('p', { selector: "name == 'local'", ingress: peers.slice(0, 5) }));
  expect(cost).toMatchObject({ policiesCompiled: 1, tierListsComputed: 0, selectorEvaluations: 0 });
});

it('rules of a policy that applies nowhere are not compiled', () => {
  const { first } = start([local, globalPolicy('idle', { selector: "name == 'other'", ingress: peers })]);
  expect(first).toMatchObject({ policiesCompiled: 0, selectorsParsed: 1 });
});

it('tier lists are computed per class, not per endpoint', () => {
  const twins = Array.from({ length: 20 }, (_, i) =>
    endpoint(`a/t${i}`, `10.9.1.${i}`, { labels: { name: 'local' } }),
  );
  const { graph, first, apply } = start([...base, ...twins]);
  expect(first.tierListsComputed).toBe(1);
  const lists = new Set([...graph.nodePolicy('n1').endpoints.values()].map(({ tiers }) => tiers));
  expect(lists.size).toBe(1);
  expect(apply(tier('default', 1_000_000)).tierListsComputed).toBe(0);
});

it('a remote endpoint is never matched against policy selectors', () => {
  const { apply } = start(base);
  expect(apply(pod('far', '10.0.3.1', { name: 'local' }))).toMatchObject({
    tierListsComputed: 0,
    policiesCompiled: 0,
  });
});

it('a profile change touches only its endpoints', () => {
  const inB = endpoint('b/one', '10.0.5.1', { profiles: ['kns.b'], node: 'n2' });
  const inC = endpoint('c/one', '10.0.5.2', { profiles: ['kns.c'], node: 'n2' });
  const far = globalPolicy('q', { ingress: [allowFrom({ namespaceSelector: "env == 'x'" })] });
  const { apply } = start([...base, far, inB, inC, namespaceProfile('b'), namespaceProfile('c')]);
  expect(apply(namespaceProfile('b', { env: 'x' }))).toMatchObject({
    itemsClassified: 1,
    selectorEvaluations: 1,
  });
});

it('one address among many moves without counting the others', () => {
  const nets = Array.from({ length: 200 }, (_, i) => `10.7.${i}.0/24`).join(' ');
  const set = networkSet('big', nets, { app: 'a1' });
  const { apply, graph } = start([...base, set]);
  const old = [...graph.nodePolicy('n1').ipSets.values()].find(({ members }) => members.size === 201);
  expect(apply(pod('one', '10.0.0.9', { app: 'a1', role: 'r1' })).membersCounted).toBe(4);
  const now = graph.nodePolicy('n1').ipSets.get(old?.id ?? '');
  expect([...(now?.members ?? [])].filter((member) => !old?.members.has(member))).toEqual(['10.0.0.9/32']);
  expect([...(old?.members ?? [])].filter((member) => !now?.members.has(member))).toEqual(['10.0.0.1/32']);
});

it('a value that is named first of a label that all carry touches only those that have it', () => {
  const pods = Array.from({ length: 40 }, (_, i) => pod(`p${i}`, `10.0.1.${i}`, { shard: `s${i % 20}` }));
  const inherits = endpoint('b/one', '10.0.5.1', { profiles: ['kns.b'], node: 'n2' });
  const start20 = start([...base, ...pods, inherits, namespaceProfile('b', { shard: 's3' })]);
  const naming = (...more: readonly string[]): Resource =>
    globalPolicy('p', {
      selector: "name == 'local'",
      ingress: [...peers, ...more.map((selector) => allowFrom({ selector }))],
    });
  expect(start20.apply(naming("shard == 's3'"))).toMatchObject({
    itemsClassified: 2,
    valuesCompared: 40,
    classesCreated: 1,
    membersCounted: 2,
  });
  // A second value likewise; a value that goes, only those that had it.
  expect(start20.apply(naming("shard == 's3'", "shard in {'s4', 's5'}")).itemsClassified).toBe(4);
  expect(start20.apply(naming("shard == 's3'")).itemsClassified).toBe(4);
  // Only a question whether it is there tells the others from those without the label.
  expect(start20.apply(naming("shard == 's3'", 'has(shard)')).itemsClassified).toBe(38);
  expect(start20.apply(naming("shard == 's3'")).itemsClassified).toBe(38);
  const inherited = allowFrom({ namespaceSelector: "shard == 's3'" });
  const byNamespace = globalPolicy('p', { selector: "name == 'local'", ingress: [...peers, inherited] });
  expect(start20.apply(byNamespace)).toMatchObject({ itemsClassified: 3, membersCounted: 1 });
});
