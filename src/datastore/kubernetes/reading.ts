// Lists and watches of one collection of the API, as entries of a datastore. Lists come in pages; a page token that has
// expired starts the list anew. A collection that the server does not know (no CRD) is empty and cannot be watched.
// Half of an answer is never taken for the whole: an answer that breaks off rejects.
import type { Problem } from '../../errors/index.ts';
import { cancelled, DatastoreError, unavailable, unreadable } from '../errors.ts';
import { compareKeys, selects } from '../keys.ts';
import type { Entry, Listing, ObjectKey, Revision, Selection, WatchEvent } from '../types.ts';
import type { Api, Query } from './connect.ts';
import { type Asked, faultOf, faultOfEvent, isMissing, missingKind, Refusal } from './faults.ts';

/** An object as the API server gives it. */
export interface RawObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: RawMetadata;
  readonly [field: string]: unknown;
}

export interface RawMetadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly [field: string]: unknown;
}

/** One collection, and what it is to Calico. */
export interface Source {
  readonly kind: string;
  /** As messages name it. */
  readonly resource: string;
  /** Of all objects, or of a namespace's, or of one. */
  readonly path: (namespace?: string, name?: string) => string;
  /** Which object it is; undefined where it can be none. */
  readonly key: (raw: RawObject) => ObjectKey | undefined;
  /** Undefined: it says nothing (a pod on the host's network). Throws a DatastoreError for what cannot be read. */
  readonly read: (raw: RawObject) => Entry | undefined;
  /** The name in the API of what a selection names; undefined: all are asked for and then chosen from. */
  readonly nameOf?: (name: string) => string | undefined;
}

const PAGE = 500;
const FRESH_STARTS = 3;

interface Answer {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly RawObject[];
}

interface Reading {
  readonly revision?: Revision | undefined;
  readonly signal?: AbortSignal | undefined;
}

export async function listSource(
  api: Api,
  source: Source,
  selection: Selection,
  reading: Reading,
): Promise<Listing> {
  const asked = askedOf(source, 'list', selection);
  for (let left = FRESH_STARTS; ; left--) {
    try {
      return await wholeList(api, source, selection, reading);
    } catch (error) {
      if (isMissing(error)) return { items: [], revision: '', problems: [], missing: missingKind(source) };
      const stale = error instanceof Refusal && error.status === 410;
      if (!stale || left <= 1) throw ended(error, reading.signal, asked);
    }
  }
}

async function wholeList(
  api: Api,
  source: Source,
  selection: Selection,
  { revision, signal }: Reading,
): Promise<Listing> {
  const path = source.path(selection.namespace);
  const items: Entry[] = [];
  const problems: Problem[] = [];
  let token: string | undefined;
  let seen = '';
  do {
    const query: Query = {
      limit: PAGE,
      ...chosen(source, selection),
      ...(token === undefined ? fromRevision(revision) : { continue: token }),
    };
    const answer = (await api.send('GET', path, { query, signal })) as Answer;
    for (const raw of answer.items ?? []) take(source, selection, raw, items, problems);
    seen = answer.metadata?.resourceVersion ?? seen;
    token = answer.metadata?.continue || undefined;
  } while (token !== undefined);
  items.sort((a, b) => compareKeys(a.key, b.key));
  return { items, revision: seen, problems };
}

function take(
  source: Source,
  selection: Selection,
  raw: RawObject,
  items: Entry[],
  problems: Problem[],
): void {
  try {
    const entry = source.read(raw);
    if (entry && selects(selection, entry.key)) items.push(entry);
  } catch (error) {
    problems.push(...faultOfObject(source, raw, error, keyOf(source, raw)).problems);
  }
}

/** Whatever an object is, reading it ends with an error about it and nothing worse. */
function faultOfObject(source: Source, raw: RawObject, error: unknown, key?: ObjectKey): DatastoreError {
  if (error instanceof DatastoreError) return error;
  const name = typeof raw?.metadata?.name === 'string' ? raw.metadata.name : '?';
  return unreadable(`${source.resource}/${name}`, 'it is not what the API describes', key);
}

/** Whose last good version is to stay. */
function keyOf(source: Source, raw: RawObject): ObjectKey | undefined {
  try {
    return source.key(raw);
  } catch {
    return undefined;
  }
}

const fromRevision = (revision: Revision | undefined): Query =>
  revision ? { resourceVersion: revision, resourceVersionMatch: 'NotOlderThan' } : {};

function chosen(source: Source, { name }: Selection): Query {
  const wanted = name === undefined ? undefined : (source.nameOf ?? ((same: string) => same))(name);
  return wanted === undefined ? {} : { fieldSelector: `metadata.name=${wanted}` };
}

