// An object as the text that Calico stores.
import { isObject } from '../fields.ts';
import type { ApiObject, ObjectMeta } from './object.ts';
import { goJson } from './go-json.ts';
import { METADATA, specLayout, STATUSES } from './layouts.ts';
import { normalise } from './normalise.ts';

/** Fields in Calico's order, spellings and omissions; see normalise.ts. Kinds without a schema keep spec and status. */
export function normaliseObject(object: ApiObject): ApiObject {
  const { kind, apiVersion, metadata, spec, status, ...other } = object;
  const layout = specLayout(kind);
  const state = STATUSES.get(kind);
  const shown = state ? normalise(status ?? (state.always ? {} : undefined), state.layout) : status;
  return {
    kind,
    apiVersion,
    metadata: normalise(metadata, METADATA) as ObjectMeta,
    ...(layout
      ? { spec: normalise(isObject(spec) ? spec : {}, layout) }
      : spec === undefined
        ? {}
        : { spec }),
    ...(shown === undefined ? {} : { status: shown }),
    ...other,
  };
}

/** As a value of etcd: without resourceVersion, which is the store's. */
export function encodeObject(object: ApiObject): string {
  const { resourceVersion: _, ...metadata } = object.metadata;
  return goJson(normaliseObject({ ...object, metadata }));
}

/** Metadata alone, as in the annotation `projectcalico.org/metadata`; what is not to be in it is left out by the caller. */
export function encodeMetadata(metadata: Partial<ObjectMeta>): string {
  return goJson(normalise(metadata, METADATA));
}
