// Calico's values: the object as JSON without its resourceVersion. A policy carries its name in an annotation beside it;
// one without, written by an old Calico, may lie under `default.<name>`.
import { isObject } from '../../resources/fields.ts';
import { encodeMetadata, encodeObject } from '../../resources/stored/encode.ts';
import type { ApiObject, ObjectMeta } from '../../resources/stored/object.ts';
import { DatastoreError, invalidField, unreadable } from '../errors.ts';
import { keyText } from '../keys.ts';
import type { Entry, ObjectKey } from '../types.ts';
import type { KeyValue } from './generated/etcd_pb.ts';
import { utf8Text } from './text.ts';

const ANNOTATION = 'projectcalico.org/metadata';

const NAMED_BY_ANNOTATION: ReadonlySet<string> = new Set([
  'NetworkPolicy',
  'GlobalNetworkPolicy',
  'StagedNetworkPolicy',
  'StagedGlobalNetworkPolicy',
]);

const utf8 = new TextEncoder();

export function encodeValue(key: ObjectKey, object: ApiObject): Uint8Array<ArrayBuffer> {
  const { namespace: _, ...given } = object.metadata;
  const metadata: ObjectMeta = {
    ...given,
    ...(key.namespace !== undefined && { namespace: key.namespace }),
    ...(NAMED_BY_ANNOTATION.has(key.kind) && {
      annotations: { ...given.annotations, [ANNOTATION]: encodeMetadata({ name: key.name }) },
    }),
  };
  try {
    return utf8.encode(encodeObject({ ...object, metadata }));
  } catch (error) {
    // Nested more deeply than the stack, or no JSON at all.
    throw invalidField(key.kind, keyText(key), `it cannot be written: ${String(error)}`, key);
  }
}

/** Throws `datastore/parse`. */
export function decodeEntry(
  key: ObjectKey,
  { key: rawKey, value, modRevision }: Pick<KeyValue, 'key' | 'value' | 'modRevision'>,
): Entry {
  const revision = String(modRevision);
  try {
    return { key, value: decodeValue(key, value, revision), revision };
  } catch (error) {
    if (error instanceof DatastoreError) throw error;
    throw unreadable(
      Buffer.from(rawKey).toString(),
      error instanceof Error ? error.message : String(error),
      key,
    );
  }
}

function decodeValue(key: ObjectKey, value: Uint8Array, revision: string): ApiObject {
  const text = utf8Text(value);
  if (text === undefined) throw new Error('not UTF-8');
  const parsed: unknown = JSON.parse(text);
  if (!isObject(parsed)) throw new Error('not a JSON object');
  const metadata = metadataOf(parsed['metadata'] ?? {});
  const named = NAMED_BY_ANNOTATION.has(key.kind)
    ? nameOfPolicy(metadata, parsed['spec'], key)
    : Object.assign(metadata, { name: key.name });
  // In place, since nobody else has it: a copy that overwrites what it spreads has a hidden class of its own, which is
  // three times the work and twice the memory.
  if (key.namespace !== undefined) named['namespace'] = key.namespace;
  named['resourceVersion'] = revision;
  return Object.assign(parsed, {
    kind: key.kind,
    apiVersion: 'projectcalico.org/v3',
    metadata: named as ObjectMeta,
  });
}

const STRINGS = ['name', 'namespace', 'uid', 'creationTimestamp'];

/** Only what others rely on; the rest of an object is for the checks of its kind. */
function metadataOf(metadata: unknown): Record<string, unknown> {
  if (!isObject(metadata)) throw new Error('metadata is not an object');
  for (const field of STRINGS)
    if (metadata[field] !== undefined && metadata[field] !== null && typeof metadata[field] !== 'string')
      throw new Error(`metadata.${field} is not text`);
  for (const field of ['labels', 'annotations']) {
    const map = metadata[field] ?? {};
    if (!isObject(map)) throw new Error(`metadata.${field} is not a map`);
    for (const name of Object.keys(map))
      if (typeof map[name] !== 'string') throw new Error(`metadata.${field} is not a map of texts`);
  }
  // A field that is null is none, as in Go.
  if (!Object.values(metadata).includes(null)) return metadata;
  return Object.fromEntries(Object.entries(metadata).filter(([, entry]) => entry !== null));
}

function nameOfPolicy(
  metadata: Record<string, unknown>,
  spec: unknown,
  key: ObjectKey,
): Record<string, unknown> {
  const { annotations, ...others } = metadata;
  const held = isObject(annotations) ? annotations : {};
  if (!Object.hasOwn(held, ANNOTATION)) {
    const tier = isObject(spec) ? (spec['tier'] ?? '') : '';
    const name = typeof metadata['name'] === 'string' ? metadata['name'] : key.name;
    return { ...metadata, name: tier === '' || tier === 'default' ? name.replace(/^default\./, '') : name };
  }
  const { [ANNOTATION]: original, ...rest } = held;
  const parsed: unknown = JSON.parse(String(original));
  const name: unknown = isObject(parsed) ? parsed['name'] : undefined;
  if (typeof name !== 'string' || name === '') throw new Error(`annotation ${ANNOTATION} has no name`);
  return { ...others, ...(Object.keys(rest).length > 0 && { annotations: rest }), name };
}
