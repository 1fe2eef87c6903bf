// A watch of a range from a revision, on one stream. Answers can come in fragments: what belongs to one revision is put
// together, so that none is ever told in part. What ends the stream ends the watch: whoever reads it goes on from the last
// revision.
import { type CallOptions as RpcOptions, Code, ConnectError } from '@connectrpc/connect';
import { DatastoreError, expired, unavailable } from '../errors.ts';
import type { ObjectKey, Selection, WatchEvent } from '../types.ts';
import type { Connection, Session } from './connection.ts';
import { isLost, isRefused } from './faults.ts';
import type { Event, KeyValue, WatchResponse } from './generated/etcd_pb.ts';
import { type KeyRange, keyReader, rangeOf } from './keys.ts';
import { type Listed, listSelection } from './list.ts';
import { decodeEntry } from './values.ts';

interface RangeWatch {
  readonly range: KeyRange;
  /** Events after it. */
  readonly revision: bigint;
  readonly bookmarks: boolean;
  readonly old: boolean;
  readonly read: (rawKey: Uint8Array) => ObjectKey | undefined;
}

const DELETE = 1;

/** `from` undefined: what exists first. */
export async function* watchSelection(
  connection: Connection,
  selection: Selection,
  { from, ...wanted }: Pick<RangeWatch, 'bookmarks' | 'old'> & { readonly from: bigint | undefined },
  given: AbortSignal | undefined,
): AsyncGenerator<WatchEvent, void> {
  const range = rangeOf('Watch', selection);
  const read = keyReader(selection);
  connection.check(undefined);
  const { signal, release } = connection.link(given);
  try {
    let revision = from;
    if (revision === undefined) {
      const listed = yield* existing(connection, selection, signal);
      if (listed === undefined) return;
      revision = listed;
    }
    yield* watchRange(connection, { range, read, revision, ...wanted }, signal);
  } finally {
    release();
  }
}

/** Answers the revision of what it told; undefined when it failed, which it has told then, or was cancelled. */
async function* existing(
  connection: Connection,
  selection: Selection,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent, bigint | undefined> {
  let listed: Listed;
  try {
    listed = await listSelection(connection, selection, undefined, signal, { stored: true });
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!(error instanceof DatastoreError)) throw error;
    yield { type: 'error', error, final: true };
    return undefined;
  }
  for (const error of listed.errors) {
    const { key } = error;
    yield { type: 'error', error, final: false, ...(key && { key }) };
  }
  for (const entry of listed.entries) {
    if (signal.aborted) return undefined;
    yield { type: 'added', entry };
  }
  return listed.revision;
}

