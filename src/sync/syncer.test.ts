import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createMemoryDatastore } from '../datastore/memory/index.ts';
import { DatastoreError, notSupported } from '../datastore/errors.ts';
import type { Datastore, Listing } from '../datastore/index.ts';
import { readSnapshot, runSyncer } from './index.ts';
import {
  type Faults,
  faulty,
  globalSet,
  type Receiver,
  receiver,
  testClock,
  unavailable,
} from './testing.ts';
import { TIMES } from './follow.ts';

const SETS = ['GlobalNetworkSet'];
const running: { readonly end: AbortController; readonly done: Promise<void> }[] = [];

function start(store: Datastore, sink: Receiver, clock = testClock(), kinds: readonly string[] = SETS) {
  const end = new AbortController();
  const done = runSyncer({ store, kinds, sink, clock }, end.signal);
  running.push({ end, done });
  return { done, clock };
}
afterEach(async () => {
  for (const { end, done } of running.splice(0)) {
    end.abort();
    await done.catch(() => undefined);
  }
});

const noFaults = (): Faults => ({ lists: [], watches: [], opened: 0 });
const netsOf = (sink: Receiver, name: string) =>
  (sink.held.get(`GlobalNetworkSet/${name}`)?.spec as { nets: readonly unknown[] } | undefined)?.nets;

describe('the stream', () => {
  it('has what is there, then in-sync, then what happens', async () => {
    const store = createMemoryDatastore();
    await store.create(globalSet('b'));
    await store.create(globalSet('a'));
    const sink = receiver();
    start(store, sink);
    await sink.until(() => sink.log.includes('in-sync'));
    await store.apply(globalSet('a', '192.0.2.1'));
    await store.delete({ kind: 'GlobalNetworkSet', name: 'b' });
    await store.create(globalSet('c'));
    await sink.until(() => sink.held.has('GlobalNetworkSet/c'));
    expect(sink.log).toEqual([
      'wait-for-datastore',
      'resync-in-progress',
      'new GlobalNetworkSet/a',
      'new GlobalNetworkSet/b',
      'in-sync',
      'updated GlobalNetworkSet/a',
      'deleted GlobalNetworkSet/b',
      'new GlobalNetworkSet/c',
    ]);
    expect(netsOf(sink, 'a')).toEqual(['192.0.2.1']);
  });

  it('is in sync only when every kind is', async () => {
    const store = createMemoryDatastore();
    const faults: Faults = { ...noFaults(), lists: [unavailable(), unavailable(), unavailable()] };
    const slow = faulty(store, faults);
    const mixed: Datastore = {
      ...store,
      list: (selection, options) => (selection.kind === 'Tier' ? slow : store).list(selection, options),
    };
    const sink = receiver();
    start(mixed, sink, testClock(), ['GlobalNetworkSet', 'Tier']);
    await sink.until(() => sink.log.includes('in-sync'));
    const trouble = 'trouble Tier: connection refused';
    expect(sink.log.filter((line) => line === trouble)).toHaveLength(3);
    expect(sink.log.lastIndexOf(trouble)).toBeLessThan(sink.log.indexOf('in-sync'));
  });

  it('ends when it is told to, and with what the receiver throws', async () => {
    const store = createMemoryDatastore();
    await store.create(globalSet('a'));
    const sink = receiver();
    const throwing: Receiver = {
      ...sink,
      onUpdates() {
        throw new Error('the receiver is broken');
      },
    };
    await expect(start(store, throwing).done).rejects.toThrow('the receiver is broken');
    const { done } = start(store, sink);
    await sink.until(() => sink.log.includes('in-sync'));
    running.at(-1)?.end.abort();
    expect(await done).toBeUndefined();
    await store.create(globalSet('b'));
    expect(sink.held.has('GlobalNetworkSet/b')).toBe(false);
  });
});

