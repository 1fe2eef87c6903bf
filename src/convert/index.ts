// Kubernetes objects → Calico resources, as Calico converts them. Pure: one file per kind. Contract:
//   convertObject(object, {nodes, interfaceName?}): Conversion    any kind; Service gives no value
//   Conversion: {value?, problems (paths in the Kubernetes object), rules? (for each rule, where it came from)}
//   convertStagedKubernetesNetworkPolicy(policy)   a kind of Calico with the rules of Kubernetes
//   NODE_TEXTS and others   the annotations of a node, for whoever writes them
//   whyNoEndpoint(pod), hasFinished(pod)           why a pod is absent
// A partial conversion never widens: what cannot be said in Calico's terms is refused, or fails closed.
export { convertObject, type ConvertOptions } from './object.ts';
export type { Conversion, RuleOrigins } from './conversion.ts';
export { convertStagedKubernetesNetworkPolicy } from './network-policy.ts';
export { convertNamespace, convertServiceAccount } from './profiles.ts';
export { dependsOnNodes } from './cluster-network-policy.ts';
export { AS_NUMBER, INTERFACES, NODE_TEXTS, OWN_ANNOTATIONS, OWN_LABELS } from './node-annotations.ts';
export { hasFinished } from './pod-addresses.ts';
export { whyNoEndpoint } from './pod.ts';
