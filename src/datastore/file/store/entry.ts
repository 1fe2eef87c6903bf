// From what a file says to what a reader gets. Calico's client updates nothing without a uid and a time of creation, and
// what people write has neither: then they follow from the key and the file, and are not written into it.
//
// The revision of an object is made of what it says (`h…`), so that it is the same for every process that reads it.
import { createHash } from 'node:crypto';
import type { ApiObject } from '../../../resources/stored/object.ts';
import { deepFreeze } from '../../freeze.ts';
import { keyText } from '../../keys.ts';
import type { Entry, ObjectKey } from '../../types.ts';
import type { StoredObject } from './content.ts';

/** `created` in milliseconds. */
export function entryOf({ key, value, hash, resource }: StoredObject, created: number): Entry {
  const { metadata, ...rest } = value;
  const creationTimestamp = `${new Date(created).toISOString().slice(0, 19)}Z`;
  const whole = {
    ...rest,
    metadata: {
      ...(metadata.uid === undefined && { uid: uidOf(key), creationTimestamp }),
      ...metadata,
      resourceVersion: hash,
    },
  };
  return { key, value: deepFreeze(whole), revision: hash, ...(resource && { resource }) };
}

/** As it is written into a file. */
export function written(key: ObjectKey, object: ApiObject): ApiObject {
  const { apiVersion, kind, metadata, ...rest } = JSON.parse(JSON.stringify(object)) as ApiObject;
  const { name, namespace: _, resourceVersion: _r, uid, creationTimestamp, ...more } = metadata;
  const own = uid !== uidOf(key) && {
    ...(uid !== undefined && { uid }),
    ...(creationTimestamp !== undefined && { creationTimestamp }),
  };
  const named = { name, ...(key.namespace !== undefined && { namespace: key.namespace }) };
  return { apiVersion, kind, metadata: { ...named, ...own, ...more }, ...rest };
}

/** The form of a random one. */
function uidOf(key: ObjectKey): string {
  const hex = createHash('sha256')
    .update(`${key.kind}/${keyText(key)}`)
    .digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
