// The memory backend: the contract, and what is its own.
import { expect, test } from 'vitest';
import { createMemoryDatastore } from '../../src/datastore/memory/index.ts';
import { expectCode, GLOBAL_SETS, globalSet, names, read, setKey, summary } from './helpers.ts';
import { testDatastore } from './suite.ts';

testDatastore({ name: 'memory', open: async () => createMemoryDatastore() });

test('what is older than the history is expired', async () => {
  const store = createMemoryDatastore({ history: 3 });
  const { revision } = await store.list(GLOBAL_SETS);
  const slow = read(store, GLOBAL_SETS, { revision });
  const revisions: string[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e'])
    revisions.push((await store.create(globalSet(name))).revision);
  expect(summary(await slow.rest())).toEqual(['error datastore/expired']);
  await expectCode(store.list(GLOBAL_SETS, { revision }), 'datastore/expired');
  await expectCode(store.get(setKey('a'), { revision: revisions[0] ?? '' }), 'datastore/expired');
  const kept = await store.list(GLOBAL_SETS, { revision: revisions[1] ?? '' });
  expect(names(kept.items)).toEqual(['a', 'b']);
  const watch = read(store, GLOBAL_SETS, { revision: revisions[1] ?? '' });
  expect(summary(await watch.take(3))).toEqual(['added c', 'added d', 'added e']);
  watch.stop();
  await store.close();
});

test('a history of one change, many times over', async () => {
  const store = createMemoryDatastore({ history: 1 });
  const watch = read(store, GLOBAL_SETS);
  for (let n = 0; n < 10; n++) {
    const event = watch.take(1);
    await store.apply(globalSet(`s${n}`));
    expect(summary(await event)).toEqual([`added s${n}`]);
  }
  watch.stop();
  await store.close();
});
