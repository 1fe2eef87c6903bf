// What a server can do to a client, with one that does as it is told; test/interop holds the same code to a real one.
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { DatastoreError, type WatchEvent } from '../index.ts';
import { type Answer, closeAll, json, status, storeOf } from './testing.ts';

afterEach(closeAll);

const set = (name: string, resourceVersion = '5') => ({
  metadata: { name, resourceVersion },
  spec: { nets: [] },
});
const list = (names: readonly string[], resourceVersion: string, more?: string) => ({
  metadata: { resourceVersion, ...(more && { continue: more }) },
  items: names.map((name) => set(name)),
});
const SETS = { kind: 'GlobalNetworkSet' };

async function rejection(promise: Promise<unknown>): Promise<DatastoreError> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(DatastoreError);
  return error as DatastoreError;
}

async function events(watch: AsyncIterable<WatchEvent>): Promise<readonly (WatchEvent | DatastoreError)[]> {
  const seen: (WatchEvent | DatastoreError)[] = [];
  try {
    for await (const event of watch) seen.push(event);
  } catch (error) {
    seen.push(error as DatastoreError);
  }
  return seen;
}

describe('lists', () => {
  it('come in pages, each with the token of the one before', async () => {
    const { store, requests } = await storeOf(json(list(['b', 'c'], '7', 'more')), json(list(['a'], '7')));
    const { items, revision } = await store.list(SETS);
    expect([items.map(({ key }) => key.name), revision]).toEqual([['a', 'b', 'c'], '7']);
    expect(requests.map((line) => line.split('?')[1])).toEqual(['limit=500', 'limit=500&continue=more']);
  });

  it('start anew when the token has expired, and nothing is twice in them', async () => {
    const expired = json(status(410, 'Expired', 'The provided continue parameter is too old'), 410);
    const { store } = await storeOf(
      json(list(['a', 'b'], '7', 'more')),
      expired,
      json(list(['a', 'c'], '9', 'more')),
      json(list(['d'], '9')),
    );
    const { items, revision } = await store.list(SETS);
    expect([items.map(({ key }) => key.name), revision]).toEqual([['a', 'c', 'd'], '9']);
  });

  it('that break off are no lists', async () => {
    const half: Answer = (_, answer) => {
      answer.writeHead(200, { 'content-type': 'application/json' });
      answer.write('{"items":[{"metadata":{"name":"a"');
      setTimeout(() => answer.destroy(), 50);
    };
    const { store } = await storeOf(half);
    const error = await rejection(store.list(SETS));
    expect(error.code).toBe('datastore/unavailable');
    expect(error.message).toContain('the answer broke off');
  });

  it('of a server that is none of Kubernetes say so', async () => {
    const { store } = await storeOf((_, answer) => answer.end('<html>hello</html>'));
    const error = await rejection(store.list(SETS));
    expect([error.code, error.message]).toEqual(['datastore/failed', expect.stringContaining('not JSON')]);
  });

  it('are asked for again when the server is busy, after as long as it says', async () => {
    const busy = json(status(429, 'TooManyRequests', 'storage is (re)initializing'), 429, {
      'retry-after': '1',
    });
    const { store, requests } = await storeOf(busy, busy, json(list(['a'], '7')));
    const started = performance.now();
    expect((await store.list(SETS)).items).toHaveLength(1);
    expect(requests).toHaveLength(3);
    expect(performance.now() - started).toBeGreaterThan(900);
  });

  it('of a server that says nothing end', async () => {
    const { store } = await storeOf(() => undefined);
    const { code, message } = await rejection(store.list(SETS));
    expect(code).toBe('datastore/unavailable');
    expect(message).toContain('no answer within 1 s');
  });

  it('of nobody who may ask name what is missing, and no token', async () => {
    const forbidden = json(
      status(403, 'Forbidden', 'globalnetworksets is forbidden: User "x" cannot list'),
      403,
    );
    const { store } = await storeOf(forbidden);
    const { code, message } = await rejection(store.list(SETS));
    expect([code, message]).toEqual([
      'datastore/unauthorized',
      'connection is unauthorized: globalnetworksets is forbidden: User "x" cannot list',
    ]);
  });
});

