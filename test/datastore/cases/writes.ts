// Writing: create, update, apply, delete, and many at once. A part of the datastore contract (../suite.ts).
/* oxlint-disable vitest/no-standalone-expect -- the suite makes a test of each case */
import { expect } from 'vitest';
import { expectCode, globalSet, netsOf, rejection, setKey, withNets } from '../helpers.ts';
import type { Case } from './case.ts';

const A = ['192.0.2.0/24'];
const B = ['198.51.100.0/24'];
const C = ['203.0.113.0/24'];

export const WRITES = {
  async 'create answers what is stored, and a second one is refused'({ store }) {
    const created = await store.create(globalSet('a', A, { labels: { role: 'x' } }));
    expect(created.key).toEqual(setKey('a'));
    expect(created.revision).toMatch(/./);
    expect(created.value.metadata.resourceVersion).toBe(created.revision);
    expect(await store.get(setKey('a'))).toEqual(created);
    const error = await rejection(store.create(globalSet('a', B)));
    expect(error.code).toBe('datastore/already-exists');
    expect(error.message).toMatch(/^resource already exists: GlobalNetworkSet\(a\) with error: /);
    expect(netsOf((await store.get(setKey('a'))).value)).toEqual(A);
  },
  async 'create refuses a resourceVersion'({ store }) {
    await expectCode(store.create(globalSet('a', A, { resourceVersion: '1' })), 'datastore/invalid');
    await expectCode(store.get(setKey('a')), 'datastore/not-found');
  },
  async 'update is compare-and-set'({ store }) {
    const first = await store.create(globalSet('a', A));
    const second = await store.update(withNets(first.value, B));
    expect(second.revision).not.toBe(first.revision);
    expect(second.value.metadata.resourceVersion).toBe(second.revision);
    const error = await rejection(store.update(withNets(first.value, C)));
    expect(error.code).toBe('datastore/conflict');
    expect(error.message).toBe('update conflict: GlobalNetworkSet(a)');
    expect(await store.get(setKey('a'))).toEqual(second);
    expect(netsOf(second.value)).toEqual(B);
  },
  async 'update of what is not there'({ store }) {
    const { value } = await store.create(globalSet('a', A));
    await store.delete(setKey('a'));
    const error = await rejection(store.update(value));
    expect(error.code).toBe('datastore/not-found');
    expect(error.message).toMatch(/^resource does not exist: GlobalNetworkSet\(a\) with error: /);
  },
  async 'update needs a revision of this store'({ store }) {
    await store.create(globalSet('a', A));
    await expectCode(store.update(globalSet('a', B)), 'datastore/invalid');
    await expectCode(store.update(globalSet('a', B, { resourceVersion: '' })), 'datastore/invalid');
    await expectCode(store.update(globalSet('a', B, { resourceVersion: 'x1' })), 'datastore/invalid');
    expect(netsOf((await store.get(setKey('a'))).value)).toEqual(A);
  },
  async 'apply creates and replaces, whatever the revision'({ store }) {
    const created = await store.apply(globalSet('a', A, { labels: { role: 'x' } }));
    await store.update(withNets(created.value, B));
    const applied = await store.apply(globalSet('a', C));
    expect(applied.value.metadata.labels).toBeUndefined();
    expect(await store.get(setKey('a'))).toEqual(applied);
    expect(netsOf(applied.value)).toEqual(C);
  },
  async 'delete answers what was there'({ store }) {
    const created = await store.create(globalSet('a', A));
    expect((await store.delete(setKey('a'))).value.spec).toEqual(created.value.spec);
    await expectCode(store.get(setKey('a')), 'datastore/not-found');
    await expectCode(store.delete(setKey('a')), 'datastore/not-found');
  },
  async 'delete of a certain revision'({ store }) {
    const first = await store.create(globalSet('a', A));
    const second = await store.update(withNets(first.value, B));
    await expectCode(store.delete(setKey('a'), { revision: first.revision }), 'datastore/conflict');
    await expectCode(store.delete(setKey('a'), { revision: 'x1' }), 'datastore/invalid');
    expect(await store.get(setKey('a'))).toEqual(second);
    await store.delete(setKey('a'), { revision: second.revision });
    await expectCode(store.get(setKey('a')), 'datastore/not-found');
  },
  async 'delete of a certain uid'({ store }) {
    const uid = '7aa8aec3-453d-4afd-b724-b97e9139e19d';
    const created = await store.create(globalSet('a', A, { uid }));
    const other = '5fc49d01-117d-4f58-bf65-1cbf9afe00d5';
    await expectCode(store.delete(setKey('a'), { uid: other }), 'datastore/not-found');
    expect(await store.get(setKey('a'))).toEqual(created);
    await store.delete(setKey('a'), { uid: created.value.metadata.uid ?? '' });
    await expectCode(store.get(setKey('a')), 'datastore/not-found');
  },
  async 'twenty concurrent writers lose no update'({ store }) {
    await store.create(globalSet('a', []));
    const writer = async (n: number) => {
      for (;;) {
        const { value } = await store.get(setKey('a'));
        const nets = [...((netsOf(value) as string[] | undefined) ?? []), `10.0.${n}.0/24`];
        try {
          return await store.update(withNets(value, nets));
        } catch (error) {
          if ((error as { code?: string }).code !== 'datastore/conflict') throw error;
        }
      }
    };
    const writers = Array.from({ length: 20 }, (_, n) => n);
    await Promise.all(writers.map(writer));
    const nets = netsOf((await store.get(setKey('a'))).value) as string[];
    expect(new Set(nets)).toEqual(new Set(writers.map((n) => `10.0.${n}.0/24`)));
    expect(nets).toHaveLength(20);
  },
  async 'of twenty concurrent creators one succeeds'({ store }) {
    const tried = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => store.create(globalSet('a', [`10.0.${n}.0/24`]))),
    );
    expect(tried.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  },
} satisfies Record<string, Case>;