describe('trouble', () => {
  it('waits longer each time, never beyond the longest wait', async () => {
    const lists = Array.from({ length: 12 }, unavailable);
    const sink = receiver();
    const { clock } = start(
      faulty(createMemoryDatastore(), { ...noFaults(), lists }),
      sink,
      testClock(() => 0.999),
    );
    await sink.until(() => sink.log.includes('in-sync'));
    const waits = clock.sleeps.filter((ms) => ms > TIMES.betweenLists);
    expect(waits[0]).toBeGreaterThan(TIMES.firstWait);
    expect(waits.at(-1)).toBeGreaterThan(TIMES.longestWait * 0.9);
    expect(Math.max(...waits)).toBeLessThanOrEqual(TIMES.longestWait);
    expect(waits.slice(1).every((ms, at) => ms >= (waits[at] ?? 0) * 0.9)).toBe(true);
  });

  it('counts as lost after ten minutes, and what was read stays', async () => {
    const store = createMemoryDatastore();
    await store.create(globalSet('a'));
    const faults: Faults = { ...noFaults(), watches: [{ after: 1, how: 'expire' }] };
    const sink = receiver();
    start(faulty(store, faults), sink);
    await sink.until(() => sink.log.includes('in-sync'));
    faults.lists.push(...Array.from({ length: 60 }, unavailable));
    await store.apply(globalSet('a', '192.0.2.1'));
    await sink.until(() => sink.log.at(-1) === 'in-sync' && faults.lists.length === 0);
    expect(sink.log).toContain('wait-for-datastore');
    expect(sink.log.lastIndexOf('wait-for-datastore')).toBeGreaterThan(sink.log.indexOf('in-sync'));
    expect(sink.log.some((line) => line.startsWith('deleted'))).toBe(false);
  });

  it('finds what went while nobody watched, and sends nothing twice', async () => {
    const store = createMemoryDatastore();
    for (const name of ['stays', 'goes', 'changes']) await store.create(globalSet(name));
    const faults: Faults = { ...noFaults(), watches: [{ after: 1, how: 'expire' }] };
    const sink = receiver();
    const stopped = faulty(store, faults);
    let list: (() => void) | undefined;
    const held: Datastore = {
      ...stopped,
      async list(selection, options) {
        if (faults.opened > 0) await new Promise<void>((done) => (list = done));
        return await stopped.list(selection, options);
      },
    };
    start(held, sink);
    await sink.until(() => sink.log.includes('in-sync'));
    await store.create(globalSet('first'));
    await sink.until(() => list !== undefined);
    await store.delete({ kind: 'GlobalNetworkSet', name: 'goes' });
    await store.apply(globalSet('changes', '192.0.2.1'));
    await store.create(globalSet('comes'));
    list?.();
    await sink.until(() => sink.log.filter((line) => line === 'in-sync').length === 2);
    expect(sink.log.slice(sink.log.indexOf('in-sync') + 1)).toEqual([
      'new GlobalNetworkSet/first',
      'resync-in-progress',
      'updated GlobalNetworkSet/changes',
      'new GlobalNetworkSet/comes',
      'deleted GlobalNetworkSet/goes',
      'in-sync',
    ]);
  });

  it('takes a list in parts, and finds what went after a list that failed half-way', async () => {
    const store = createMemoryDatastore();
    for (const name of ['goes', 'stays', 'z']) await store.create(globalSet(name));
    const faults: Faults = { ...noFaults(), lists: [unavailable()], parts: true };
    const failing = faulty(store, faults);
    const sink = receiver();
    const held: Datastore = {
      ...failing,
      async list(selection, options) {
        const isSecond = faults.lists.length === 0;
        if (isSecond) await store.delete({ kind: 'GlobalNetworkSet', name: 'goes' });
        return await failing.list(selection, options);
      },
    };
    start(held, sink);
    await sink.until(() => sink.log.includes('in-sync'));
    expect(sink.log).toEqual([
      'wait-for-datastore',
      'resync-in-progress',
      'new GlobalNetworkSet/goes',
      'new GlobalNetworkSet/stays',
      'trouble GlobalNetworkSet: connection refused',
      'new GlobalNetworkSet/z',
      'deleted GlobalNetworkSet/goes',
      'in-sync',
    ]);
  });

  it('goes on where a watch has ended, so that nothing older comes again', async () => {
    const store = createMemoryDatastore();
    const faults: Faults = { ...noFaults(), watches: [{ after: 2, how: 'end' }] };
    const ending = faulty(store, faults);
    const from: (string | undefined)[] = [];
    const recorded: Datastore = {
      ...ending,
      watch(selection, options) {
        from.push(options?.revision);
        return ending.watch(selection, options);
      },
    };
    const sink = receiver();
    start(recorded, sink);
    await sink.until(() => sink.log.includes('in-sync'));
    await store.create(globalSet('a', '192.0.2.1'));
    await store.apply(globalSet('a', '192.0.2.2'));
    await sink.until(() => from.length === 2);
    await store.create(globalSet('b'));
    await sink.until(() => sink.held.has('GlobalNetworkSet/b'));
    expect(from).toEqual(['1', '3']);
    expect(sink.log.slice(sink.log.indexOf('in-sync') + 1)).toEqual([
      'new GlobalNetworkSet/a',
      'updated GlobalNetworkSet/a',
      'new GlobalNetworkSet/b',
    ]);
  });

  it('ends whole when a store breaks its contract', async () => {
    const store = createMemoryDatastore();
    const signals: AbortSignal[] = [];
    const broken: Datastore = {
      ...store,
      async list(selection, options) {
        if (selection.kind !== 'Tier') return await store.list(selection, options);
        while (signals.length === 0) await new Promise(setImmediate);
        return { revision: '1', problems: [] } as unknown as Listing;
      },
      watch(selection, options) {
        if (options?.signal) signals.push(options.signal);
        return store.watch(selection, options);
      },
    };
    const options = { store: broken, kinds: ['GlobalNetworkSet', 'Tier'], sink: receiver() };
    await expect(runSyncer(options, new AbortController().signal)).rejects.toThrow(TypeError);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    await store.close();
  });

  it('asks again and again for a kind that cannot be watched', async () => {
    const store = createMemoryDatastore();
    let installed = false;
    const sink = receiver();
    const missing: Datastore = {
      ...store,
      list: async (selection, options) =>
        installed
          ? await store.list(selection, options)
          : { items: [], revision: '', problems: [], missing: notSupported('List', { kind: 'x', name: '' }) },
    };
    const { clock } = start(missing, sink);
    await sink.until(() => clock.sleeps.filter((ms) => ms === TIMES.poll).length > 3);
    expect(sink.log).toEqual([
      'wait-for-datastore',
      'resync-in-progress',
      'trouble GlobalNetworkSet: operation List is not supported on x()',
      'in-sync',
    ]);
    await store.create(globalSet('a'));
    installed = true;
    await sink.until(() => sink.held.has('GlobalNetworkSet/a'));
  });
});

