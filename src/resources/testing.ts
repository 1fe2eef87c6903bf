// For tests of this room: resources in a few words, and what is wrong with them as short lines.
import { formatPath } from '../errors/index.ts';
import { parseResource } from './parse.ts';
import type { Resource, ResourceKind } from './resource.ts';

type Raw = Record<string, unknown>;

export function raw(kind: string, spec: Raw, metadata: Raw = { name: 'x' }): Raw {
  return { apiVersion: 'projectcalico.org/v3', kind, metadata, spec };
}

/** `path: message`, in the order of discovery. */
export function faults(value: unknown): string[] {
  return parseResource(value).problems.map((p) => `${formatPath(p.path ?? [])}: ${p.message}`);
}

export function parsed<K extends ResourceKind>(value: unknown, kind: K): Extract<Resource, { kind: K }> {
  const result = parseResource(value);
  if (result.value?.kind !== kind) throw new Error(JSON.stringify(result.problems));
  return result.value as Extract<Resource, { kind: K }>;
}
