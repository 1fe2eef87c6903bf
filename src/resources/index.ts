// Every API kind as one zod schema: types, defaults, validation, names. Talks to no store. Contract:
//   type Resource = discriminated union over `kind` of all modelled kinds:
//     { apiVersion: 'projectcalico.org/v3', kind: K, metadata: Metadata, spec: Spec of K }
//   Kinds with full schemas: Tier, NetworkPolicy, GlobalNetworkPolicy, StagedNetworkPolicy,
//     StagedGlobalNetworkPolicy, StagedKubernetesNetworkPolicy, Profile, NetworkSet, GlobalNetworkSet,
//     WorkloadEndpoint, HostEndpoint, Node, FelixConfiguration, IPPool, IPReservation, BGPConfiguration, BGPPeer,
//     ClusterInformation. Others of the catalogue are `known`.
//   KINDS: ReadonlyMap<kind, {plural, namespaced, aliases, modelled, enforced: 'yes'|'not-relevant'|'staged'}>
//   parseResource(raw: unknown, {namespace?, unknownFields?}): Result<Resource>   validates, then defaults as the typed client does on create
//       (types inferred, tier `default`, order of tiers …); *all* problems, each with `path`; unknown fields are
//       `resource/unknown-field` with a did-you-mean hint. Selectors are checked by parsing them.
//       A known kind that is not modelled gives neither value nor problem. A namespaced resource without namespace is
//       in `default`, as in calicoctl
//   prepareForCreate, prepareForUpdate, encodeObject …   objects as plain JSON on their way to a store: api-object.ts
//   calicoFault(problem, raw): CalicoFault          field, value and reason as Calico's validation says them
//   kubernetesType(raw)                             whether it is a Kubernetes object, and one that matters to policy
//   parseKubernetes(type, raw, {namespace?}): Result<KubernetesObject>   what policy needs of it, checked as the API
//       server does; src/convert makes Resources of it. kubernetesKey: what it calls itself
//   identityOf(raw, {namespace?}): ResourceKey | undefined   what a document calls itself, valid or not
//   kindAliases: every accepted spelling in lower case → kind
//   UNUSED_FELIX_FIELDS: accepted in FelixConfiguration and without effect
//   BUILTINS: readonly Resource[]                   tiers kube-admin, default, kube-baseline; profile
//       projectcalico-default-allow
// Strings of labels, annotations and every map keyed by users live in Maps, never in plain objects.
// The spec types are what zod infers; names in specs are exactly Calico's JSON names. Decoded forms:
//   protocol/notProtocol: number | 'TCP'|'UDP'|'ICMP'|'ICMPv6'|'SCTP'|'UDPLite'
//   ports/notPorts: ({kind:'range', first, last} | {kind:'name', name})[]
export {
  type Direction,
  type Metadata,
  type ResourceKey,
  resourceKey,
  type RuleId,
  ruleId,
} from './types.ts';
export * from './resource.ts';
export { type Enforcement, type KindInfo, kindAliases, KINDS } from './catalogue.ts';
export { BUILTIN_TIERS, BUILTINS, DEFAULT_ALLOW_PROFILE } from './builtins.ts';
export { identityOf, parseResource, type ParseOptions } from './parse.ts';
export {
  KUBERNETES_KINDS,
  kubernetesKey,
  type KubernetesType,
  kubernetesType,
  parseKubernetes,
} from './kubernetes/parse.ts';
export type { KubernetesKind, KubernetesObject, KubernetesObjectOf } from './kubernetes/objects.ts';
export type { LabelSelector } from './kubernetes/label-selector.ts';
export type { KubernetesPeer, KubernetesPolicyRules, KubernetesPort } from './kubernetes/network-policy.ts';
export type {
  ClusterPeer,
  ClusterProtocol,
  ClusterSubject,
} from './kubernetes/cluster-network-policy.ts';
export type { EndpointSliceSpec } from './kubernetes/endpoint-slice.ts';
export type { StagedNetworkPolicySpec } from './kinds/staged-policy.ts';
export type { NodeSpec } from './kinds/node.ts';
export { compact } from './compact.ts';
export { LabelMap, labelMap, type LabelNames, shareText } from './label-map.ts';
export { parseWorkloadEndpointName, workloadEndpointName } from './workload-name.ts';
export { unknownField, valueAt } from './zod-issues.ts';
export { UNUSED_FELIX_FIELDS } from './kinds/felix-other-fields.ts';
export type { Rule, HttpMatch, IcmpMatch } from './rule/rule.ts';
export type { EntityRule } from './rule/entity-rule.ts';
export type { Port } from './scalars/port.ts';
export type { Protocol, ProtocolName } from './scalars/protocol.ts';
export type { PolicyType, NetworkPolicySpec, GlobalNetworkPolicySpec } from './kinds/policy.ts';
export type { WorkloadEndpointSpec } from './kinds/workload-endpoint.ts';
export type { WorkloadEndpointPort } from './kinds/endpoint-port.ts';
export type { FelixConfigurationSpec } from './kinds/felix-configuration.ts';
export * from './api-object.ts';
export { type CalicoFault, calicoFault } from './calico-text.ts';
