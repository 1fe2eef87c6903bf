// etcd as a store, with Calico's keys (keys.ts) and values (values.ts), over our own small part of etcd's API
// (etcd.proto). Loaded only where it is used: it brings HTTP/2 and protobuf with it. Contract:
//   createEtcdDatastore(settings): Datastore       connects when it is first used; settings.ts
//   connection.ts    members, failover, tokens     pages.ts   long lists     watch.ts   streams     faults.ts   errors
import { defaultAllowProfile } from '../default-allow.ts';
import { alreadyExists, conflict, invalidField, invalidRevision, notFound, notSupported } from '../errors.ts';
import { checkedKey, isConverted, isLatest, keyOf } from '../keys.ts';
import type { ApiObject } from '../../resources/stored/object.ts';
import type { CallOptions, Datastore, Entry, ObjectKey, Revision } from '../types.ts';
import { type Connection, connect, type Session } from './connection.ts';
import { withRevision } from './faults.ts';
import type { KeyValue } from './generated/etcd_pb.ts';
import { ALL, keyBytes, prefixRange } from './keys.ts';
import { listSelection } from './list.ts';
import type { EtcdSettings } from './settings.ts';
import { createIfAbsent, type Outcome, putIfUnchanged, removeIfUnchanged } from './transactions.ts';
import { decodeEntry, encodeValue } from './values.ts';
import { watchSelection } from './watch.ts';

export type { EtcdSettings } from './settings.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export function createEtcdDatastore(settings: EtcdSettings): Datastore {
  const connection = connect(settings);
  const { call } = connection;

  /** Everything that can be wrong with the object is said before anything is sent. */
  const prepare = (operation: string, object: ApiObject) => {
    const key = keyOf(operation, object);
    if (isConverted(key.kind)) throw notSupported(operation, key, 'it is made of Kubernetes objects');
    return { key, raw: keyBytes(operation, key), value: encodeValue(key, object) };
  };

  return {
    type: 'etcdv3',
    async create(object, { signal } = {}) {
      const { key, raw, value } = prepare('Create', object);
      const given = object.metadata.resourceVersion;
      if (given) throw invalidField('ResourceVersion', given, 'not for a Create request', key);
      const outcome = await call('write', (to) => createIfAbsent(to, raw, value), signal);
      if (!outcome.done) throw alreadyExists(key);
      return written(key, raw, value, outcome.revision);
    },
    async update(object, { signal } = {}) {
      const { key, raw, value } = prepare('Update', object);
      const revision = parseRevision(object.metadata.resourceVersion, key);
      const outcome = await call('write', (to) => putIfUnchanged(to, raw, value, revision), signal);
      if (!outcome.done) throw outcome.found ? conflict(key) : notFound(key);
      return written(key, raw, value, outcome.revision);
    },
    async apply(object, { signal } = {}) {
      const { key, raw, value } = prepare('Apply', object);
      const answer = await call(
        'write',
        ({ member, options }) => member.kv.put({ key: raw, value }, options),
        signal,
      );
      return written(key, raw, value, answer.header?.revision ?? 0n);
    },
    async delete(given, { revision, uid, signal } = {}) {
      const key = checkedKey('Delete', given);
      const raw = keyBytes('Delete', key);
      const wanted = isLatest(revision) ? undefined : parseRevision(revision, key);
      const outcome =
        uid === undefined
          ? await call('write', (to) => removeIfUnchanged(to, raw, wanted), signal)
          : await removeWithUid(connection, key, raw, uid, wanted, signal);
      if (!outcome.done) throw outcome.found ? conflict(key) : notFound(key);
      if (!outcome.previous) throw notFound(key);
      return removed(key, outcome.previous);
    },
    async get(given, { revision, signal } = {}) {
      const key = checkedKey('Get', given);
      const raw = keyBytes('Get', key);
      const profile = defaultAllowProfile(key);
      if (profile) return profile;
      const at = isLatest(revision) ? undefined : parseRevision(revision, key);
      const kv = await getOne(connection, raw, at, signal);
      if (!kv) throw notFound(key);
      return decodeEntry(key, kv);
    },
    async list(selection, { revision, signal, ...options } = {}) {
      const at = isLatest(revision) ? undefined : parseRevision(revision);
      const {
        entries,
        errors,
        revision: seen,
      } = await listSelection(connection, selection, at, signal, options);
      return { items: entries, revision: String(seen), problems: errors.flatMap(({ problems }) => problems) };
    },
    watch: (selection, { revision, bookmarks = false, old = true, signal } = {}) => ({
      [Symbol.asyncIterator]() {
        const from = isLatest(revision) ? undefined : parseRevision(revision);
        return watchSelection(connection, selection, { from, bookmarks, old }, signal);
      },
    }),
    // Nothing is needed.
    async ensureInitialized({ signal }: CallOptions = {}) {
      connection.check(signal);
    },
    async clean({ signal } = {}) {
      await call('write', ({ member, options }) => member.kv.deleteRange(prefixRange(ALL), options), signal);
    },
    async close() {
      connection.close();
    },
  };
}

/** etcd's revisions are 64 bits wide and positive. */
function parseRevision(revision: Revision | undefined, key?: ObjectKey): bigint {
  if (revision === undefined || !/^\d{1,18}$/.test(revision)) throw invalidRevision(revision, key);
  return BigInt(revision);
}

/** Garbage can be deleted too; of it there is only the key to tell. */
function removed(key: ObjectKey, kv: KeyValue): Entry {
  try {
    return decodeEntry(key, kv);
  } catch {
    const { kind, ...metadata } = key;
    const resourceVersion = String(kv.modRevision);
    const value = { kind, apiVersion: 'projectcalico.org/v3', metadata: { ...metadata, resourceVersion } };
    return { key, value, revision: resourceVersion };
  }
}

/** What get would answer now. */
const written = (key: ObjectKey, raw: Bytes, value: Bytes, revision: bigint): Entry =>
  decodeEntry(key, { key: raw, value, modRevision: revision });

async function getOne(
  connection: Connection,
  key: Bytes,
  revision: bigint | undefined,
  signal: AbortSignal | undefined,
): Promise<KeyValue | undefined> {
  const request = async ({ member, options }: Session) => {
    try {
      return await member.kv.range({ key, revision: revision ?? 0n }, options);
    } catch (error) {
      throw withRevision(error, member.endpoint, revision);
    }
  };
  return (await connection.call('read', request, signal)).kvs[0];
}

/** etcd cannot compare a part of a value: it is read, and removed if it is still that. */
async function removeWithUid(
  connection: Connection,
  key: ObjectKey,
  raw: Bytes,
  uid: string,
  revision: bigint | undefined,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  for (;;) {
    const kv = await getOne(connection, raw, undefined, signal);
    if (!kv || decodeEntry(key, kv).value.metadata.uid !== uid) throw notFound(key);
    if (revision !== undefined && kv.modRevision !== revision) throw conflict(key);
    const outcome = await connection.call(
      'write',
      (to) => removeIfUnchanged(to, raw, kv.modRevision),
      signal,
    );
    if (outcome.done || revision !== undefined) return outcome;
  }
}
