// Reading: get and list. A part of the datastore contract (../suite.ts).
/* oxlint-disable vitest/no-standalone-expect -- the suite makes a test of each case */
import { expect } from 'vitest';
import {
  expectCode,
  GLOBAL_SETS,
  globalSet,
  names,
  networkSet,
  rejection,
  setKey,
  withNets,
} from '../helpers.ts';
import type { Case } from './case.ts';

const A = ['192.0.2.0/24'];
const B = ['198.51.100.0/24'];
const C = ['203.0.113.0/24'];

export const READS = {
  async 'get of what is not there'({ store }) {
    const error = await rejection(store.get(setKey('nosuch')));
    expect(error.code).toBe('datastore/not-found');
    expect(error.message).toMatch(/^resource does not exist: GlobalNetworkSet\(nosuch\) with error: /);
    expect(error.key).toEqual(setKey('nosuch'));
  },
  async 'get and list at a revision'({ store }) {
    const first = await store.create(globalSet('a', A));
    const then = await store.list(GLOBAL_SETS);
    const second = await store.update(withNets(first.value, B));
    await store.create(globalSet('b', C));
    expect(await store.get(setKey('a'), { revision: first.revision })).toEqual(first);
    expect(await store.get(setKey('a'), { revision: second.revision })).toEqual(second);
    await expectCode(store.get(setKey('b'), { revision: first.revision }), 'datastore/not-found');
    expect((await store.list(GLOBAL_SETS, { revision: then.revision })).items).toEqual([first]);
    await store.delete(setKey('a'));
    expect(await store.get(setKey('a'), { revision: second.revision })).toEqual(second);
    await expectCode(store.get(setKey('a'), { revision: 'x1' }), 'datastore/invalid');
    await expectCode(store.get(setKey('a'), { revision: '999999999' }), 'datastore/invalid');
    for (const latest of ['', '0'])
      expect(names((await store.list(GLOBAL_SETS, { revision: latest })).items)).toEqual(['b']);
  },
  async 'list gives each item once, in parts or at the end, in the order of the keys'({ store }) {
    for (const name of ['b', 'a', 'd', 'c']) await store.create(globalSet(name));
    const taken: string[] = [];
    const { items } = await store.list(GLOBAL_SETS, { onItems: (some) => taken.push(...names(some)) });
    expect([...taken, ...names(items)]).toEqual(['a', 'b', 'c', 'd']);
    const profiles: string[] = [];
    const kind = 'Profile';
    const rest = await store.list({ kind }, { onItems: (some) => profiles.push(...names(some)) });
    expect([...profiles, ...names(rest.items)]).toEqual(names((await store.list({ kind })).items));
  },
  async 'list selects by namespace, name and prefix, in the order of the keys'({ store, first, second }) {
    const sets: [string, string][] = [
      [second, 'a'],
      [first, 'b-2'],
      [first, 'b-10'],
      [first, 'b'],
      [first, 'c'],
      [second, 'b'],
    ];
    for (const [namespace, name] of sets) await store.create(networkSet(namespace, name));
    await store.create(globalSet('b'));
    const listed = async (selection: object) =>
      names((await store.list({ kind: 'NetworkSet', ...selection })).items);
    expect(await listed({})).toEqual(sets.map((s) => s.join('/')).sort());
    expect(await listed({ namespace: first })).toEqual(['b', 'b-10', 'b-2', 'c'].map((n) => `${first}/${n}`));
    expect(await listed({ namespace: first, name: 'b' })).toEqual([`${first}/b`]);
    expect(await listed({ namespace: first, name: 'nosuch' })).toEqual([]);
    expect(await listed({ name: 'b' })).toEqual([`${first}/b`, `${second}/b`].sort());
    expect(await listed({ namespace: first, namePrefix: 'b-' })).toEqual([`${first}/b-10`, `${first}/b-2`]);
    expect(await listed({ namePrefix: 'b-1' })).toEqual([`${first}/b-10`]);
  },
  async 'list of one namespace takes none whose name begins alike'({ store, first }) {
    await store.create(networkSet(first, 'a'));
    expect((await store.list({ kind: 'NetworkSet', namespace: first.slice(0, -1) })).items).toEqual([]);
  },
  async 'what is listed is what get answers'({ store }) {
    const created = await store.create(globalSet('a', A, { labels: { role: 'x' } }));
    const { items, problems, revision } = await store.list(GLOBAL_SETS);
    expect(items).toEqual([created]);
    expect(problems).toEqual([]);
    expect(revision).toMatch(/./);
  },
} satisfies Record<string, Case>;
