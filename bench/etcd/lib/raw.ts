// What the client library alone costs: the same requests as our backend's, nothing decoded beyond protobuf.
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { KV, Watch } from '../../../src/datastore/etcd/generated/etcd_pb.ts';
import { prefixRange } from '../../../src/datastore/etcd/keys.ts';
import { utf8Text } from '../../../src/datastore/etcd/text.ts';
import { FOLDER } from './endpoints.ts';

const range = prefixRange(FOLDER);
const parsed = (value: Uint8Array): unknown => JSON.parse(utf8Text(value) ?? '');

/** In pages of 5,000, ours at most; answers the revision. `parse`: values as JSON too, and kept until the end. */
export async function rawList(endpoint: string, { parse = false } = {}): Promise<bigint> {
  const kv = createClient(KV, createGrpcTransport({ baseUrl: endpoint }));
  const values: unknown[] = [];
  let { key } = range;
  let revision = 0n;
  for (;;) {
    const answer = await kv.range({ ...range, key, limit: 5000n, revision });
    revision = answer.header?.revision ?? 0n;
    if (parse) for (const { value } of answer.kvs) values.push(parsed(value));
    const last = answer.kvs.at(-1);
    if (!answer.more || !last) return revision;
    key = new Uint8Array([...last.key, 0]);
  }
}

/** Until `seen` answers true; it is given a revision and how many events of it there are. `parse`: values as JSON too. */
export async function rawWatch(
  endpoint: string,
  after: bigint,
  seen: (revision: string, events: number) => boolean,
  { parse = false } = {},
): Promise<void> {
  const watch = createClient(Watch, createGrpcTransport({ baseUrl: endpoint }));
  const end = new AbortController();
  async function* requests() {
    const value = { ...range, startRevision: after + 1n, fragment: true };
    yield { requestUnion: { case: 'createRequest' as const, value } };
    await new Promise((resolve) => end.signal.addEventListener('abort', resolve, { once: true }));
  }
  for await (const { events } of watch.watch(requests(), { timeoutMs: 0 })) {
    if (parse) for (const { kv } of events) if (kv) parsed(kv.value);
    for (let from = 0; from < events.length; ) {
      const revision = events[from]?.kv?.modRevision;
      let to = from + 1;
      while (to < events.length && events[to]?.kv?.modRevision === revision) to++;
      if (seen(String(revision), to - from)) return end.abort();
      from = to;
    }
  }
}
