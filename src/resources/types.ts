// What every API kind has in common, and the identity of a resource. The kinds themselves are zod schemas, one
// file per kind in this folder; their inferred types are the only types of a spec.

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: ReadonlyMap<string, string>;
  readonly annotations?: ReadonlyMap<string, string>;
  /** Everything else that Kubernetes puts there (uid, resourceVersion, creationTimestamp …), untouched. */
  readonly other?: Readonly<Record<string, unknown>>;
}

/** `Kind/namespace/name` for namespaced kinds, else `Kind/name`: the identity of a resource everywhere. */
export type ResourceKey = string;

export function resourceKey(kind: string, namespace: string | undefined, name: string): ResourceKey {
  // Joined, it is one flat text; a template would keep its parts, and the texts that those were cut from.
  return (namespace ? [kind, namespace, name] : [kind, name]).join('/');
}

export type Direction = 'ingress' | 'egress';

/** `<policy key>/<direction>/<index>`, e.g. `NetworkPolicy/prod/web/ingress/0`: a rule's identity everywhere. */
export type RuleId = string;

export function ruleId(policy: ResourceKey, direction: Direction, index: number): RuleId {
  return `${policy}/${direction}/${index}`;
}

/** A value while it is being made. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };
