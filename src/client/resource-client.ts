// The client of one kind, with the arguments of Calico's Go client in its order.
import type {
  CallOptions,
  DatastoreError,
  DeleteOptions as StoreDeleteOptions,
  ObjectKey,
  ReadOptions,
  Selection,
  WatchEvent,
} from '../datastore/index.ts';
import type { Problem } from '../errors/index.ts';
import type { ApiObject } from '../resources/api-object.ts';
import { API_VERSION } from '../resources/resource.ts';
import {
  type ClientKind,
  type ClusterKind,
  type NamespacedKind,
  type ObjectOf,
  typed,
  type Written,
} from './kinds.ts';
import type { Operations } from './operations.ts';

export interface GetOptions extends CallOptions {
  readonly resourceVersion?: string;
}

export interface DeleteOptions extends GetOptions {
  readonly uid?: string;
}

export interface ListOptions extends GetOptions {
  readonly namespace?: string;
  readonly name?: string;
  /** `name` is the beginning of names: workload endpoints are asked for by node, by node and orchestrator, … */
  readonly prefix?: boolean;
}

export interface ObjectList<T> {
  readonly items: readonly T[];
  /** From which a watch sees all that happens after this list. */
  readonly resourceVersion: string;
  /** What is stored and cannot be read, one each; it is not among the items. */
  readonly problems: readonly Problem[];
}

export type ObjectEvent<T> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'modified'; readonly object: T; readonly previous?: T }
  /** Where the store does not say what it was, the object has nothing but its name. */
  | { readonly type: 'deleted'; readonly object: T }
  | { readonly type: 'bookmark'; readonly resourceVersion: string }
  /** `final`: the watch ends with it; `expired` asks for a new list. */
  | { readonly type: 'error'; readonly error: DatastoreError; readonly final: boolean };

interface Writing<K extends ClientKind> {
  create(object: Written<K>, options?: CallOptions): Promise<ObjectOf<K>>;
  update(object: Written<K>, options?: CallOptions): Promise<ObjectOf<K>>;
  updateStatus(object: Written<K>, options?: CallOptions): Promise<ObjectOf<K>>;
  /** Creates it, or replaces what is there. */
  apply(object: Written<K>, options?: CallOptions): Promise<ObjectOf<K>>;
  list(options?: ListOptions): Promise<ObjectList<ObjectOf<K>>>;
  watch(options?: ListOptions): AsyncIterable<ObjectEvent<ObjectOf<K>>>;
}

export interface ClusterResourceClient<K extends ClusterKind> extends Writing<K> {
  get(name: string, options?: GetOptions): Promise<ObjectOf<K>>;
  delete(name: string, options?: DeleteOptions): Promise<ObjectOf<K>>;
}

export interface NamespacedResourceClient<K extends NamespacedKind> extends Writing<K> {
  get(namespace: string, name: string, options?: GetOptions): Promise<ObjectOf<K>>;
  delete(namespace: string, name: string, options?: DeleteOptions): Promise<ObjectOf<K>>;
}

function writing<K extends ClientKind>(operations: Operations, kind: K): Writing<K> {
  // What the store gives back is of the kind that it was asked for; its fields are what somebody stored.
  const as = (object: ApiObject) => object as ObjectOf<K>;
  return {
    create: async (object, options) => as(await operations.create(typed(kind, object), options)),
    update: async (object, options) => as(await operations.update(typed(kind, object), options)),
    updateStatus: async (object, options) => as(await operations.updateStatus(typed(kind, object), options)),
    apply: async (object, options) => as(await operations.apply(typed(kind, object), options)),
    async list(options = {}) {
      const { items, revision, problems } = await operations.list(selection(kind, options), reading(options));
      return { items: items.map(as), resourceVersion: revision, problems };
    },
    async *watch(options = {}) {
      for await (const event of operations.watch(selection(kind, options), reading(options)))
        yield translated(event, as);
    },
  };
}

export function clusterClient<K extends ClusterKind>(
  operations: Operations,
  kind: K,
): ClusterResourceClient<K> {
  return {
    ...writing(operations, kind),
    get: async (name, options) => (await operations.get({ kind, name }, reading(options))) as ObjectOf<K>,
    delete: async (name, options) =>
      (await operations.delete({ kind, name }, deleting(options))) as ObjectOf<K>,
  };
}

export function namespacedClient<K extends NamespacedKind>(
  operations: Operations,
  kind: K,
): NamespacedResourceClient<K> {
  return {
    ...writing(operations, kind),
    get: async (namespace, name, options) =>
      (await operations.get({ kind, namespace, name }, reading(options))) as ObjectOf<K>,
    delete: async (namespace, name, options) =>
      (await operations.delete({ kind, namespace, name }, deleting(options))) as ObjectOf<K>,
  };
}

function reading({ signal, resourceVersion }: GetOptions = {}): ReadOptions {
  return {
    ...(signal !== undefined && { signal }),
    ...(resourceVersion !== undefined && { revision: resourceVersion }),
  };
}

function deleting(options: DeleteOptions = {}): StoreDeleteOptions {
  return { ...reading(options), ...(options.uid !== undefined && { uid: options.uid }) };
}

function selection(kind: string, { namespace, name, prefix }: ListOptions): Selection {
  const wanted = name !== undefined && (prefix ? { namePrefix: name } : { name });
  return { kind, ...(namespace !== undefined && { namespace }), ...wanted };
}

function translated<T>(event: WatchEvent, as: (object: ApiObject) => T): ObjectEvent<T> {
  switch (event.type) {
    case 'added':
      return { type: 'added', object: as(event.entry.value) };
    case 'modified':
      return {
        type: 'modified',
        object: as(event.entry.value),
        ...(event.old && { previous: as(event.old.value) }),
      };
    case 'deleted':
      return { type: 'deleted', object: as(event.old?.value ?? onlyItsName(event.key, event.revision)) };
    case 'bookmark':
      return { type: 'bookmark', resourceVersion: event.revision };
    case 'error':
      return { type: 'error', error: event.error, final: event.final };
  }
}

function onlyItsName({ kind, ...identity }: ObjectKey, resourceVersion: string): ApiObject {
  return { apiVersion: API_VERSION, kind, metadata: { ...identity, resourceVersion } };
}
