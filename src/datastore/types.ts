// What every datastore is: objects under keys, with revisions, watches and typed errors (errors.ts). The values are
// the API's plain JSON (`ApiObject`), never decoded: what was stored comes back as it was, unknown fields included.
// Checks and defaults belong to the client above; a backend knows keys, encoding and transactions, and no kind's rules
// but those of where and how that kind is stored.
//
// - A revision is opaque text: compare it for equality alone. Absent, '' and '0' mean "the latest", "from scratch".
// - What is read carries its revision in `metadata.resourceVersion`, and it is not part of what is stored.
// - Keys are checked: a kind that no store knows is not-supported, a namespaced one without namespace misses an
//   identifier; the namespace of a cluster-wide kind is dropped.
// - The profile `projectcalico-default-allow` is answered by get and list wherever it is not stored; a watch is silent
//   about it.
// - A stored value that cannot be read is left out of a list and told in `Listing.problems`; `get` rejects with
//   `datastore/parse`; a watch gives one `error` event for it and goes on.
// - Every operation takes a signal; cancelled, it rejects with `datastore/cancelled`.
import type { Problem } from '../errors/index.ts';
import type { Resource } from '../resources/resource.ts';
import type { ApiObject } from '../resources/stored/object.ts';
import type { DatastoreError } from './errors.ts';

export interface ObjectKey {
  /** As in the catalogue: `IPPool`, `NetworkPolicy`, … or of conversion, `KubernetesNetworkPolicy`. */
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

export type Revision = string;

export interface Entry {
  /** Where it is stored. Policies that an old Calico wrote to etcd lie at `default.x` and are called `x` in `value`. */
  readonly key: ObjectKey;
  readonly value: ApiObject;
  readonly revision: Revision;
  /** The same, decoded, from a backend that had it anyway; otherwise `parseResource(value)`. */
  readonly resource?: Resource;
}

export interface Listing {
  /** In the order of the keys, as text, whatever the backend. */
  readonly items: readonly Entry[];
  /** From which a watch sees all that happens after this list; '' or '0' where the kind cannot be watched from here. */
  readonly revision: Revision;
  /** What is stored and cannot be read, one problem each. */
  readonly problems: readonly Problem[];
  /** The server does not know this kind, so there is nothing: its definition is missing, or the server is older. */
  readonly missing?: DatastoreError;
}

export interface Selection {
  readonly kind: string;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly name?: string;
  /** Of the name; workload endpoints are listed by partial names. Not together with `name`. */
  readonly namePrefix?: string;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface ReadOptions extends CallOptions {
  /** The state at that revision, where the backend keeps history (`expired` beyond it); ignored elsewhere. */
  readonly revision?: Revision;
}

export interface ListOptions extends ReadOptions {
  /**
   * Takes items as they are read, in the order of the keys, so that nobody holds a large list whole. A backend may use it
   * or not: what was given to it is not in `Listing.items`. When the list rejects, what was given was there.
   */
  readonly onItems?: (items: readonly Entry[]) => void;
}

export interface DeleteOptions extends CallOptions {
  /** Only if it still has this revision; not every backend can (Kubernetes ignores it, as Calico does). */
  readonly revision?: Revision;
  /** An object of the same name with another uid is another object: not-found. */
  readonly uid?: string;
}

export interface WatchOptions extends CallOptions {
  /** Events after this revision. Absent: all that exists comes as `added` first, then what happens. */
  readonly revision?: Revision;
  readonly bookmarks?: boolean;
  /** Whether `old` is wanted; default true. etcd looks it up for every event, others may give it anyway. */
  readonly old?: boolean;
}

export type WatchEvent =
  | { readonly type: 'added'; readonly entry: Entry }
  | { readonly type: 'modified'; readonly entry: Entry; readonly old?: Entry }
  | { readonly type: 'deleted'; readonly key: ObjectKey; readonly revision: Revision; readonly old?: Entry }
  | { readonly type: 'bookmark'; readonly revision: Revision }
  /** `final`: the watch ends with it. Otherwise one entry could not be read (`key`, where it is known), and the watch goes on. */
  | {
      readonly type: 'error';
      readonly error: DatastoreError;
      readonly final: boolean;
      readonly key?: ObjectKey;
      readonly revision?: Revision;
    };

export interface Datastore {
  readonly type: 'memory' | 'file' | 'etcdv3' | 'kubernetes';
  /** Rejects with already-exists. The object must not carry a resourceVersion. */
  create(object: ApiObject, options?: CallOptions): Promise<Entry>;
  /** Compare-and-set on `metadata.resourceVersion`; rejects with conflict, not-found, or (no usable revision) invalid. */
  update(object: ApiObject, options?: CallOptions): Promise<Entry>;
  /** As `update` for the status alone; only where the backend keeps it apart. */
  updateStatus?(object: ApiObject, options?: CallOptions): Promise<Entry>;
  /** Whatever is there is replaced; a resourceVersion is ignored. */
  apply(object: ApiObject, options?: CallOptions): Promise<Entry>;
  /** Answers what was deleted, with its last revision; rejects with not-found or conflict. */
  delete(key: ObjectKey, options?: DeleteOptions): Promise<Entry>;
  get(key: ObjectKey, options?: ReadOptions): Promise<Entry>;
  list(selection: Selection, options?: ListOptions): Promise<Listing>;
  /**
   * Starts when it is iterated, once; buffers little, a reader that falls far behind gets `expired`. Ends when the signal
   * is aborted or the store is closed, when its loop is left, or after a final error: `expired` asks for a new list,
   * `unavailable` for a new watch from the last revision seen.
   */
  watch(selection: Selection, options?: WatchOptions): AsyncIterable<WatchEvent>;
  /** What the backend itself needs before its first use; the objects that Calico expects are the client's affair. */
  ensureInitialized(options?: CallOptions): Promise<void>;
  /** Removes everything of Calico's from the store: for tests. */
  clean(options?: CallOptions): Promise<void>;
  /** Ends all watches and connections; a second call does nothing. */
  close(): Promise<void>;
}
