// All kinds of one store.
import type { ClientConfig } from '../datastore/config.ts';
import type { Datastore } from '../datastore/index.ts';
import { lazyDatastore } from '../datastore/lazy.ts';
import { ensureInitialized, type InitializeOptions } from './initialize.ts';
import { CLUSTER_KINDS, NAMESPACED_KINDS } from './kinds.ts';
import { type Operations, operationsOn } from './operations.ts';
import {
  clusterClient,
  type ClusterResourceClient,
  namespacedClient,
  type NamespacedResourceClient,
} from './resource-client.ts';

type ByKind = {
  readonly [N in keyof typeof CLUSTER_KINDS]: ClusterResourceClient<(typeof CLUSTER_KINDS)[N]>;
} & {
  readonly [N in keyof typeof NAMESPACED_KINDS]: NamespacedResourceClient<(typeof NAMESPACED_KINDS)[N]>;
};

export type Client = ByKind & {
  readonly store: Datastore;
  /** The same operations for a kind that is known only at run time; keys carry the kind. */
  readonly objects: Operations;
  readonly ensureInitialized: (options?: InitializeOptions) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** With a configuration (`loadClientConfig()`) the store is opened when it is first used. */
export function createClient(from: Datastore | ClientConfig): Client {
  const store = 'datastoreType' in from ? lazyDatastore(from) : from;
  const objects = operationsOn(store);
  const byKind = Object.fromEntries([
    ...Object.entries(CLUSTER_KINDS).map(([name, kind]) => [name, clusterClient(objects, kind)]),
    ...Object.entries(NAMESPACED_KINDS).map(([name, kind]) => [name, namespacedClient(objects, kind)]),
  ]) as unknown as ByKind;
  return {
    ...byKind,
    store,
    objects,
    ensureInitialized: (options) => ensureInitialized(store, options),
    close: () => store.close(),
  };
}
