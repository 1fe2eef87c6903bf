// The Kubernetes kinds that matter to policy, one schema each: the whole object, since not all of them have a spec.
import * as z from 'zod';
import { clusterNetworkPolicySpec } from './cluster-network-policy.ts';
import { kubernetesMetadata } from './metadata.ts';
import { kubernetesNetworkPolicySpec } from './network-policy.ts';
import { endpointSliceFields, nodeSpec, nodeStatus, podSpec, podStatus } from './workload.ts';

const metadata = kubernetesMetadata;

export const OBJECTS = {
  Pod: z.object({ metadata, spec: podSpec.prefault({}), status: podStatus.prefault({}) }),
  Namespace: z.object({ metadata }),
  ServiceAccount: z.object({ metadata }),
  Node: z.object({ metadata, spec: nodeSpec.prefault({}), status: nodeStatus.prefault({}) }),
  Service: z.object({ metadata }),
  EndpointSlice: z.object({ metadata, ...endpointSliceFields }),
  NetworkPolicy: z.object({ metadata, spec: kubernetesNetworkPolicySpec.prefault({}) }),
  ClusterNetworkPolicy: z.object({ metadata, spec: clusterNetworkPolicySpec }),
};

type Schemas = typeof OBJECTS;

/** By Kubernetes' own kind, which some share with Calico. */
export type KubernetesKind = keyof Schemas;

export type KubernetesObjectOf<K extends KubernetesKind> = { readonly kind: K } & Readonly<
  z.output<Schemas[K]>
>;

export type KubernetesObject = { [K in KubernetesKind]: KubernetesObjectOf<K> }[KubernetesKind];