export async function getSource(
  api: Api,
  source: Source,
  key: ObjectKey,
  name: string,
  signal?: AbortSignal,
): Promise<RawObject> {
  return (await ask(api, 'GET', source.path(key.namespace, name), askedOf(source, 'get', key), {
    signal,
  })) as RawObject;
}

/** A request whose errors are those of a datastore. */
export async function ask(
  api: Api,
  method: string,
  path: string,
  asked: Asked,
  call: {
    readonly query?: Query;
    readonly body?: unknown;
    readonly contentType?: string;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<unknown> {
  try {
    return await api.send(method, path, call);
  } catch (error) {
    throw ended(error, call.signal, asked);
  }
}

const ended = (error: unknown, signal: AbortSignal | undefined, asked: Asked): unknown =>
  signal?.aborted ? cancelled(asked.key) : faultOf(error, asked);

export const askedOf = (
  { resource, kind }: Pick<Source, 'resource' | 'kind'>,
  verb: string,
  { name = '', namespace }: { readonly name?: string; readonly namespace?: string },
): Asked => ({ verb, resource, key: { kind, name, ...(namespace !== undefined && { namespace }) } });

/** A server ends a watch after so many seconds, give or take a fifth, so that not all come back together. */
const WATCH_S = 300;

/** From the revision on; without one what exists is listed first. */
export async function* watchSource(
  api: Api,
  source: Source,
  selection: Selection,
  { revision, signal }: Reading,
): AsyncGenerator<WatchEvent, void> {
  let from = revision;
  if (from === undefined) {
    const { items, revision: listed, problems } = await listSource(api, source, selection, { signal });
    for (const entry of items) yield { type: 'added', entry };
    for (const found of problems) {
      const error = new DatastoreError('datastore/parse', found.message, { problems: [found] });
      yield { type: 'error', error, final: false };
    }
    from = listed;
    if (from === '') return;
  }
  const asked = askedOf(source, 'watch', selection);
  const query: Query = {
    watch: 1,
    allowWatchBookmarks: true,
    resourceVersion: from,
    timeoutSeconds: Math.round(WATCH_S * (0.8 + 0.4 * Math.random())),
    ...chosen(source, selection),
  };
  try {
    for await (const line of api.lines(source.path(selection.namespace), { query, signal })) {
      const event = eventOf(source, selection, line, asked);
      if (event) yield event;
      if (event?.type === 'error' && event.final) return;
    }
  } catch (error) {
    if (signal?.aborted) return;
    throw brokenOff(error, asked);
  }
}

/** A stream that breaks is no mistake of anybody; the next watch goes on from the last revision. */
function brokenOff(error: unknown, asked: Asked): unknown {
  const fault = faultOf(error, asked);
  if (fault instanceof DatastoreError) return fault;
  return unavailable(`the watch of ${asked.resource} broke off: ${(error as Error).message}`, {
    cause: error,
  });
}

function eventOf(source: Source, selection: Selection, line: unknown, asked: Asked): WatchEvent | undefined {
  const { type, object } = (line ?? {}) as { readonly type?: string; readonly object?: RawObject };
  const said = object?.metadata?.resourceVersion;
  const revision = typeof said === 'string' ? said : '';
  switch (type) {
    case 'BOOKMARK':
      return { type: 'bookmark', revision };
    case 'ERROR':
      return { type: 'error', error: faultOfEvent(object, asked), final: true };
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return changeOf(source, selection, type, object ?? {}, revision);
    default:
      return undefined;
  }
}

function changeOf(
  source: Source,
  selection: Selection,
  type: 'ADDED' | 'MODIFIED' | 'DELETED',
  raw: RawObject,
  revision: Revision,
): WatchEvent | undefined {
  let key: ObjectKey | undefined;
  let entry: Entry | undefined;
  try {
    key = source.key(raw);
    if (!key || !selects(selection, key)) return { type: 'bookmark', revision };
    entry = source.read(raw);
  } catch (caught) {
    // What cannot be read can go all the same.
    if (type === 'DELETED' && key) return { type: 'deleted', key, revision };
    const error = faultOfObject(source, raw, caught, key);
    return { type: 'error', error, final: false, revision, ...(key && { key }) };
  }
  if (type === 'DELETED' || !entry) return { type: 'deleted', key, revision, ...(entry && { old: entry }) };
  return { type: type === 'ADDED' ? 'added' : 'modified', entry };
}

/** For `read`: what is wrong with an object, as one error. */
export const unreadableObject = (
  key: ObjectKey,
  raw: RawObject,
  problems: readonly Problem[],
): DatastoreError => {
  const rawKey = [raw.kind ?? key.kind, raw.metadata?.namespace, raw.metadata?.name]
    .filter(Boolean)
    .join('/');
  const reason = problems.map(({ message }) => message).join('; ');
  return unreadable(rawKey, reason, key);
};
