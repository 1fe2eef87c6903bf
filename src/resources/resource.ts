// The union of all modelled resources, discriminated by `kind`. The spec types are what the schemas infer.
import type { BGPConfigurationSpec } from './kinds/bgp-configuration.ts';
import type { BGPPeerSpec } from './kinds/bgp-peer.ts';
import type { ClusterInformationSpec } from './kinds/cluster-information.ts';
import type { FelixConfigurationSpec } from './kinds/felix-configuration.ts';
import type { HostEndpointSpec } from './kinds/host-endpoint.ts';
import type { IPPoolSpec } from './kinds/ip-pool.ts';
import type { IPReservationSpec } from './kinds/ip-reservation.ts';
import type { NetworkSetSpec } from './kinds/network-set.ts';
import type { NodeSpec } from './kinds/node.ts';
import type { GlobalNetworkPolicySpec, NetworkPolicySpec } from './kinds/policy.ts';
import type { ProfileSpec } from './kinds/profile.ts';
import type { StagedKubernetesNetworkPolicySpec } from './kinds/staged-kubernetes-policy.ts';
import type { StagedGlobalNetworkPolicySpec, StagedNetworkPolicySpec } from './kinds/staged-policy.ts';
import type { TierSpec } from './kinds/tier.ts';
import type { EndpointSliceSpec } from './kubernetes/endpoint-slice.ts';
import type { WorkloadEndpointSpec } from './kinds/workload-endpoint.ts';
import type { Metadata } from './types.ts';

export const API_VERSION = 'projectcalico.org/v3';

export interface ResourceOf<K extends string, S> {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: K;
  readonly metadata: Metadata;
  readonly spec: S;
  /** Whatever the input says, untouched; only kinds that have one. */
  readonly status?: unknown;
}

export type Tier = ResourceOf<'Tier', TierSpec>;
export type NetworkPolicy = ResourceOf<'NetworkPolicy', NetworkPolicySpec>;
export type GlobalNetworkPolicy = ResourceOf<'GlobalNetworkPolicy', GlobalNetworkPolicySpec>;
export type StagedNetworkPolicy = ResourceOf<'StagedNetworkPolicy', StagedNetworkPolicySpec>;
export type StagedGlobalNetworkPolicy = ResourceOf<
  'StagedGlobalNetworkPolicy',
  StagedGlobalNetworkPolicySpec
>;
export type StagedKubernetesNetworkPolicy = ResourceOf<
  'StagedKubernetesNetworkPolicy',
  StagedKubernetesNetworkPolicySpec
>;
export type Profile = ResourceOf<'Profile', ProfileSpec>;
export type NetworkSet = ResourceOf<'NetworkSet', NetworkSetSpec>;
export type GlobalNetworkSet = ResourceOf<'GlobalNetworkSet', NetworkSetSpec>;
export type WorkloadEndpoint = ResourceOf<'WorkloadEndpoint', WorkloadEndpointSpec>;
export type HostEndpoint = ResourceOf<'HostEndpoint', HostEndpointSpec>;
export type Node = ResourceOf<'Node', NodeSpec>;
export type FelixConfiguration = ResourceOf<'FelixConfiguration', FelixConfigurationSpec>;
export type IPPool = ResourceOf<'IPPool', IPPoolSpec>;
export type IPReservation = ResourceOf<'IPReservation', IPReservationSpec>;
export type BGPConfiguration = ResourceOf<'BGPConfiguration', BGPConfigurationSpec>;
export type BGPPeer = ResourceOf<'BGPPeer', BGPPeerSpec>;
export type ClusterInformation = ResourceOf<'ClusterInformation', ClusterInformationSpec>;

/** A staged Kubernetes policy in Calico's terms. */
export type StagedConverted = ResourceOf<'StagedKubernetesNetworkPolicy', StagedNetworkPolicySpec>;

/** Kubernetes objects as the graph takes them: Calico's terms, and Calico's names for the kinds. */
export type KubernetesNetworkPolicy = ResourceOf<'KubernetesNetworkPolicy', NetworkPolicySpec>;
export type KubernetesClusterNetworkPolicy = ResourceOf<
  'KubernetesClusterNetworkPolicy',
  GlobalNetworkPolicySpec
>;
export type KubernetesEndpointSlice = ResourceOf<'KubernetesEndpointSlice', EndpointSliceSpec>;

export type Resource =
  | Tier
  | NetworkPolicy
  | GlobalNetworkPolicy
  | StagedNetworkPolicy
  | StagedGlobalNetworkPolicy
  | StagedKubernetesNetworkPolicy
  | Profile
  | NetworkSet
  | GlobalNetworkSet
  | WorkloadEndpoint
  | HostEndpoint
  | Node
  | FelixConfiguration
  | IPPool
  | IPReservation
  | BGPConfiguration
  | BGPPeer
  | ClusterInformation
  | KubernetesNetworkPolicy
  | KubernetesClusterNetworkPolicy
  | KubernetesEndpointSlice;

/** Kinds that have a schema of their own; the others are made by conversion only. */
export type ParsedKind = Exclude<
  Resource['kind'],
  'KubernetesNetworkPolicy' | 'KubernetesClusterNetworkPolicy' | 'KubernetesEndpointSlice'
>;

export type ResourceKind = Resource['kind'];
