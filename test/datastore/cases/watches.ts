// Watching, cancelling and closing. A part of the datastore contract (../suite.ts).
/* oxlint-disable vitest/no-standalone-expect -- the suite makes a test of each case */
import { expect } from 'vitest';
import {
  expectCode,
  GLOBAL_SETS,
  globalSet,
  netsOf,
  networkSet,
  read,
  setKey,
  summary,
  withNets,
} from '../helpers.ts';
import type { Case } from './case.ts';

const A = ['192.0.2.0/24'];
const B = ['198.51.100.0/24'];
const C = ['203.0.113.0/24'];

export const WATCHES = {
  async 'watch from scratch'({ store }) {
    const created = await store.create(globalSet('a', A));
    await store.create(globalSet('b', B));
    const watch = read(store, GLOBAL_SETS);
    const existing = await watch.take(2);
    expect(summary(existing)).toEqual(['added a', 'added b']);
    expect(existing[0]).toEqual({ type: 'added', entry: created });
    await store.create(globalSet('c', C));
    expect(summary(await watch.take(1))).toEqual(['added c']);
    watch.stop();
  },
  async 'watch from a revision tells all that came after'({ store }) {
    const before = await store.create(globalSet('a', A));
    const { revision } = await store.list(GLOBAL_SETS);
    const updated = await store.update(withNets(before.value, B));
    await store.create(globalSet('b', B));
    const watch = read(store, GLOBAL_SETS, { revision });
    const events = await watch.take(2);
    expect(summary(events)).toEqual(['modified a', 'added b']);
    expect(events[0]).toMatchObject({ type: 'modified', entry: updated });
    await store.delete(setKey('a'));
    const [deleted] = await watch.take(1);
    expect(deleted).toMatchObject({ type: 'deleted', key: setKey('a') });
    watch.stop();
  },
  async 'a watch continues from the revision of its last event'({ store }) {
    const { revision } = await store.list(GLOBAL_SETS);
    const watch = read(store, GLOBAL_SETS, { revision });
    const { value } = await store.create(globalSet('a', A));
    await store.delete(setKey('a'));
    const [, deleted] = await watch.take(2);
    watch.stop();
    await store.create({ ...value, metadata: { name: 'b' } });
    if (deleted?.type !== 'deleted') throw new Error(`${deleted?.type}, not deleted`);
    const next = read(store, GLOBAL_SETS, { revision: deleted.revision });
    expect(summary(await next.take(1))).toEqual(['added b']);
    next.stop();
  },
  async 'events carry what was there before'({ store }) {
    const { revision } = await store.list(GLOBAL_SETS);
    const first = await store.create(globalSet('a', A));
    const second = await store.update(withNets(first.value, B));
    await store.delete(setKey('a'));
    const watch = read(store, GLOBAL_SETS, { revision });
    const [added, modified, deleted] = await watch.take(3);
    expect(added).toEqual({ type: 'added', entry: first });
    expect(modified).toEqual({ type: 'modified', entry: second, old: first });
    expect(deleted).toMatchObject({ type: 'deleted', key: setKey('a'), old: second });
    watch.stop();
  },
  async 'events do without what was there before'({ store }) {
    const { revision } = await store.list(GLOBAL_SETS);
    const first = await store.create(globalSet('a', A));
    const second = await store.update(withNets(first.value, B));
    await store.delete(setKey('a'));
    const watch = read(store, GLOBAL_SETS, { revision, old: false });
    const [added, modified, deleted] = await watch.take(3);
    expect(added).toEqual({ type: 'added', entry: first });
    expect(modified).toMatchObject({ type: 'modified', entry: second });
    expect(deleted).toMatchObject({ type: 'deleted', key: setKey('a') });
    watch.stop();
  },
  async 'a watch selects as a list does'({ store, first, second }) {
    const { revision } = await store.list({ kind: 'NetworkSet' });
    const selections: [object, string[]][] = [
      [{ namespace: first }, [`${first}/a`, `${first}/ab`]],
      [{ namespace: first, name: 'a' }, [`${first}/a`]],
      [{ namespace: first, namePrefix: 'a' }, [`${first}/a`, `${first}/ab`]],
      [{ name: 'a' }, [`${first}/a`, `${second}/a`]],
      [{}, [`${first}/a`, `${first}/ab`, `${second}/a`]],
    ];
    await store.create(globalSet('a'));
    await store.create(networkSet(first, 'a'));
    await store.create(networkSet(first, 'ab'));
    await store.create(networkSet(second, 'a'));
    await store.create(networkSet(second, 'z'));
    for (const [selection, expected] of selections) {
      const watch = read(store, { kind: 'NetworkSet', ...selection }, { revision });
      expect(summary(await watch.take(expected.length))).toEqual(expected.map((key) => `added ${key}`));
      watch.stop();
    }
  },
  async 'a watch ends when it is cancelled'({ store }) {
    const watch = read(store, GLOBAL_SETS);
    const rest = watch.rest();
    await store.create(globalSet('a'));
    watch.stop();
    expect(summary(await rest).filter((event) => event !== 'added a')).toEqual([]);
  },
  async 'a watch ends when its loop is left'({ store }) {
    await store.create(globalSet('a'));
    await store.create(globalSet('b'));
    const seen: string[] = [];
    for await (const event of store.watch(GLOBAL_SETS)) {
      seen.push(...summary([event]));
      break;
    }
    expect(seen).toEqual(['added a']);
  },
  async 'close ends watches, and a second close does nothing'({ store }) {
    const watches = [read(store, GLOBAL_SETS), read(store, { kind: 'Tier' })];
    const ends = watches.map((watch) => watch.rest());
    await store.create(globalSet('a'));
    await store.close();
    for (const end of ends) expect(summary(await end).filter((event) => event !== 'added a')).toEqual([]);
    await store.close();
    await expectCode(store.get(setKey('a')), 'datastore/cancelled');
  },
  async 'a cancelled signal cancels every operation'({ store }) {
    const signal = AbortSignal.abort();
    const created = await store.create(globalSet('a'));
    const cancelled = 'datastore/cancelled';
    await expectCode(store.create(globalSet('b'), { signal }), cancelled);
    await expectCode(store.update(created.value, { signal }), cancelled);
    await expectCode(store.apply(globalSet('a', B), { signal }), cancelled);
    await expectCode(store.get(setKey('a'), { signal }), cancelled);
    await expectCode(store.list(GLOBAL_SETS, { signal }), cancelled);
    await expectCode(store.delete(setKey('a'), { signal }), cancelled);
    expect(await read(store, GLOBAL_SETS, { signal }).rest()).toEqual([]);
    expect((await store.list(GLOBAL_SETS)).items).toEqual([created]);
  },
  async 'a reader that is slow misses nothing'({ store }) {
    const { revision } = await store.list(GLOBAL_SETS);
    const watch = read(store, GLOBAL_SETS, { revision });
    const first = watch.take(1);
    for (let n = 0; n < 300; n++) await store.apply(globalSet('a', [`10.${n >> 8}.${n & 255}.0/24`]));
    const events = [...(await first), ...(await watch.take(299))];
    expect(events.map((event) => event.type === 'bookmark' || event.type === 'error')).not.toContain(true);
    const last = events.at(-1);
    expect(last?.type === 'modified' && netsOf(last.entry.value)).toEqual(['10.1.43.0/24']);
    watch.stop();
  },
  async 'a revision of the future is lost, not waited for'({ store }) {
    const [event] = await read(store, GLOBAL_SETS, { revision: '999999999' }).rest();
    expect(summary(event ? [event] : [])).toEqual(['error datastore/expired']);
  },
} satisfies Record<string, Case>;
