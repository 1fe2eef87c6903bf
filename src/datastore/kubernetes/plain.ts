// What the conversions make, as the plain JSON of the API: they work on decoded values (src/resources), with Maps and
// ports as ranges.
import { normaliseObject } from '../../resources/api-object.ts';
import type { Resource } from '../../resources/index.ts';
import type { ApiObject, ObjectMeta } from '../../resources/stored/object.ts';

/** `more` is what a conversion does not carry: uid, revision, time of creation. */
export function plainObject(resource: Resource, more: Partial<ObjectMeta>): ApiObject {
  const { other, ...metadata } = resource.metadata;
  return normaliseObject({
    kind: resource.kind,
    apiVersion: resource.apiVersion,
    metadata: { ...(plain(metadata) as ObjectMeta), ...other, ...more },
    spec: plain(resource.spec),
    ...(resource.status !== undefined && { status: resource.status }),
  });
}

interface DecodedPort {
  readonly kind?: string;
  readonly first?: number;
  readonly last?: number;
  readonly name?: string;
}

function plain(value: unknown): unknown {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, entry]) => [String(key), plain(entry)]));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const { kind, first, last, name } = value as DecodedPort;
  if (kind === 'range' && first !== undefined && last !== undefined)
    return first === last ? first : `${first}:${last}`;
  if (kind === 'name' && name !== undefined) return name;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([key, entry]) => [key, plain(entry)]),
  );
}
