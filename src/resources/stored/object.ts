// An object of the API as plain JSON, the way a store holds it and `get -o json` shows it: nothing is decoded, and what
// a newer Calico wrote stays. Labels and annotations are records made of JSON: ask them with Object.hasOwn only, a label
// may be called `constructor`.

export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** RFC 3339, whole seconds, `Z`. */
  readonly creationTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly unknown[];
  readonly finalizers?: readonly string[];
  readonly [other: string]: unknown;
}
