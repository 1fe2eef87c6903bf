// What the conversions make, as the plain JSON of the API: they work on decoded values (src/resources), with Maps and
// ports as ranges.
import { normaliseObject } from '../../resources/api-object.ts';
import type { Resource } from '../../resources/index.ts';
import type { ApiObject, ObjectMeta } from '../../resources/stored/object.ts';

/** `more` is what a conversion does not carry: uid, revision, time of creation. */
export function plainObject(resource: Resource, more: Partial<ObjectMeta>): ApiObject {
  const { other, ...metadata } = resource.metadata;
  const { kind } = resource;
  const whole = normaliseObject({
    kind: LAYOUTS.get(kind) ?? kind,
    apiVersion: resource.apiVersion,
    metadata: { ...(plain(metadata) as ObjectMeta), ...other, ...more },
    spec: plain(resource.spec),
    ...(resource.status !== undefined && { status: resource.status }),
  });
  return { ...whole, kind };
}

/** Kinds that look like another one. */
const LAYOUTS: ReadonlyMap<string, string> = new Map([
  ['KubernetesNetworkPolicy', 'NetworkPolicy'],
  ['KubernetesClusterNetworkPolicy', 'GlobalNetworkPolicy'],
]);

interface DecodedPort {
  readonly kind?: string;
  readonly first?: number;
  readonly last?: number;
  readonly name?: string;
}

/** A Map, or what stands in for one where there are many of them. */
const isMap = (value: object): value is ReadonlyMap<string, unknown> =>
  'size' in value && Symbol.iterator in value && 'entries' in value;

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if (isMap(value)) return Object.fromEntries([...value].map(([key, entry]) => [key, plain(entry)]));
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