describe('what is not valid', () => {
  it('leaves the last good version in force, and is absent when there is none', async () => {
    const store = createMemoryDatastore();
    await store.create(globalSet('good', '192.0.2.1'));
    await store.create(globalSet('bad', 'nonsense'));
    const sink = receiver();
    start(store, sink);
    await sink.until(() => sink.log.includes('in-sync'));
    expect([...sink.held.keys()]).toEqual(['GlobalNetworkSet/good']);
    await store.apply(globalSet('good', 'worse'));
    await sink.until(() => sink.log.includes('invalid GlobalNetworkSet/good'));
    expect(netsOf(sink, 'good')).toEqual(['192.0.2.1']);
    await store.apply(globalSet('good', '192.0.2.2'));
    await store.delete({ kind: 'GlobalNetworkSet', name: 'bad' });
    await sink.until(() => sink.log.includes('valid GlobalNetworkSet/bad'));
    expect(netsOf(sink, 'good')).toEqual(['192.0.2.2']);
    expect(sink.log.slice(sink.log.indexOf('in-sync') + 1)).toEqual([
      'invalid GlobalNetworkSet/good',
      'valid GlobalNetworkSet/good',
      'updated GlobalNetworkSet/good',
      'valid GlobalNetworkSet/bad',
    ]);
  });

  it('stays as it was when it can no longer be read, be it in a list or in a watch', async () => {
    const store = createMemoryDatastore();
    for (const name of ['listed', 'watched']) await store.create(globalSet(name, '192.0.2.1'));
    const unreadable = (name: string) =>
      new DatastoreError('datastore/parse', `${name} is not JSON`, {
        problems: [
          {
            code: 'datastore/parse',
            severity: 'error',
            message: `${name} is not JSON`,
            resource: `GlobalNetworkSet/${name}`,
          },
        ],
      });
    let opened = 0;
    const broken: Datastore = {
      ...store,
      async list(selection, options) {
        const listing = await store.list(selection, options);
        if (opened === 0) return listing;
        const items = listing.items.filter(({ key }) => key.name !== 'listed');
        return { ...listing, items, problems: unreadable('listed').problems };
      },
      async *watch(selection, options) {
        if (opened++ > 0) return yield* store.watch(selection, options);
        const key = { kind: 'GlobalNetworkSet', name: 'watched' };
        yield { type: 'error', error: unreadable('watched'), final: false, key, revision: '2' };
        yield { type: 'bookmark', revision: '2' };
        yield { type: 'error', error: new DatastoreError('datastore/expired', 'compacted'), final: true };
      },
    };
    const sink = receiver();
    start(broken, sink);
    await sink.until(() => sink.log.filter((line) => line === 'in-sync').length === 2);
    // The watch that told of one went on to its end, which was to list anew.
    expect(sink.log.slice(sink.log.indexOf('in-sync') + 1)).toEqual([
      'invalid GlobalNetworkSet/watched',
      'resync-in-progress',
      'valid GlobalNetworkSet/watched',
      'updated GlobalNetworkSet/watched',
      'invalid GlobalNetworkSet/listed',
      'in-sync',
    ]);
    expect(['listed', 'watched'].map((name) => netsOf(sink, name))).toEqual([['192.0.2.1'], ['192.0.2.1']]);
  });

  it('includes fields that could be conditions; elsewhere a newer field is left out', async () => {
    const store = createMemoryDatastore();
    await store.create({ ...globalSet('s', '192.0.2.1'), spec: { nets: ['192.0.2.1'], newer: { a: 1 } } });
    const rule = { action: 'Allow', source: { newerCondition: 'x' } };
    const apiVersion = 'projectcalico.org/v3';
    await store.create({
      apiVersion,
      kind: 'GlobalNetworkPolicy',
      metadata: { name: 'p' },
      spec: { selector: 'all()', ingress: [rule] },
    });
    const { resources, problems } = await readSnapshot(store, ['GlobalNetworkSet', 'GlobalNetworkPolicy']);
    expect(resources.map(({ kind, spec }) => [kind, spec])).toEqual([
      ['GlobalNetworkSet', { nets: ['192.0.2.1'] }],
    ]);
    expect(problems.map(({ severity, resource, code }) => [severity, resource, code])).toEqual([
      ['warning', 'GlobalNetworkSet/s', 'resource/unknown-field'],
      ['error', 'GlobalNetworkPolicy/p', 'resource/unknown-field'],
    ]);
  });
});

