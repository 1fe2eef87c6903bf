// What is stored, as Calico's client shows it: old objects lack what is written today. Watches show what is stored.
// By itself it needs no schemas, so that a program that only reads starts quickly.
import type { DatastoreError } from '../datastore/errors.ts';
import type {
  Datastore,
  Entry,
  ObjectKey,
  ReadOptions,
  Selection,
  WatchEvent,
  WatchOptions,
} from '../datastore/types.ts';
import type { Problem } from '../errors/index.ts';
import type { ApiObject } from '../resources/stored/object.ts';
import { withDefaults } from '../resources/stored/defaults.ts';
import { TIERED_KINDS } from './rules/tiered.ts';

export interface ListedObjects {
  readonly items: readonly ApiObject[];
  readonly revision: string;
  /** What is stored and cannot be read. */
  readonly problems: readonly Problem[];
  /** As in `Listing`. */
  readonly missing?: DatastoreError;
}

export interface Reading {
  get(key: ObjectKey, options?: ReadOptions): Promise<ApiObject>;
  list(selection: Selection, options?: ReadOptions): Promise<ListedObjects>;
  watch(selection: Selection, options?: WatchOptions): AsyncIterable<WatchEvent>;
}

export function readingOn(store: Datastore): Reading {
  return {
    async get(key, options) {
      return shown(await store.get(key, options));
    },
    async list(selection, options) {
      const { items, ...listing } = await store.list(selection, options);
      return { ...listing, items: items.map((entry) => shown(entry, 'list')) };
    },
    watch: (selection, options) => store.watch(selection, options),
  };
}

const TIER_LABEL = 'projectcalico.org/tier';

export function shown({ value }: Entry, way: 'one' | 'list' = 'one'): ApiObject {
  if (TIERED_KINDS.has(value.kind)) return withTierLabel(value);
  // Pools have their defaults however they are read; a tier only in a list.
  if (value.kind === 'IPPool' || (value.kind === 'Tier' && way === 'list')) return withDefaults(value);
  return value;
}

/** As Calico does, `default` even where the spec names another tier: only objects of before 3.x lack the label. */
function withTierLabel(object: ApiObject): ApiObject {
  const { labels } = object.metadata;
  if (labels !== undefined && Object.hasOwn(labels, TIER_LABEL)) return object;
  return {
    ...object,
    metadata: { ...object.metadata, labels: { ...labels, [TIER_LABEL]: 'default' } },
  };
}
