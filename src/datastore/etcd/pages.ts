// A range read in pages, all at one revision, so that no answer grows with the cluster. A page asks for as many keys as
// lately fitted into a few megabytes.
import { setImmediate } from 'node:timers/promises';
import { DatastoreError } from '../errors.ts';
import type { Connection } from './connection.ts';
import { withRevision } from './faults.ts';
import type { KeyValue } from './generated/etcd_pb.ts';
import type { KeyRange } from './keys.ts';

const FIRST_LIMIT = 500;
const LIMIT = { least: 10, most: 5_000 };
const PAGE_BYTES = 4 << 20;

export interface PageReader {
  /** With the revision of what is read; again when the list is begun anew. */
  readonly start: (revision: bigint) => void;
  /** In the order of the keys. */
  readonly page: (kvs: readonly KeyValue[]) => void;
}

/** `revision` undefined: the latest, begun anew when it has expired meanwhile. Rejects with a DatastoreError. */
export async function readPages(
  connection: Connection,
  range: KeyRange,
  revision: bigint | undefined,
  read: PageReader,
  signal: AbortSignal | undefined,
  { tries: most }: { readonly tries: number },
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await readOnce(connection, range, revision, read, signal);
    } catch (error) {
      const again = revision === undefined && tries < most && isExpired(error);
      if (!again) throw error;
    }
  }
}

const isExpired = (error: unknown): boolean =>
  error instanceof DatastoreError && error.code === 'datastore/expired';

async function readOnce(
  connection: Connection,
  range: KeyRange,
  wanted: bigint | undefined,
  read: PageReader,
  signal: AbortSignal | undefined,
): Promise<void> {
  const ask = (key: KeyRange['key'], limit: number, revision: bigint | undefined, timeoutMs: number) => {
    const request = { ...range, key, limit: BigInt(limit), revision: revision ?? 0n };
    return connection.call(
      'read',
      async ({ member, options }) => {
        try {
          return await member.kv.range(request, { ...options, timeoutMs });
        } catch (error) {
          throw withRevision(error, member.endpoint, revision);
        }
      },
      signal,
    );
  };
  const { timing } = connection;
  // A server that is silent is soon known; one that has answered may need its time for megabytes.
  let answer = await ask(range.key, FIRST_LIMIT, wanted, timing.request);
  const revision = wanted ?? answer.header?.revision ?? 0n;
  read.start(revision);
  for (;;) {
    const last = answer.kvs.at(-1)?.key;
    const next =
      answer.more && last ? ask(after(last), nextLimit(answer.kvs), revision, timing.page) : undefined;
    // The server works on the next page while this one is read; its error is told when it is waited for.
    next?.catch(() => undefined);
    if (next) await setImmediate();
    read.page(answer.kvs);
    if (!next) return;
    answer = await next;
  }
}

function after(key: Uint8Array): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}

function nextLimit(kvs: readonly KeyValue[]): number {
  const size = kvs.reduce((sum, kv) => sum + kv.key.length + kv.value.length, 0);
  return Math.min(
    LIMIT.most,
    Math.max(LIMIT.least, Math.floor((PAGE_BYTES * kvs.length) / Math.max(size, 1))),
  );
}
