// The typed client over any datastore: what calicoctl and programs do with Calico's API. It checks and defaults what is
// written, keeps the rules that span objects, and knows no backend. Contract:
//   createClient(storeOrConfig): Client  owns the store: close() closes it
//   client.ipPools, client.networkPolicies, …     one `ResourceClient` a kind of the catalogue (kinds.ts); client.objects for kinds known at run time
//   ResourceClient  create, update, apply, delete, get, list, watch: the arguments of Calico's Go client, in its order:
//                   namespaced kinds take the namespace before the name
//   client.ensureInitialized({calicoVersion?, clusterType?})    ClusterInformation and the built-in tiers
// Objects are plain JSON as the API shows them, typed by kind; `apiVersion` and `kind` may be left out of what is written.
// Every operation rejects with DatastoreError alone; code `datastore/invalid` carries all problems of the object.
// A watch is an async iterable of added, modified, deleted, bookmark and error events.
export { type Client, createClient } from './client.ts';
export type { ClientKind, ObjectOf, SpecOf, Written } from './kinds.ts';
export type {
  ClusterResourceClient,
  NamespacedResourceClient,
  ObjectEvent,
  ObjectList,
  ListOptions,
} from './resource-client.ts';
export type { InitializeOptions } from './initialize.ts';