/** Ends silently when `signal`, one of the connection's links, is aborted. */
async function* watchRange(
  connection: Connection,
  watch: RangeWatch,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent, void> {
  let renewed = false;
  for (let failed = 0; ; ) {
    const outcome = yield* watchOnce(connection, watch, signal);
    if (signal.aborted) return;
    const { session, created, error } = outcome;
    // A token that is no longer good counts, before etcd 3.5, as one that permits nothing.
    if (!created && !renewed && session && isRefused(error) && connection.renew(session)) {
      renewed = true;
      continue;
    }
    failed++;
    if (!created && session && isLost(error)) {
      connection.passOver(session.member);
      if (failed < connection.size) continue;
    }
    const reason = isLost(error) ? (session?.member.lastError() ?? error) : error;
    yield {
      type: 'error',
      error: connection.fault(reason, session?.member.endpoint ?? '', signal),
      final: true,
    };
    return;
  }
}

interface Outcome {
  /** Absent: no member could be reached. */
  readonly session?: Session;
  readonly created: boolean;
  readonly error: unknown;
}

async function* watchOnce(
  connection: Connection,
  watch: RangeWatch,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent, Outcome> {
  const own = connection.link(signal);
  let session: Session | undefined;
  let created = false;
  // A server that takes the connection and says nothing.
  let late = false;
  const timer = setTimeout(
    () => {
      late = true;
      own.abort();
    },
    connection.timing.request + connection.timing.dial * connection.size,
  );
  try {
    session = await connection.session(own.signal);
    const { endpoint } = session.member;
    const options: RpcOptions = { ...session.options, timeoutMs: 0 };
    let held: readonly Event[] = [];
    for await (const answer of session.member.watch.watch(requests(watch, own.signal), options)) {
      const end = endOf(answer, watch);
      if (end) return { session, created, error: end };
      if (answer.created) {
        created = true;
        clearTimeout(timer);
        continue;
      }
      const { whole, rest } = answer.fragment
        ? wholeRevisions([...held, ...answer.events])
        : { whole: [...held, ...answer.events], rest: [] };
      held = rest;
      for (const event of whole) {
        const told = eventOf(event, watch);
        if (told) yield told;
        if (signal.aborted) return { session, created, error: undefined };
      }
      if (answer.events.length === 0 && !answer.fragment && watch.bookmarks)
        yield { type: 'bookmark', revision: String(answer.header?.revision ?? 0n) };
    }
    return { session, created, error: unavailable(`etcd at ${endpoint} ended the watch`) };
  } catch (error) {
    const endpoint = session?.member.endpoint ?? 'any endpoint';
    const reason = late
      ? unavailable(`no connection to etcd at ${endpoint}: no answer in time`, { cause: error })
      : error;
    return { ...(session && { session }), created, error: reason };
  } finally {
    clearTimeout(timer);
    own.abort();
    own.release();
  }
}

/** The last revision of a fragment may go on in the next one; a transaction of thousands of keys fills several. */
function wholeRevisions(events: readonly Event[]): { whole: readonly Event[]; rest: readonly Event[] } {
  const last = events.at(-1)?.kv?.modRevision;
  const end = events.findIndex(({ kv }) => kv?.modRevision === last);
  return { whole: events.slice(0, end), rest: events.slice(end) };
}

/** One request, and then nothing until the watch ends: the end of what we send would end it. */
async function* requests({ range, revision, bookmarks, old }: RangeWatch, signal: AbortSignal) {
  const value = {
    ...range,
    startRevision: revision + 1n,
    progressNotify: bookmarks,
    prevKv: old,
    fragment: true,
  };
  yield { requestUnion: { case: 'createRequest' as const, value } };
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Why the watch ends with this answer; undefined when it goes on. */
function endOf(answer: WatchResponse, { revision }: RangeWatch): unknown {
  const wanted = String(revision);
  if (answer.compactRevision > 0n) return expired(wanted, String(answer.compactRevision));
  if (answer.canceled)
    return new ConnectError(answer.cancelReason || 'the watch was cancelled', Code.FailedPrecondition);
  // The store was set back: what happened since in this life of it is unknown.
  if (answer.created && (answer.header?.revision ?? 0n) < revision) return expired(wanted, undefined);
  return undefined;
}

function eventOf({ type, kv, prevKv }: Event, { read }: RangeWatch): WatchEvent | undefined {
  const key = kv && read(kv.key);
  if (!key) return undefined;
  const old = prevKv && prevKv.key.length > 0 ? before(key, prevKv) : undefined;
  const revision = String(kv.modRevision);
  if (type === DELETE) return { type: 'deleted', key, revision, ...(old && { old }) };
  try {
    const entry = decodeEntry(key, kv);
    if (kv.createRevision === kv.modRevision) return { type: 'added', entry };
    return { type: 'modified', entry, ...(old && { old }) };
  } catch (error) {
    if (!(error instanceof DatastoreError)) throw error;
    return { type: 'error', error, final: false, key, revision };
  }
}

/** Undefined where what was there could not be read. */
function before(key: ObjectKey, kv: KeyValue) {
  try {
    return decodeEntry(key, kv);
  } catch {
    return undefined;
  }
}