it('a thousand forced disconnects: nothing lost, nothing invented', async () => {
  const store = createMemoryDatastore();
  const faults: Faults = {
    ...noFaults(),
    watches: Array.from({ length: 1_000 }, (_, n) => ({
      after: n % 3,
      how: (['end', 'fail', 'expire'] as const)[n % 7 === 0 ? 2 : n % 2]!,
    })),
  };
  const sink = receiver();
  start(faulty(store, faults), sink);
  let n = 0;
  while (faults.watches.length > 0) {
    await store.apply(globalSet(`s${n % 7}`, `192.0.2.${n % 256}`));
    if (n % 5 === 0) await store.delete({ kind: 'GlobalNetworkSet', name: `s${n % 7}` });
    n++;
    await new Promise((done) => setImmediate(done));
  }
  await store.apply(globalSet('last'));
  await sink.until(() => sink.held.has('GlobalNetworkSet/last'));
  const stored = (await store.list({ kind: 'GlobalNetworkSet' })).items;
  expect(faults.opened).toBeGreaterThan(1_000);
  expect(Object.fromEntries([...sink.held].map(([key, { spec }]) => [key, spec]))).toEqual(
    Object.fromEntries(stored.map(({ key, value }) => [`GlobalNetworkSet/${key.name}`, value.spec])),
  );
}, 60_000);

it('whatever happens, the receiver ends with what is stored', async () => {
  const step = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    net: fc.constantFrom('192.0.2.1', '192.0.2.2', 'invalid', undefined),
    turns: fc.nat(4),
  });
  const fault = fc.option(
    fc.record({ after: fc.nat(4), how: fc.constantFrom<'end' | 'fail' | 'expire'>('end', 'fail', 'expire') }),
    { nil: undefined },
  );
  const lists = fc.array(fc.constant(undefined), { maxLength: 3 });
  const seed = Number(process.env['TORTIE_SEED'] ?? Date.now() % 1_000_000);
  console.log(`syncer: seed ${seed}`);
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 20 }),
      fc.array(fault, { maxLength: 8 }),
      lists,
      fc.boolean(),
      async (steps, watches, failing, parts) => {
        const store = createMemoryDatastore();
        const sink = receiver();
        const end = new AbortController();
        const faults: Faults = { lists: failing.map(unavailable), watches: [...watches], opened: 0, parts };
        const done = runSyncer(
          { store: faulty(store, faults), kinds: SETS, sink, clock: testClock() },
          end.signal,
        );
        for (const { name, net, turns } of steps) {
          for (let n = 0; n < turns; n++) await new Promise((next) => setImmediate(next));
          if (net === undefined)
            await store.delete({ kind: 'GlobalNetworkSet', name }).catch(() => undefined);
          else await store.apply(globalSet(name, net));
        }
        await store.apply(globalSet('last'));
        await sink.until(
          () => sink.held.has('GlobalNetworkSet/last') && sink.log.at(-1) !== 'resync-in-progress',
        );
        const { items } = await store.list({ kind: 'GlobalNetworkSet' });
        const stored = new Map(items.map(({ key, value }) => [`GlobalNetworkSet/${key.name}`, value.spec]));
        // What is not valid may be held in an older version, or not at all.
        const bad = new Set(
          [...stored].filter(([, spec]) => JSON.stringify(spec).includes('invalid')).map(([key]) => key),
        );
        const held = new Map([...sink.held].map(([key, { spec }]) => [key, spec]));
        const good = (specs: ReadonlyMap<string, unknown>) =>
          Object.fromEntries([...specs].filter(([key]) => !bad.has(key)));
        expect(good(held)).toEqual(good(stored));
        end.abort();
        await done;
      },
    ),
    { seed, numRuns: 200 },
  );
}, 120_000);
