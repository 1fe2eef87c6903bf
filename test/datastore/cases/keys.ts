// What identifies an object. A part of the datastore contract (../suite.ts).
/* oxlint-disable vitest/no-standalone-expect -- the suite makes a test of each case */
import { expect } from 'vitest';
import { expectCode, GLOBAL_SETS, globalSet, names, rejection, setKey } from '../helpers.ts';
import type { Case } from './case.ts';

export const KEYS = {
  async 'a namespaced kind needs a namespace, every object a name'({ store }) {
    const object = { ...globalSet('a'), kind: 'NetworkSet' };
    const key = { kind: 'NetworkSet', name: 'a' };
    const missing = 'datastore/missing-identifier';
    await expectCode(store.create(object), missing);
    await expectCode(store.apply(object), missing);
    await expectCode(store.update({ ...object, metadata: { name: 'a', resourceVersion: '1' } }), missing);
    await expectCode(store.get(key), missing);
    await expectCode(store.delete(key), missing);
    await expectCode(store.get({ kind: 'GlobalNetworkSet', name: '' }), missing);
  },
  async 'a namespace of a cluster-wide kind is dropped'({ store, first }) {
    await store.create(globalSet('a'));
    expect((await store.get({ ...setKey('a'), namespace: first })).key).toEqual(setKey('a'));
    expect(names((await store.list({ ...GLOBAL_SETS, namespace: first })).items)).toEqual(['a']);
  },
  async 'a name cannot reach another key'({ store, first }) {
    await expectCode(store.create(globalSet('a/b')), 'datastore/invalid');
    await expectCode(store.get(setKey('../tiers/default')), 'datastore/invalid');
    await expectCode(
      store.get({ kind: 'NetworkSet', namespace: `${first}/x`, name: 'a' }),
      'datastore/invalid',
    );
  },
  async 'an unknown kind is not supported'({ store }) {
    const key = { kind: 'Dragon', name: 'a' };
    const error = await rejection(store.get(key));
    expect(error.code).toBe('datastore/not-supported');
    expect(error.message).toMatch(/^operation Get is not supported on Dragon\(a\)/);
    await expectCode(store.list({ kind: 'Dragon' }), 'datastore/not-supported');
    await expectCode(store.create({ ...globalSet('a'), kind: 'constructor' }), 'datastore/not-supported');
  },
  async 'a profile exists without being stored'({ store }) {
    const key = { kind: 'Profile', name: 'projectcalico-default-allow' };
    const { value } = await store.get(key);
    expect(value.spec).toMatchObject({ ingress: [{ action: 'Allow' }], egress: [{ action: 'Allow' }] });
    expect(names((await store.list({ kind: 'Profile' })).items)).toContain(key.name);
    expect(names((await store.list(key)).items)).toEqual([key.name]);
    expect((await store.list({ kind: 'Profile', name: 'other' })).items).toEqual([]);
  },
} satisfies Record<string, Case>;
