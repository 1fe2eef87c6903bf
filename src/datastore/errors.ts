// The errors of a datastore, one code each, as Calico's classes; their messages are Calico's too (calicoctl prints
// them). A message never holds a secret: what a library says passes through the backend's own words first.
import { escapeControls, type Problem, problem, TortieError } from '../errors/index.ts';
import { resourceKey } from '../resources/types.ts';
import type { ObjectKey } from './types.ts';

export type DatastoreCode =
  | 'datastore/not-found'
  | 'datastore/already-exists'
  | 'datastore/conflict'
  | 'datastore/not-supported'
  | 'datastore/unauthorized'
  | 'datastore/invalid'
  | 'datastore/missing-identifier'
  /** A stored key or value cannot be read. */
  | 'datastore/parse'
  /** The revision is older than what the store keeps: list again. */
  | 'datastore/expired'
  /** No answer, connection lost, server starting: worth another try. */
  | 'datastore/unavailable'
  | 'datastore/cancelled'
  /** Anything else that the store said. */
  | 'datastore/failed';

export class DatastoreError extends TortieError {
  readonly code: DatastoreCode;
  readonly key?: ObjectKey;
  constructor(
    code: DatastoreCode,
    message: string,
    more: { key?: ObjectKey; hint?: string; cause?: unknown; problems?: readonly Problem[] } = {},
  ) {
    const { key, hint, cause } = more;
    const resource = key && { resource: resourceKey(key.kind, key.namespace, key.name) };
    super(more.problems ?? [problem(code, message, { ...resource, ...(hint && { hint }) })], { cause });
    // Of several problems the message is one text, in Calico's form.
    this.message = message;
    this.name = 'DatastoreError';
    this.code = code;
    if (key) this.key = key;
  }
}

/** As Calico names an object in messages: `IPPool(pool1)`, `NetworkPolicy(ns/name)`. */
export function identifier({ kind, namespace, name }: ObjectKey): string {
  return namespace ? `${kind}(${namespace}/${name})` : `${kind}(${name})`;
}

const because = (cause: string | undefined) => ` with error: ${cause ?? '<nil>'}`;

export const notFound = (key: ObjectKey, cause?: string, hint?: string) =>
  new DatastoreError('datastore/not-found', `resource does not exist: ${identifier(key)}${because(cause)}`, {
    key,
    ...(hint !== undefined && { hint }),
  });

export const alreadyExists = (key: ObjectKey, cause?: string) =>
  new DatastoreError(
    'datastore/already-exists',
    `resource already exists: ${identifier(key)}${because(cause)}`,
    { key },
  );

export const conflict = (key: ObjectKey) =>
  new DatastoreError('datastore/conflict', `update conflict: ${identifier(key)}`, {
    key,
    hint: 'somebody else has changed it since it was read: read it again, and make the change in that',
  });

/** `operation` as Calico spells it: Create, Update, Apply, Delete, List, Watch. */
export const notSupported = (operation: string, key: ObjectKey, reason?: string) =>
  new DatastoreError(
    'datastore/not-supported',
    `operation ${operation} is not supported on ${identifier(key)}${reason ? `: ${reason}` : ''}`,
    { key },
  );

export const missingIdentifier = (name: string, key: ObjectKey) =>
  new DatastoreError('datastore/missing-identifier', `insufficient identifiers, missing '${name}'`, { key });

export const invalidField = (field: string, value: string, reason: string, key?: ObjectKey) =>
  new DatastoreError(
    'datastore/invalid',
    `error with field ${field} = '${value}' (${reason})`,
    key ? { key } : {},
  );

/** A revision that is no revision of this store. */
export const invalidRevision = (revision: string | undefined, key?: ObjectKey) =>
  invalidField('ResourceVersion', revision ?? '', 'not a revision of this datastore', key);

export const futureRevision = (revision: string, latest: string) =>
  invalidField('ResourceVersion', revision, `the datastore is at ${latest}`);

/** `rawKey` as stored; the value is not quoted, it can be anything and of any length. */
export const unreadable = (rawKey: string, reason: string, key?: ObjectKey) =>
  new DatastoreError(
    'datastore/parse',
    `failed to parse datastore entry key=${escapeControls(rawKey)}: ${reason}`,
    key ? { key } : {},
  );

/** `oldest` is the oldest revision that is kept, where that is known. */
export const expired = (revision: string | undefined, oldest: string | undefined, cause?: unknown) =>
  new DatastoreError(
    'datastore/expired',
    `revision ${revision ?? 'asked for'} is no longer kept${oldest === undefined ? '' : `, the oldest that is kept is ${oldest}`}`,
    { hint: 'list again and watch from the revision of that list', ...(cause !== undefined && { cause }) },
  );

export const unauthorized = (reason: string, hint?: string) =>
  new DatastoreError('datastore/unauthorized', `connection is unauthorized: ${reason}`, {
    ...(hint && { hint }),
  });

export const unavailable = (message: string, more: { hint?: string; cause?: unknown } = {}) =>
  new DatastoreError('datastore/unavailable', message, more);

export const cancelled = (key?: ObjectKey) =>
  new DatastoreError('datastore/cancelled', 'the operation was cancelled', key ? { key } : {});

export const closed = () => new DatastoreError('datastore/cancelled', 'the datastore is closed');
