// Which kinds a consumer of the stream wants. The sets for BGP and for tunnel addresses will stand beside this one.
import type { Datastore } from '../datastore/index.ts';

/** What policy depends on, in any store (Calico's set for Felix, without what concerns routes). */
const POLICY: readonly string[] = [
  'FelixConfiguration',
  'GlobalNetworkPolicy',
  'GlobalNetworkSet',
  'HostEndpoint',
  'IPPool',
  'NetworkPolicy',
  'NetworkSet',
  'Node',
  'Profile',
  'StagedGlobalNetworkPolicy',
  'StagedKubernetesNetworkPolicy',
  'StagedNetworkPolicy',
  'Tier',
  'WorkloadEndpoint',
];

const KUBERNETES: readonly string[] = [
  'KubernetesClusterNetworkPolicy',
  'KubernetesEndpointSlice',
  'KubernetesNetworkPolicy',
];

export function policyKinds(store: Pick<Datastore, 'type'>): readonly string[] {
  return store.type === 'kubernetes' || store.type === 'file' ? [...POLICY, ...KUBERNETES] : POLICY;
}
