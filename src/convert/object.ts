// Which conversion a kind has.
import type { KubernetesObject, Node } from '../resources/index.ts';
import { convertClusterNetworkPolicy } from './cluster-network-policy.ts';
import type { Conversion } from './conversion.ts';
import { convertEndpointSlice } from './endpoint-slice.ts';
import { convertNetworkPolicy } from './network-policy.ts';
import { convertNode, type NodeOptions } from './node.ts';
import { convertPod, type PodOptions } from './pod.ts';
import { convertNamespace, convertServiceAccount } from './profiles.ts';

export interface ConvertOptions extends PodOptions, NodeOptions {
  /** All of the cluster; read only for ClusterNetworkPolicies with node peers. */
  readonly nodes?: readonly Node[];
}

export function convertObject(object: KubernetesObject, options: ConvertOptions = {}): Conversion {
  switch (object.kind) {
    case 'Pod':
      return convertPod(object, options);
    case 'Namespace':
      return convertNamespace(object);
    case 'ServiceAccount':
      return convertServiceAccount(object);
    case 'Node':
      return convertNode(object, options);
    case 'EndpointSlice':
      return convertEndpointSlice(object);
    case 'NetworkPolicy':
      return convertNetworkPolicy(object);
    case 'ClusterNetworkPolicy':
      return convertClusterNetworkPolicy(object, options.nodes ?? []);
    case 'Service':
      return { problems: [] };
  }
}
