// When requests go out, on a clock of the test's own; and which of them are counted.
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, json, type Answer, storeWith } from './testing.ts';
import { type Clock, createThrottle } from './throttle.ts';

afterEach(closeAll);

/** Time passes when all wait, up to the first that is to wake. */
function testClock(): Clock & { readonly at: () => number; advance: (ms: number) => Promise<void> } {
  let time = 0;
  let sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  return {
    at: () => time,
    now: () => time,
    sleep: (ms, signal) =>
      new Promise<void>((wake, fail) => {
        sleepers.push({ until: time + ms, wake });
        signal?.addEventListener('abort', () => fail(new Error('aborted')));
      }),
    async advance(ms) {
      time += ms;
      const due = sleepers.filter(({ until }) => until <= time + 1e-6);
      sleepers = sleepers.filter((each) => !due.includes(each));
      for (const { wake } of due) wake();
      await new Promise((done) => setImmediate(done));
    },
  };
}

describe('a bucket', () => {
  it('lets a burst through at once, and then so many a second, in order', async () => {
    const clock = testClock();
    const throttle = createThrottle({ qps: 10, burst: 3 }, clock);
    const went: [number, number][] = [];
    for (let i = 0; i < 6; i++) void throttle(undefined).then(() => went.push([i, clock.at()]));
    await clock.advance(0);
    for (let i = 0; i < 10; i++) await clock.advance(50);
    expect(went).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 100],
      [4, 200],
      [5, 300],
    ]);
  });

  it('fills again in a pause, and never beyond the burst', async () => {
    const clock = testClock();
    const throttle = createThrottle({ qps: 10, burst: 3 }, clock);
    const at = async (count: number) => {
      let went = 0;
      for (let i = 0; i < count; i++) void throttle(undefined).then(() => went++);
      await clock.advance(0);
      return went;
    };
    expect(await at(3)).toBe(3);
    await clock.advance(200);
    expect(await at(3)).toBe(2);
    await clock.advance(60_000);
    expect(await at(9)).toBe(3);
  });

  it('gives back the turn of whoever no longer wants it', async () => {
    const clock = testClock();
    const throttle = createThrottle({ qps: 1, burst: 1 }, clock);
    await throttle(undefined);
    const stop = new AbortController();
    const given = throttle(stop.signal);
    stop.abort();
    await expect(given).rejects.toMatchObject({ code: 'datastore/cancelled' });
    let went = false;
    void throttle(undefined).then(() => (went = true));
    await clock.advance(1_000);
    expect(went).toBe(true);
  });
});

describe('a store', () => {
  const empty = json({ metadata: { resourceVersion: '1' }, items: [] });
  const lists = async (config: object, count: number) => {
    const clock = testClock();
    const { store, requests } = await storeWith(
      { apiGroup: 'crd.projectcalico.org/v1', ...config },
      [empty],
      { clock },
    );
    const all = Array.from({ length: count }, () => store.list({ kind: 'Tier' }));
    for (const each of all) each.catch(() => undefined);
    /** How many, once no more come. */
    const arrived = async (atLeast = 1) => {
      await expect.poll(() => requests.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(atLeast);
      await new Promise((done) => setTimeout(done, 100));
      return requests.length;
    };
    return { clock, arrived, all, store };
  };

  it('keeps to K8S_CLIENT_QPS and K8S_CLIENT_BURST', async () => {
    const { clock, arrived, all } = await lists({ qps: 2, burst: 3 }, 5);
    expect(await arrived(3)).toBe(3);
    await clock.advance(500);
    expect(await arrived(4)).toBe(4);
    await clock.advance(500);
    expect(await arrived(5)).toBe(5);
    await Promise.all(all);
  });

  it.each([
    [{ burst: 2 }, 2],
    [{ qps: 0.001 }, 100],
    [{ qps: -1, burst: 2 }, 110],
    [{}, 110],
  ])('with %o lets %i of 110 through at once', async (config, count) => {
    const { arrived, store } = await lists(config, 110);
    expect(await arrived(count)).toBe(count);
    await store.close();
  });

  it('does not count watches', async () => {
    const held: Answer = (request, answer) => {
      if (!request.url?.includes('watch=1')) return empty(request, answer);
      answer.writeHead(200, { 'content-type': 'application/json' });
      answer.flushHeaders();
    };
    const { store, requests } = await storeWith(
      { apiGroup: 'crd.projectcalico.org/v1', qps: 0.001, burst: 1 },
      [held],
      { clock: testClock() },
    );
    const stop = new AbortController();
    const watches = Array.from({ length: 4 }, async () => {
      for await (const _ of store.watch({ kind: 'Tier' }, { revision: '1', signal: stop.signal })) break;
    });
    await expect.poll(() => requests.length, { timeout: 10_000 }).toBe(4);
    // The one request that there is a token for.
    await store.list({ kind: 'Tier' });
    stop.abort();
    await Promise.all(watches);
  });
});
