import { expect, it } from 'vitest';
import { labelMap, type WorkloadEndpoint } from '../resources/index.ts';
import { endpointSource, networkSetSource } from './source.ts';
import { endpoint, networkSet } from './testing/resources.ts';

/** As a store may hand it on: not through the schema. */
function raw(labels: Record<string, string>): WorkloadEndpoint {
  const parsed = endpoint('a/web', '10.0.0.1') as WorkloadEndpoint;
  return { ...parsed, metadata: { ...parsed.metadata, labels: labelMap(new Map(Object.entries(labels))) } };
}

it('an endpoint cannot claim labels of a namespace or service account, nor another namespace', () => {
  const labels = {
    app: 'web',
    'pcns.env': 'prod',
    'pcsa.team': 'ci',
    'projectcalico.org/namespace': 'other',
  };
  expect([...(endpointSource(raw(labels))?.labels ?? [])]).toEqual([
    ['app', 'web'],
    ['projectcalico.org/namespace', 'a'],
    ['projectcalico.org/orchestrator', 'k8s'],
  ]);
});

it('the service account of the spec is a label, however long, and wins over one that is claimed', () => {
  const account = 'a'.repeat(80);
  const given = raw({ 'projectcalico.org/serviceaccount': 'other' });
  const labels = endpointSource({ ...given, spec: { ...given.spec, serviceAccountName: account } })?.labels;
  expect(labels?.get('projectcalico.org/serviceaccount')).toBe(account);
  expect(endpointSource(given)?.labels.get('projectcalico.org/serviceaccount')).toBe('other');
});

it('labels that are right already are not copied', () => {
  const given = raw({
    'projectcalico.org/namespace': 'a',
    'projectcalico.org/orchestrator': 'k8s',
    app: 'x',
  });
  expect(endpointSource(given)?.labels).toBe(given.metadata.labels);
});

it('labels called like members of objects are labels', () => {
  const given = new Map([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
  const labels = endpointSource({ ...raw({}), metadata: { name: 'n', labels: given } })?.labels;
  expect([labels?.get('__proto__'), labels?.get('constructor'), labels?.get('toString')]).toEqual([
    'x',
    'y',
    undefined,
  ]);
});

it('addresses are canonical, sorted, each once', () => {
  expect(
    endpointSource(endpoint('a/w', 'fd00:0::1 10.0.0.2 10.0.0.1/32 10.0.0.1') as WorkloadEndpoint)?.nets,
  ).toEqual(['10.0.0.1/32', '10.0.0.2/32', 'fd00::1/128']);
});

it('a network set of a namespace inherits from it, a global one from nothing', () => {
  const read = (name: string) => networkSetSource(networkSet(name, '10.0.0.0/8', { a: 'b' }) as never);
  expect(read('ns/set')).toMatchObject({
    parents: ['kns.ns'],
    labels: labelMap(
      new Map([
        ['a', 'b'],
        ['projectcalico.org/namespace', 'ns'],
      ]),
    ),
  });
  expect(read('set')).toMatchObject({ parents: [], labels: labelMap(new Map([['a', 'b']])) });
});
