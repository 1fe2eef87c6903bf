// From what is stored to what the graph takes.
import type { Entry } from '../datastore/index.ts';
import type { Path, Problem, Result } from '../errors/index.ts';
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

function parsed({ key, value: raw }: Entry): Result<Resource> {
  const first = parseResource(raw);
  const unknown = first.problems.filter(({ code }) => code === 'resource/unknown-field');
  if (unknown.length === 0 || STRICT.has(key.kind)) return first;
  const second = parseResource(without(raw, unknown));
  const warnings = unknown.map((found): Problem => ({ ...found, severity: 'warning' }));
  return { ...second, problems: [...warnings, ...second.problems] };
}

function without(raw: unknown, problems: readonly Problem[]): unknown {
  const copy = structuredClone(raw);
  for (const { path = [] } of problems) remove(copy, path);
  return copy;
}

function remove(value: unknown, path: Path): void {
  let at = value as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) at = at[step] as typeof at;
  delete at[path.at(-1) ?? ''];
}

/** Under the name that it is stored under: old policies show another, and two of them could be the same. */
function named(value: Resource, { key }: Entry): Resource {
  if (value.metadata.name === key.name) return value;
  return { ...value, metadata: { ...value.metadata, name: key.name } };
}