const stream =
  (lines: readonly unknown[], how: 'end' | 'break' | 'silence' = 'end'): Answer =>
  (_, answer) => {
    answer.writeHead(200, { 'content-type': 'application/json' });
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    // In pieces that have nothing to do with lines, nor with characters.
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 7) answer.write(bytes.subarray(at, at + 7));
    if (how === 'end') answer.end();
    if (how === 'break') setTimeout(() => answer.destroy(), 50);
  };

describe('watches', () => {
  const added = { type: 'ADDED', object: set('ä', '8') };
  const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } };

  it('read lines, however they come', async () => {
    const gone = { type: 'DELETED', object: set('ä', '10') };
    const { store, requests } = await storeOf(stream([added, bookmark, gone]));
    const seen = await events(store.watch(SETS, { revision: '7', bookmarks: true }));
    expect(seen.map((event) => ('type' in event ? event.type : event.code))).toEqual([
      'added',
      'bookmark',
      'deleted',
    ]);
    expect(requests[0]).toMatch(/watch=1&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=\d+/);
  });

  it.each([
    ['break', 'datastore/unavailable'],
    ['silence', 'datastore/unavailable'],
  ] as const)('that %s reject after what they told', async (how, code) => {
    const { store } = await storeOf(stream([added], how));
    const [first, last, ...more] = await events(store.watch(SETS, { revision: '7' }));
    expect([first, (last as DatastoreError).code, more]).toEqual([
      expect.objectContaining({ type: 'added' }),
      code,
      [],
    ]);
  });

  it('end with expired when the revision is too old, however that is said', async () => {
    const inside = stream([
      { type: 'ERROR', object: status(410, 'Expired', 'too old resource version: 1 (9)') },
    ]);
    const before = json(status(410, 'Gone', 'too old resource version: 1 (9)'), 410);
    for (const answer of [inside, before]) {
      const { store } = await storeOf(answer);
      const [only] = await events(store.watch(SETS, { revision: '1' }));
      const error = only instanceof DatastoreError ? only : (only as { error: DatastoreError }).error;
      expect(error.code).toBe('datastore/expired');
    }
  });

  it('tell an object that cannot be read and go on', async () => {
    const bad = {
      type: 'MODIFIED',
      object: {
        metadata: { name: 'x', resourceVersion: '8', annotations: { 'projectcalico.org/metadata': '[' } },
      },
    };
    const { store } = await storeOf(stream([bad, added]));
    const seen = (await events(store.watch(SETS, { revision: '7' }))) as WatchEvent[];
    expect(seen).toEqual([
      expect.objectContaining({
        type: 'error',
        final: false,
        key: { kind: 'GlobalNetworkSet', name: 'x' },
        revision: '8',
      }),
      expect.objectContaining({ type: 'added' }),
    ]);
  });
});

it('whatever a server answers, the store ends with a value or with its own error', async () => {
  const seed = Number(process.env['TORTIE_SEED'] ?? Date.now() % 1_000_000);
  console.log(`kubernetes: seed ${seed}`);
  let body: unknown;
  const { store } = await storeOf((request, answer) =>
    (request.url?.includes('watch=1') ? stream(body as unknown[]) : json(body))(request, answer),
  );
  const kinds = ['GlobalNetworkSet', 'Node', 'WorkloadEndpoint', 'KubernetesNetworkPolicy', 'Tier'];
  const metadata = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        name: fc.oneof(fc.string(), fc.jsonValue()),
        namespace: fc.string(),
        annotations: fc.jsonValue(),
        resourceVersion: fc.oneof(fc.string(), fc.integer()),
      },
      { requiredKeys: [] },
    ),
  );
  const object = fc.oneof(
    fc.jsonValue(),
    fc.record({ metadata, spec: fc.jsonValue(), status: fc.jsonValue() }, { requiredKeys: [] }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...kinds),
      fc.array(object, { maxLength: 4 }),
      fc.constantFrom('ADDED', 'MODIFIED', 'DELETED', 'ERROR', 'X'),
      async (kind, objects, type) => {
        body = { metadata: { resourceVersion: '1' }, items: objects };
        const { items, problems } = await store.list({ kind });
        expect(items.length + problems.length).toBeLessThanOrEqual(
          Math.max(objects.length, objects.length * 20),
        );
        body = objects.map((each) => ({ type, object: each }));
        for (const event of await events(store.watch({ kind }, { revision: '1' })))
          expect(event instanceof DatastoreError || 'type' in event).toBe(true);
      },
    ),
    { seed, numRuns: 150 },
  );
}, 120_000);
