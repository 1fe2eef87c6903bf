// The schema of each modelled kind's spec.
import type * as z from 'zod';
import type { ParsedKind, Resource } from '../resource.ts';
import { bgpConfigurationSpec } from './bgp-configuration.ts';
import { bgpPeerSpec } from './bgp-peer.ts';
import { clusterInformationSpec } from './cluster-information.ts';
import { felixConfigurationSpec } from './felix-configuration.ts';
import { hostEndpointSpec } from './host-endpoint.ts';
import { ipPoolSpec } from './ip-pool.ts';
import { ipReservationSpec } from './ip-reservation.ts';
import { networkSetSpec } from './network-set.ts';
import { nodeSpec } from './node.ts';
import { globalNetworkPolicySpec, networkPolicySpec } from './policy.ts';
import { profileSpec } from './profile.ts';
import { stagedKubernetesNetworkPolicySpec } from './staged-kubernetes-policy.ts';
import { stagedGlobalNetworkPolicySpec, stagedNetworkPolicySpec } from './staged-policy.ts';
import { tierSpec } from './tier.ts';
import { workloadEndpointSpec } from './workload-endpoint.ts';

type Specs = { readonly [K in ParsedKind]: z.ZodType<Extract<Resource, { kind: K }>['spec']> };

const BY_KIND = {
  Tier: tierSpec,
  NetworkPolicy: networkPolicySpec,
  GlobalNetworkPolicy: globalNetworkPolicySpec,
  StagedNetworkPolicy: stagedNetworkPolicySpec,
  StagedGlobalNetworkPolicy: stagedGlobalNetworkPolicySpec,
  StagedKubernetesNetworkPolicy: stagedKubernetesNetworkPolicySpec,
  Profile: profileSpec,
  NetworkSet: networkSetSpec,
  GlobalNetworkSet: networkSetSpec,
  WorkloadEndpoint: workloadEndpointSpec,
  HostEndpoint: hostEndpointSpec,
  Node: nodeSpec,
  FelixConfiguration: felixConfigurationSpec,
  IPPool: ipPoolSpec,
  IPReservation: ipReservationSpec,
  BGPConfiguration: bgpConfigurationSpec,
  BGPPeer: bgpPeerSpec,
  ClusterInformation: clusterInformationSpec,
} satisfies Specs;

export const SPECS: Specs = BY_KIND;

/** Specs as they are written, in JSON: what has a default may be left out. */
export type WrittenSpecs = { readonly [K in ParsedKind]: z.input<(typeof BY_KIND)[K]> };

/** Kinds whose objects carry a status; it is kept and never read. */
export const WITH_STATUS: ReadonlySet<string> = new Set(['IPPool', 'Node', 'Tier']);
