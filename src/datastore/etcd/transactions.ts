// The three writes that depend on what is stored, each one transaction on one key.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Session } from './connection.ts';
import type { CompareSchema, KeyValue, RequestOpSchema, TxnResponse } from './generated/etcd_pb.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Compare = MessageInitShape<typeof CompareSchema>;
type Request = MessageInitShape<typeof RequestOpSchema>;

/** What the transaction did, or what stood in its way: nothing, or another version. */
export type Outcome =
  | { readonly done: true; readonly revision: bigint; readonly previous?: KeyValue }
  | { readonly done: false; readonly found?: KeyValue };

// Numbers of etcd's enumerations; EQUAL is 0, as absent.
const VERSION = 0;
const MOD = 2;

const put = (key: Bytes, value: Bytes): Request => ({
  request: { case: 'requestPut', value: { key, value } },
});
const remove = (key: Bytes): Request => ({
  request: { case: 'requestDeleteRange', value: { key, prevKv: true } },
});
const get = (key: Bytes): Request => ({ request: { case: 'requestRange', value: { key } } });

export const createIfAbsent = (to: Session, key: Bytes, value: Bytes) =>
  run(to, key, [{ target: VERSION, key, targetUnion: { case: 'version', value: 0n } }], put(key, value));

export const putIfUnchanged = (to: Session, key: Bytes, value: Bytes, revision: bigint) =>
  run(to, key, [unchanged(key, revision)], put(key, value));

/** `revision` undefined: whatever is there. `previous` is absent where nothing was. */
export const removeIfUnchanged = (to: Session, key: Bytes, revision: bigint | undefined) =>
  run(to, key, revision === undefined ? [] : [unchanged(key, revision)], remove(key));

const unchanged = (key: Bytes, revision: bigint): Compare => ({
  target: MOD,
  key,
  targetUnion: { case: 'modRevision', value: revision },
});

async function run(
  { member, options }: Session,
  key: Bytes,
  compare: Compare[],
  request: Request,
): Promise<Outcome> {
  const answer = await member.kv.txn({ compare, success: [request], failure: [get(key)] }, options);
  const kv = keyValueOf(answer);
  if (!answer.succeeded) return { done: false, ...(kv && { found: kv }) };
  return { done: true, revision: answer.header?.revision ?? 0n, ...(kv && { previous: kv }) };
}

function keyValueOf(answer: TxnResponse): KeyValue | undefined {
  const response = answer.responses[0]?.response;
  if (response?.case === 'responseRange') return response.value.kvs[0];
  return response?.case === 'responseDeleteRange' ? response.value.prevKvs[0] : undefined;
}
