// What is stored comes back. A part of the datastore contract (../suite.ts).
/* oxlint-disable vitest/no-standalone-expect -- the suite makes a test of each case */
import { expect } from 'vitest';
import type { ApiObject } from '../../../src/resources/stored/object.ts';
import { GLOBAL_SETS, globalSet, names, netsOf, read, setKey } from '../helpers.ts';
import type { Case } from './case.ts';

const A = ['192.0.2.0/24'];

export const VALUES = {
  async 'unknown fields are kept'({ store }) {
    const object = { ...globalSet('a'), spec: { nets: A, newer: { deep: [1, null, 'x'] } }, later: true };
    await store.create(object);
    const { value } = await store.get(setKey('a'));
    expect(value).toMatchObject({ spec: object.spec, later: true });
    const updated = await store.update({
      ...value,
      metadata: { ...value.metadata, labels: { role: 'x' } },
    });
    expect(updated.value).toMatchObject({ spec: object.spec, later: true });
  },
  async 'labels may be called like members of objects'({ store }) {
    const labels = JSON.parse(
      '{"__proto__":"p","constructor":"c","hasOwnProperty":"h","toString":"t"}',
    ) as Record<string, string>;
    await store.create(globalSet('constructor', A, { labels }));
    const { value } = await store.get(setKey('constructor'));
    expect(new Map(Object.entries(value.metadata.labels ?? {}))).toEqual(new Map(Object.entries(labels)));
    expect(names((await store.list(GLOBAL_SETS)).items)).toEqual(['constructor']);
    expect(Object.prototype).not.toHaveProperty('p');
  },
  async 'an object of a megabyte'({ store }) {
    const nets = Array.from({ length: 64_000 }, (_, n) => `10.${n >> 8}.${n & 255}.0/24`);
    const object = globalSet('a', nets);
    expect(JSON.stringify(object).length).toBeGreaterThan(900_000);
    await store.create(object);
    expect(netsOf((await store.get(setKey('a'))).value)).toEqual(nets);
    const watch = read(store, GLOBAL_SETS);
    const [event] = await watch.take(1);
    expect(event?.type === 'added' && netsOf(event.entry.value)).toEqual(nets);
    watch.stop();
  },
  async 'text of every script'({ store }) {
    const note = 'žluťoučký 🐢 <b>&amp;</b> \u2028 "\\ \u0001';
    await store.create(globalSet('a', A, { annotations: { 'example.org/note': note } }));
    const { value } = await store.get(setKey('a'));
    expect(value.metadata.annotations).toEqual({ 'example.org/note': note });
  },
  async 'a change of what was read changes nothing in the store'({ store }) {
    const given = globalSet('a', [...A]);
    await store.create(given);
    (given.spec as { nets: string[] }).nets.push('10.0.0.0/8');
    const { value } = await store.get(setKey('a'));
    try {
      (value.spec as { nets: string[] }).nets.push('10.0.0.0/8');
    } catch {
      // A store may freeze what it gives away.
    }
    expect(netsOf((await store.get(setKey('a'))).value)).toEqual(A);
  },
  async 'a policy comes back under its name, without traces of its storage'({ store }) {
    const policy: ApiObject = {
      apiVersion: 'projectcalico.org/v3',
      kind: 'GlobalNetworkPolicy',
      metadata: { name: 'allow-web', labels: { 'projectcalico.org/tier': 'default' } },
      spec: { tier: 'default', selector: 'all()', types: ['Ingress'], ingress: [{ action: 'Allow' }] },
    };
    const created = await store.create(policy);
    expect(created.value.metadata.annotations).toBeUndefined();
    expect(created.value).toMatchObject(policy);
    const got = await store.get({ kind: 'GlobalNetworkPolicy', name: 'allow-web' });
    expect(got).toEqual(created);
    expect(await store.update(got.value)).toMatchObject({ key: got.key, value: policy });
  },
} satisfies Record<string, Case>;
