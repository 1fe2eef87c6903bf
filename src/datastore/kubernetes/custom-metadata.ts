// Calico's metadata in a custom resource, both ways. In the group crd.projectcalico.org the API server's metadata is not
// Calico's: that is kept whole in an annotation, and only what Calico's own keys say is repeated outside. In the group
// projectcalico.org nothing is translated.
import { encodeMetadata } from '../../resources/api-object.ts';
import { isObject } from '../../resources/fields.ts';
import { BUILTIN_TIERS } from '../../resources/index.ts';
import type { ApiObject, ObjectMeta } from '../../resources/stored/object.ts';
import { unreadable } from '../errors.ts';
import type { ObjectKey } from '../types.ts';
import type { RawMetadata, RawObject } from './reading.ts';
import { reversedUid } from './uid.ts';

const ANNOTATION = 'projectcalico.org/metadata';
const CALICO = 'projectcalico.org/v3';
const STORED = 'crd.projectcalico.org/v1';
/** Keys of labels and annotations that stay outside as well. */
const OUTSIDE = /projectcalico\.org\/|operator\.tigera\.io\//;
const TIERED = new Set([
  'NetworkPolicy',
  'GlobalNetworkPolicy',
  'StagedNetworkPolicy',
  'StagedGlobalNetworkPolicy',
]);

type Texts = Readonly<Record<string, string>>;

/** Without resourceVersion, which the caller adds where it is compared. */
export function storedMetadata({ kind, metadata }: ApiObject): RawMetadata {
  const { name, namespace, resourceVersion: _, uid, ...rest } = metadata;
  const labels = outside(metadata.labels);
  const annotations = outside(metadata.annotations);
  const hidden = {
    ...rest,
    ...(TIERED.has(kind) && { name }),
    ...(metadata.ownerReferences && { ownerReferences: metadata.ownerReferences.map(toStoredOwner) }),
  };
  const converted = uid === undefined ? undefined : reversedUid(uid);
  return {
    name,
    ...(namespace !== undefined && { namespace }),
    ...(converted !== undefined && { uid: converted }),
    ...(labels && { labels }),
    annotations: { ...annotations, [ANNOTATION]: encodeMetadata(hidden) },
  };
}

function outside(texts: Texts | undefined): Texts | undefined {
  const kept = Object.entries(texts ?? {}).filter(([key]) => OUTSIDE.test(key));
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

/** Calico's metadata of an object in the API server. Throws `datastore/parse` for an annotation that is no JSON. */
export function calicoMetadata(raw: RawObject, key: ObjectKey): ObjectMeta {
  const own = (raw.metadata ?? {}) as RawMetadata & Partial<ObjectMeta>;
  const { name = key.name, namespace, resourceVersion, uid } = own;
  const mine = uid === undefined ? undefined : reversedUid(uid);
  const identity = {
    ...(namespace !== undefined && { namespace }),
    ...(mine !== undefined && { uid: mine }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  };
  const text = own.annotations?.[ANNOTATION];
  if (text === undefined) return { ...own, ...identity, name };
  const hidden = parsed(text, key);
  const annotations = without({ ...own.annotations, ...hidden.annotations }, ANNOTATION);
  const labels = { ...own.labels, ...hidden.labels };
  const { labels: _l, annotations: _a, ...others } = hidden;
  return {
    ...others,
    ...(hidden.creationTimestamp === undefined &&
      own.creationTimestamp !== undefined && { creationTimestamp: own.creationTimestamp }),
    ...(Array.isArray(hidden.ownerReferences) && {
      ownerReferences: hidden.ownerReferences.map(toCalicoOwner),
    }),
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
    ...identity,
    name: hidden.name || shownName(raw, name),
  };
}

/** Policies of an old Calico have their tier before their name. */
function shownName(raw: RawObject, name: string): string {
  const { tier } = (raw['spec'] ?? {}) as { readonly tier?: unknown };
  const ofDefault = tier === undefined || tier === '' || tier === 'default';
  return TIERED.has(raw.kind ?? '') && ofDefault && name.startsWith('default.')
    ? name.slice('default.'.length)
    : name;
}

function parsed(text: string, key: ObjectKey): Partial<ObjectMeta> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw unreadable(`${key.kind}/${key.name}`, `the annotation ${ANNOTATION} is not a JSON object`, key);
}

function without(texts: Texts, key: string): Texts {
  const { [key]: _, ...rest } = texts;
  return rest;
}

interface Owner {
  readonly apiVersion?: string;
  readonly uid?: string;
}

function toStoredOwner(reference: unknown): unknown {
  const owner = reference as Owner;
  if (owner.apiVersion !== CALICO) return owner;
  return { ...owner, apiVersion: STORED, uid: reversedUid(owner.uid ?? '') ?? owner.uid };
}

function toCalicoOwner(reference: unknown): unknown {
  const owner = (reference ?? {}) as Owner;
  if (owner.apiVersion !== STORED) return owner;
  return { ...owner, apiVersion: CALICO, uid: reversedUid(owner.uid ?? '') ?? owner.uid };
}

/** A tier of before these fields existed has them when it is read. */
export function tierDefaults(spec: unknown): unknown {
  const { order, defaultAction, ...rest } = (spec ?? {}) as Readonly<Record<string, unknown>>;
  return {
    ...rest,
    order: order ?? BUILTIN_TIERS.get('default')?.order,
    defaultAction: defaultAction ?? 'Deny',
  };
}
