// Kubernetes objects in files: read, converted, and held to each other. ClusterNetworkPolicies wait until every Node has
// been read. Two dumps may overlap: an object that says the same to policy twice is there once.
import { isDeepStrictEqual } from 'node:util';
import {
  type Conversion,
  convertObject,
  type ConvertOptions,
  dependsOnNodes,
  hasFinished,
  whyNoEndpoint,
} from '../../convert/index.ts';
import type { Problem } from '../../errors/problem.ts';
import {
  type KubernetesObject,
  type KubernetesType,
  kubernetesKey,
  type Node,
  parseKubernetes,
  type ParseOptions,
  type Resource,
  type ResourceKey,
} from '../../resources/index.ts';

/** What the notices are about, by the key of the Kubernetes object. */
export interface Seen {
  readonly object: KubernetesObject;
  readonly key: ResourceKey;
  readonly value: Resource | undefined;
}

export type Absence = 'host-network' | 'no-node' | 'finished' | 'no-address';

export interface ReadObject {
  /** Absent for an object without a readable name. */
  readonly key?: ResourceKey;
  readonly object?: KubernetesObject;
  /** Absent when the object is not valid, or has to wait. */
  readonly conversion?: Conversion;
  /** Paths are those of the object. */
  readonly problems: readonly Problem[];
}

type Known = Extract<KubernetesType, { known: unknown }>['known'];

/** A ClusterNetworkPolicy with node peers has no conversion yet. */
export function readObject(
  type: Known,
  raw: unknown,
  options: ParseOptions & Pick<ConvertOptions, 'interfaceName'>,
): ReadObject {
  const key = kubernetesKey(type, raw, options);
  const { value: object, problems } = parseKubernetes(type, raw, options);
  const named = key === undefined ? {} : { key };
  if (!object) return { ...named, problems };
  if (object.kind === 'ClusterNetworkPolicy' && dependsOnNodes(object)) return { ...named, object, problems };
  const conversion = convertObject(object, options);
  return { ...named, object, conversion, problems: [...problems, ...withResource(conversion, key)] };
}

export function convertLater(object: KubernetesObject, key: ResourceKey, nodes: readonly Node[]): Conversion {
  const conversion = convertObject(object, { nodes });
  return { ...conversion, problems: withResource(conversion, key) };
}

function withResource({ problems }: Conversion, key: ResourceKey | undefined): readonly Problem[] {
  return key === undefined ? problems : problems.map((p) => ({ ...p, resource: key }));
}

/** Nothing that policy reads differs. */
export function saysTheSame(a: Resource | undefined, b: Resource | undefined): boolean {
  if (!a || !b) return a === b;
  return (
    a.kind === b.kind && isDeepStrictEqual(a.spec, b.spec) && isDeepStrictEqual(labelsOf(a), labelsOf(b))
  );
}

const labelsOf = ({ metadata }: Resource) => metadata.labels ?? new Map();

/** Why a pod is not policed; its endpoint, if it has one, counts as absent. */
export function absenceOf(object: KubernetesObject, value: Resource | undefined): Absence | undefined {
  if (object.kind !== 'Pod') return undefined;
  const reason = whyNoEndpoint(object);
  if (reason) return reason;
  if (hasFinished(object)) return 'finished';
  const addresses = value?.kind === 'WorkloadEndpoint' ? value.spec.ipNetworks : [];
  return addresses.length === 0 ? 'no-address' : undefined;
}
