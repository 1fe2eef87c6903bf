// A directory of YAML and JSON as a store, shared with whoever edits it. Loaded only where it is used. Contract:
//   createFileDatastore({path}): Datastore
//   tree.ts      what is in the directory, and what changed    content.ts   one file as objects
//   contents.ts  all of them, and their history                entry.ts     an object as readers get it
//   nodes.ts     policies that follow the nodes
//   edit.ts      changes of a file's text                      write.ts     files written whole or not at all
//   lock.ts      one writer at a time                          follow.ts    being told of changes; watch.ts the watch
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ApiObject } from '../../../resources/stored/object.ts';
import { longLived } from '../../abort.ts';
import { defaultAllowProfile, withDefaultAllowProfile } from '../../default-allow.ts';
import {
  alreadyExists,
  cancelled,
  closed,
  conflict,
  DatastoreError,
  invalidField,
  notFound,
  notSupported,
  unavailable,
} from '../../errors.ts';
import { checkedKey, isConverted, isLatest, keyOf, keyText, selects, storedKind } from '../../keys.ts';
import type { CallOptions, Datastore, Entry, ObjectKey } from '../../types.ts';
import { readContent } from './content.ts';
import { createContents, type Holder } from './contents.ts';
import { documentOf, NotEditable, replaced, without } from './edit.ts';
import { written } from './entry.ts';
import { createFollower, type FollowTimes, TIMES } from './follow.ts';
import { withLock } from './lock.ts';
import { freePath } from './names.ts';
import { objectRevision, positionToRead, positionToWatch } from './revision.ts';
import { watchContents } from './watch.ts';
import { Changed, createFile, removeFile, replaceFile, writeFault } from './write.ts';

export interface FileOptions {
  readonly path: string;
  /** Changes that reads and watches can go back to; at least 1. */
  readonly history?: number;
  readonly times?: Partial<FollowTimes>;
}

const HISTORY = 10_000;
/** Of a write, against somebody who writes the same file without asking for the lock. */
const TRIES = 10;

export function createFileDatastore({ path: root, history: kept = HISTORY, times }: FileOptions): Datastore {
  const contents = createContents(root, kept);
  const follower = createFollower(contents, { ...TIMES, ...times });
  const { history } = contents;
  const end = longLived();

  const open = ({ signal }: CallOptions = {}, key?: ObjectKey) => {
    if (end.signal.aborted) throw closed();
    if (signal?.aborted) throw cancelled(key);
  };
  /** `work` sees what is there, and nothing else of ours comes in between. */
  const change = async <T>(
    key: ObjectKey,
    operation: string,
    signal: AbortSignal | undefined,
    work: () => T,
  ) => {
    if (isConverted(key.kind)) throw notSupported(operation, key, 'it is made of Kubernetes objects');
    return await withLock(root, signal, () => {
      open();
      for (let left = TRIES; ; left--) {
        contents.refresh({ quick: left === TRIES, key });
        try {
          return work();
        } catch (error) {
          if (!(error instanceof Changed)) throw error;
          if (left <= 1) throw unavailable(`${error.message} is changed by somebody else all the time`);
        }
      }
    });
  };
  const now = (key: ObjectKey): Entry => {
    const entry = history.get(key);
    if (!entry) throw notFound(key);
    return entry;
  };
  const add = (key: ObjectKey, object: ApiObject): Entry => {
    const fault = contents.unreadableWith(key.name);
    if (fault) throw doubtful(key, fault.place?.file ?? root, fault.message);
    const path = freePath(root, key);
    createFile(root, path, documentOf(written(key, object)));
    contents.written(path);
    return now(key);
  };
  const replace = (key: ObjectKey, holder: Holder, object: ApiObject): Entry => {
    const place = placeOf('Update', key, holder);
    const value = written(key, object);
    const text = edited('Update', key, holder, (before) => replaced(before, place, value));
    if (text === undefined) throw new TypeError('replacing leaves something');
    checked(key, holder, text, value);
    replaceFile(root, holder.path, holder.signature, text);
    contents.written(holder.path);
    return now(key);
  };
  const remove = (key: ObjectKey, holder: Holder): void => {
    const place = placeOf('Delete', key, holder);
    const text = edited('Delete', key, holder, (before) => without(before, place));
    if (text === undefined) removeFile(root, holder.path, holder.signature);
    else {
      checked(key, holder, text, undefined);
      replaceFile(root, holder.path, holder.signature, text);
    }
    contents.written(holder.path);
  };

  return {
    type: 'file',
    async create(object, call = {}) {
      const key = keyOf('Create', object);
      open(call, key);
      const { resourceVersion } = object.metadata;
      if (resourceVersion)
        throw invalidField('ResourceVersion', resourceVersion, 'not for a Create request', key);
      return await change(key, 'Create', call.signal, () => {
        if (contents.holder(key)) throw alreadyExists(key);
        return add(key, object);
      });
    },
    async update(object, call = {}) {
      const key = keyOf('Update', object);
      open(call, key);
      const revision = objectRevision(object.metadata.resourceVersion, key);
      return await change(key, 'Update', call.signal, () => {
        const holder = contents.holder(key);
        if (!holder) throw notFound(key);
        if (holder.object.hash !== revision) throw conflict(key);
        return replace(key, holder, object);
      });
    },
    async apply(object, call = {}) {
      const key = keyOf('Apply', object);
      open(call, key);
      return await change(key, 'Apply', call.signal, () => {
        const holder = contents.holder(key);
        return holder ? replace(key, holder, object) : add(key, object);
      });
    },
    async delete(given, { revision, uid, ...call } = {}) {
      const key = checkedKey('Delete', given);
      open(call, key);
      const wanted = isLatest(revision) ? undefined : objectRevision(revision, key);
      return await change(key, 'Delete', call.signal, () => {
        const [holder, entry] = [contents.holder(key), history.get(key)];
        if (!holder || !entry || (uid !== undefined && entry.value.metadata.uid !== uid)) throw notFound(key);
        if (wanted !== undefined && holder.object.hash !== wanted) throw conflict(key);
        remove(key, holder);
        return entry;
      });
    },
    async get(given, { revision, ...call } = {}) {
      const key = checkedKey('Get', given);
      open(call, key);
      const profile = defaultAllowProfile(key);
      if (profile) return profile;
      contents.refresh({ quick: true, key });
      const entry = history.get(key, isLatest(revision) ? undefined : positionToRead(history, revision));
      if (entry) return entry;
      const fault = contents.unreadableWith(key.name);
      throw fault ? doubtful(key, fault.place?.file ?? root, fault.message) : notFound(key);
    },
    async list(selection, { revision, ...call } = {}) {
      storedKind('List', selection);
      open(call);
      contents.refresh();
      const when = isLatest(revision) ? undefined : positionToRead(history, revision);
      const entries = history.list(selection.kind, when).filter(({ key }) => selects(selection, key));
      return {
        items: withDefaultAllowProfile(selection, entries),
        revision: String(when ?? history.revision),
        problems: contents.problems(selection.kind),
      };
    },
    watch: (selection, { revision, signal } = {}) => ({
      [Symbol.asyncIterator]() {
        storedKind('Watch', selection);
        open();
        if (isLatest(revision))
          return watchContents(contents, follower, selection, undefined, [signal, end.signal]);
        // An object's revision that is no longer known is as old as can be.
        const from = positionToWatch(history, revision) ?? 0;
        return watchContents(contents, follower, selection, from, [signal, end.signal]);
      },
    }),
    async ensureInitialized(call) {
      open(call);
      await mkdir(root, { recursive: true }).catch((error: unknown) => {
        throw writeFault(root, error);
      });
      contents.refresh();
    },
    async clean(call = {}) {
      open(call);
      contents.refresh();
      for (const key of history.keys()) {
        if (isConverted(key.kind)) continue;
        await change(key, 'Delete', call.signal, () => {
          const holder = contents.holder(key);
          if (holder && !holder.object.resource) remove(key, holder);
        });
      }
    },
    async close() {
      end.abort();
      follower.end();
    },
  };
}

type Writing = 'Update' | 'Delete';

function placeOf(operation: Writing, key: ObjectKey, { path, object: { origin, resource } }: Holder) {
  if (resource) throw notSupported(operation, key, `it is made of a Kubernetes object in ${path}`);
  if (!origin) throw doubtful(key, path, 'the object is kept as it was');
  return origin;
}

/** Nothing is written to, or beside, what cannot be read. */
const doubtful = (key: ObjectKey, path: string, reason: string) =>
  new DatastoreError('datastore/parse', `${path} cannot be read: ${reason}`, {
    key,
    hint: 'correct the file first',
  });

function edited(
  operation: Writing,
  key: ObjectKey,
  { path, object }: Holder,
  edit: (text: string) => string | undefined,
) {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new Changed(path);
  }
  // Somebody has written since it was looked at.
  if (!readContent(path, text).objects.some((each) => isDeepStrictEqual(each, object)))
    throw new Changed(path);
  try {
    return edit(text);
  } catch (error) {
    if (!(error instanceof NotEditable)) throw error;
    throw notSupported(operation, key, `${path} has to be edited by hand: ${error.message}`);
  }
}

/** What the file says after an edit is what it said before, but for this object. */
function checked(key: ObjectKey, { path }: Holder, text: string, value: ApiObject | undefined): void {
  const id = (of: ObjectKey) => `${of.kind}/${keyText(of)}`;
  const hashes = (source: string) => {
    const { objects, doubtful: broken } = readContent(path, source);
    return {
      broken,
      all: objects.filter((each) => id(each.key) !== id(key)).map(({ hash }) => hash),
      objects,
    };
  };
  const [before, after] = [hashes(readFileSync(path, 'utf8')), hashes(text)];
  const own = after.objects.filter((each) => id(each.key) === id(key));
  const right =
    value === undefined ? own.length === 0 : own.length === 1 && isDeepStrictEqual(own[0]?.value, value);
  if (right && before.broken === after.broken && isDeepStrictEqual(before.all, after.all)) return;
  const operation = value === undefined ? 'Delete' : 'Update';
  throw notSupported(operation, key, `${path} has to be edited by hand: the result would say something else`);
}
