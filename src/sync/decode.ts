// From what is stored to what the graph takes.
import type { Entry } from '../datastore/index.ts';
import type { Result } from '../errors/index.ts';
import { parseResource, type Resource, type ResourceKey, resourceKey } from '../resources/index.ts';

export const keyOfEntry = ({ key }: Pick<Entry, 'key'>): ResourceKey =>
  resourceKey(key.kind, key.namespace, key.name);

/**
 * Kinds in which a field that we do not know could be a condition, so that to leave it out would widen a rule. Elsewhere
 * what a newer Calico has added is left out, with a warning.
 */
const STRICT: ReadonlySet<string> = new Set([
  'GlobalNetworkPolicy',
  'NetworkPolicy',
  'Profile',
  'StagedGlobalNetworkPolicy',
  'StagedKubernetesNetworkPolicy',
  'StagedNetworkPolicy',
  'Tier',
]);

/** Neither a value nor an error: a kind without a schema, which says nothing about policy. */
export function decode(entry: Entry): Result<Resource> {
  if (entry.resource) return { value: entry.resource, problems: [] };
  const { value, problems } = parsed(entry);
  return { ...(value && { value: named(value, entry) }), problems };
}

function parsed({ key, value }: Entry): Result<Resource> {
  return parseResource(value, STRICT.has(key.kind) ? {} : { unknownFields: 'leave-out' });
}

/** Under the name that it is stored under: old policies show another, and two of them could be the same. */
function named(value: Resource, { key }: Entry): Resource {
  if (value.metadata.name === key.name) return value;
  return { ...value, metadata: { ...value.metadata, name: key.name } };
}
