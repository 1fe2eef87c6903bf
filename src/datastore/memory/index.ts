// A store in this process: the reference for what the others do. Values are copied and frozen when they are written, so
// readers share them. Its history (history.ts) serves reads of the past and every watch; a watcher holds a position in
// it and no buffer, and one that falls behind what is kept gets `expired`.
import type { ApiObject } from '../../resources/stored/object.ts';
import { longLived } from '../abort.ts';
import { defaultAllowProfile, withDefaultAllowProfile } from '../default-allow.ts';
import {
  alreadyExists,
  cancelled,
  closed,
  conflict,
  expired,
  futureRevision,
  invalidField,
  invalidRevision,
  notFound,
} from '../errors.ts';
import { deepFreeze } from '../freeze.ts';
import { checkedKey, isLatest, keyOf, selects, storedKind } from '../keys.ts';
import type { CallOptions, Datastore, Entry, ObjectKey, Revision, Selection } from '../types.ts';
import { createHistory, type History } from './history.ts';
import { watchHistory } from './watch.ts';

export interface MemoryOptions {
  /** Changes that reads and watches can go back to; at least 1. */
  readonly history?: number;
}

const HISTORY = 10_000;

export function createMemoryDatastore(options: MemoryOptions = {}): Datastore {
  const history = createHistory(options.history ?? HISTORY);
  const end = longLived();

  const open = ({ signal }: CallOptions = {}, key?: ObjectKey) => {
    if (end.signal.aborted) throw closed();
    if (signal?.aborted) throw cancelled(key);
  };
  const write = (key: ObjectKey, object: ApiObject): Entry => {
    const revision = history.revision + 1;
    const entry = { key, value: frozen(object, key, revision), revision: String(revision) };
    history.add(key, entry);
    return entry;
  };

  return {
    type: 'memory',
    async create(object, call) {
      const key = keyOf('Create', object);
      open(call, key);
      const { resourceVersion } = object.metadata;
      if (resourceVersion)
        throw invalidField('ResourceVersion', resourceVersion, 'not for a Create request', key);
      if (history.get(key)) throw alreadyExists(key);
      return write(key, object);
    },
    async update(object, call) {
      const key = keyOf('Update', object);
      open(call, key);
      const revision = parseRevision(object.metadata.resourceVersion, key);
      const now = history.get(key);
      if (!now) throw notFound(key);
      if (now.revision !== String(revision)) throw conflict(key);
      return write(key, object);
    },
    async apply(object, call) {
      const key = keyOf('Apply', object);
      open(call, key);
      return write(key, object);
    },
    async delete(given, { revision, uid, ...call } = {}) {
      const key = checkedKey('Delete', given);
      open(call, key);
      const wanted = isLatest(revision) ? undefined : String(parseRevision(revision, key));
      const now = history.get(key);
      if (!now || (uid !== undefined && now.value.metadata.uid !== uid)) throw notFound(key);
      if (wanted !== undefined && now.revision !== wanted) throw conflict(key);
      history.add(key, undefined);
      return now;
    },
    async get(given, { revision, ...call } = {}) {
      const key = checkedKey('Get', given);
      open(call, key);
      const entry = defaultAllowProfile(key) ?? history.get(key, at(history, revision));
      if (!entry) throw notFound(key);
      return entry;
    },
    async list(selection, { revision, ...call } = {}) {
      storedKind('List', selection);
      open(call);
      const when = at(history, revision);
      const entries = history.list(selection.kind, when).filter(({ key }) => selects(selection, key));
      return {
        items: withDefaultAllowProfile(selection, entries),
        revision: String(when ?? history.revision),
        problems: [],
      };
    },
    watch: (selection: Selection, { revision, signal } = {}) => ({
      [Symbol.asyncIterator]() {
        storedKind('Watch', selection);
        open();
        const from = isLatest(revision) ? undefined : parseRevision(revision);
        return watchHistory(history, selection, from, [signal, end.signal]);
      },
    }),
    async ensureInitialized(call) {
      open(call);
    },
    async clean(call) {
      open(call);
      for (const key of history.keys()) history.add(key, undefined);
    },
    async close() {
      end.abort();
    },
  };
}

function parseRevision(revision: Revision | undefined, key?: ObjectKey): number {
  if (revision === undefined || !/^\d{1,15}$/.test(revision)) throw invalidRevision(revision, key);
  return Number(revision);
}

function at(history: History, revision: Revision | undefined): number | undefined {
  if (isLatest(revision)) return undefined;
  const wanted = parseRevision(revision);
  if (wanted > history.revision) throw futureRevision(revision, String(history.revision));
  if (wanted < history.oldest) throw expired(revision, String(history.oldest));
  return wanted;
}

/** A copy as plain JSON that nobody can change, with its revision. */
function frozen(object: ApiObject, { namespace }: ObjectKey, revision: number): ApiObject {
  const copy = JSON.parse(JSON.stringify(object)) as ApiObject;
  const { namespace: _, ...metadata } = copy.metadata;
  return deepFreeze({
    ...copy,
    metadata: {
      ...metadata,
      ...(namespace !== undefined && { namespace }),
      resourceVersion: String(revision),
    },
  });
}
