// Calico's keys: `/calico/resources/v3/projectcalico.org/<plural>/[<namespace>/]<name>`, names as they are.
import { checkedKey, selects, type StoredKind, storedKind } from '../keys.ts';
import { notSupported } from '../errors.ts';
import type { ObjectKey, Selection } from '../types.ts';
import { utf8Text } from './text.ts';

/** Everything of Calico's, IPAM and status included. */
export const ALL = '/calico/';
const ROOT = '/calico/resources/v3/projectcalico.org';

/**
 * Kept by IPAM in other keys and another form. IPAMConfiguration is not among them: calicoctl keeps it like any other
 * resource, and Calico's IPAM does not read it from there but has settings of its own under `/calico/ipam/v2/config`.
 */
const IPAM_KINDS: ReadonlySet<string> = new Set(['BlockAffinity', 'IPAMBlock', 'IPAMHandle']);

const utf8 = new TextEncoder();

export interface KeyRange {
  readonly key: Uint8Array<ArrayBuffer>;
  /** Absent: this key alone. */
  readonly rangeEnd?: Uint8Array<ArrayBuffer>;
}

export const bytes = (string: string): Uint8Array<ArrayBuffer> => utf8.encode(string);

export function keyBytes(operation: string, key: ObjectKey): Uint8Array<ArrayBuffer> {
  const { namespace, name } = checkedKey(operation, key);
  const { plural } = etcdKind(operation, key);
  return bytes(
    namespace === undefined ? `${ROOT}/${plural}/${name}` : `${ROOT}/${plural}/${namespace}/${name}`,
  );
}

/** The smallest range that holds all that is selected; `keyReader` sorts out the rest. */
export function rangeOf(operation: string, selection: Selection): KeyRange {
  const { plural, namespaced } = etcdKind(operation, selection);
  const { namespace, name, namePrefix } = selection;
  if (namespaced && namespace === undefined) return prefixRange(`${ROOT}/${plural}/`);
  const folder = namespaced ? `${ROOT}/${plural}/${namespace}/` : `${ROOT}/${plural}/`;
  return name === undefined ? prefixRange(folder + (namePrefix ?? '')) : { key: bytes(folder + name) };
}

/** All keys that begin so. The last byte is ASCII or of a character of UTF-8, and so never 0xff. */
export function prefixRange(prefix: string): KeyRange & { readonly rangeEnd: Uint8Array<ArrayBuffer> } {
  const key = bytes(prefix);
  const rangeEnd = key.slice();
  rangeEnd[rangeEnd.length - 1] = (rangeEnd.at(-1) ?? 0) + 1;
  return { key, rangeEnd };
}

/** What a stored key says, where it is one of the selection's; anything else is skipped, as Calico does. */
export function keyReader(selection: Selection): (raw: Uint8Array) => ObjectKey | undefined {
  const { kind, plural, namespaced } = etcdKind('List', selection);
  const folder = `${ROOT}/${plural}/`;
  return (raw) => {
    const path = utf8Text(raw);
    if (path === undefined || !path.startsWith(folder)) return undefined;
    const parts = path.slice(folder.length).split('/');
    if (parts.length !== (namespaced ? 2 : 1) || parts.includes('')) return undefined;
    const [first = '', second] = parts;
    const key = second === undefined ? { kind, name: first } : { kind, namespace: first, name: second };
    return selects(selection, key) ? key : undefined;
  };
}

function etcdKind(operation: string, selection: Selection): StoredKind {
  const stored = storedKind(operation, selection);
  if (IPAM_KINDS.has(stored.kind))
    throw notSupported(
      operation,
      { kind: stored.kind, name: selection.name ?? '' },
      'etcd keeps it in the keys of IPAM',
    );
  return stored;
}
