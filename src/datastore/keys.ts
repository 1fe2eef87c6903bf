// Keys and selections, alike for every backend: which kinds can be stored, what identifies an object, in which order
// objects are listed, what a selection selects.
import { KINDS } from '../resources/catalogue.ts';
import type { ApiObject } from '../resources/stored/object.ts';
import { invalidField, missingIdentifier, notSupported } from './errors.ts';
import type { ObjectKey, Revision, Selection } from './types.ts';

export interface StoredKind {
  readonly kind: string;
  /** As in the keys of etcd and the paths of the Kubernetes API. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** What conversion from Kubernetes makes; such objects are read, never written, in any store that is shared with Calico. */
const CONVERTED: readonly StoredKind[] = [
  { kind: 'KubernetesNetworkPolicy', plural: 'kubernetesnetworkpolicies', namespaced: true },
  { kind: 'KubernetesClusterNetworkPolicy', plural: 'kubernetesclusternetworkpolicies', namespaced: false },
  { kind: 'KubernetesEndpointSlice', plural: 'kubernetesendpointslices', namespaced: true },
  { kind: 'KubernetesService', plural: 'kubernetesservice', namespaced: true },
];

const BY_KIND: ReadonlyMap<string, StoredKind> = new Map(
  [...KINDS.values(), ...CONVERTED].map((stored) => [stored.kind, stored]),
);

const CONVERTED_KINDS: ReadonlySet<string> = new Set(CONVERTED.map(({ kind }) => kind));

export const isConverted = (kind: string): boolean => CONVERTED_KINDS.has(kind);

/** `operation` as Calico spells it (errors.ts). */
export function storedKind(operation: string, { kind, name = '' }: Selection): StoredKind {
  const stored = BY_KIND.get(kind);
  if (!stored) throw notSupported(operation, { kind, name }, 'unknown kind');
  return stored;
}

/** The key as it identifies the object; throws where it does not. */
export function checkedKey(operation: string, key: ObjectKey): ObjectKey {
  const { kind, namespaced } = storedKind(operation, key);
  const { namespace, name } = key;
  if (!name) throw missingIdentifier('name', key);
  for (const [field, text] of [
    ['Name', name],
    ['Namespace', namespaced ? namespace : ''],
  ] as const)
    if (text?.includes('/')) throw invalidField(field, text, 'a slash separates the parts of keys', key);
  if (!namespaced) return { kind, name };
  if (!namespace) throw missingIdentifier('namespace', key);
  return { kind, namespace, name };
}

/** The key of an object; throws where it is none. */
export function keyOf(operation: string, { kind, metadata }: ApiObject): ObjectKey {
  const { namespace, name } = metadata;
  return checkedKey(operation, { kind, name, ...(namespace !== undefined && { namespace }) });
}

/** Within a kind. No part can hold a slash, so no two keys have the same text. */
export const keyText = ({ namespace, name }: ObjectKey): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

export function compareKeys(a: ObjectKey, b: ObjectKey): number {
  const [x, y] = [keyText(a), keyText(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Whether a key of the selection's kind is selected. */
export function selects(selection: Selection, key: ObjectKey): boolean {
  return (
    (selection.namespace === undefined ||
      key.namespace === undefined ||
      key.namespace === selection.namespace) &&
    (selection.name === undefined || key.name === selection.name) &&
    (selection.namePrefix === undefined || key.name.startsWith(selection.namePrefix))
  );
}

/** "From scratch", "the latest". */
export const isLatest = (revision: Revision | undefined): revision is undefined | '' | '0' =>
  revision === undefined || revision === '' || revision === '0';
