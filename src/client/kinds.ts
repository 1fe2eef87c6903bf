// The kinds of the client: the name of each in the client, and the type of its objects. A kind without a schema has an
// untyped spec and is stored as it is.
import type { ApiObject, ObjectMeta } from '../resources/api-object.ts';
import type { WrittenSpecs } from '../resources/kinds/index.ts';
import { API_VERSION } from '../resources/resource.ts';

/** As in Calico's Go client, in camel case. */
export const CLUSTER_KINDS = {
  bgpConfigurations: 'BGPConfiguration',
  bgpFilters: 'BGPFilter',
  bgpPeers: 'BGPPeer',
  blockAffinities: 'BlockAffinity',
  calicoNodeStatuses: 'CalicoNodeStatus',
  clusterInformation: 'ClusterInformation',
  felixConfigurations: 'FelixConfiguration',
  globalNetworkPolicies: 'GlobalNetworkPolicy',
  globalNetworkSets: 'GlobalNetworkSet',
  hostEndpoints: 'HostEndpoint',
  ipamConfigurations: 'IPAMConfiguration',
  ipPools: 'IPPool',
  ipReservations: 'IPReservation',
  kubeControllersConfigurations: 'KubeControllersConfiguration',
  nodes: 'Node',
  profiles: 'Profile',
  stagedGlobalNetworkPolicies: 'StagedGlobalNetworkPolicy',
  tiers: 'Tier',
} as const;

export const NAMESPACED_KINDS = {
  networkPolicies: 'NetworkPolicy',
  networkSets: 'NetworkSet',
  stagedKubernetesNetworkPolicies: 'StagedKubernetesNetworkPolicy',
  stagedNetworkPolicies: 'StagedNetworkPolicy',
  workloadEndpoints: 'WorkloadEndpoint',
} as const;

type Values<T> = T[keyof T];
export type ClusterKind = Values<typeof CLUSTER_KINDS>;
export type NamespacedKind = Values<typeof NAMESPACED_KINDS>;
export type ClientKind = ClusterKind | NamespacedKind;

/** As it is written: what has a default may be left out. */
export type SpecOf<K extends ClientKind> = K extends keyof WrittenSpecs ? WrittenSpecs[K] : unknown;

export interface ObjectOf<K extends ClientKind> extends ApiObject {
  readonly kind: K;
  readonly spec: SpecOf<K>;
}

/** What is given to be written. */
export interface Written<K extends ClientKind> {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly spec?: SpecOf<K>;
  readonly status?: unknown;
}

/** The type is forced, as Calico's client does: what an object is follows from which client it was given to. */
export function typed<K extends ClientKind>(kind: K, object: Written<K>): ApiObject {
  return { ...object, apiVersion: API_VERSION, kind };
}
