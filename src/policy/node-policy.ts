// NodePolicy: everything one node must enforce, independent of any dataplane. The value between the graph and
// everything below it (verdict, render, plan).
//
// Immutable, with structural sharing: whatever did not change between two flushes is *the same object* (policies,
// profiles, sets, endpoints, tier lists), so that readers can compare by identity and cache by WeakMap. Every map
// iterates in sorted key order. Endpoints that have the same policy lists share one `tiers` array.
//
// Fixed meaning, the one semantics (docs/semantics.md; verdict/evaluate is its code):
//  - A rule matches when every condition that is present holds. Lists are alternatives: `nets` any, `ports` and
//    `namedPorts` together any, `notNets` none, `notPorts`/`notNamedPorts` none; `sets` all, `notSets` none of them.
//  - `nets`/`notNets` non-empty but nothing in them of the packet's family: the rule does not match that family.
//  - `icmp` and `notIcmp` demand the family's ICMP protocol (1 or 58); `notIcmp` negates type and code together.
//  - A packet without ports is in no port set and in no port range (a negation of either then holds).
//  - Port conditions with `protocol` set: the packet's protocol must be it. Named-port members carry their protocol.
import type { Direction, ResourceKey, RuleId } from '../resources/types.ts';
import type { Family, PortRange } from '../net/types.ts';
import type { NodeConfig } from './node-config.ts';

export interface NodePolicy {
  readonly node: string;
  readonly config: NodeConfig;
  /** Local endpoints of this node by endpoint id (resource key). */
  readonly endpoints: ReadonlyMap<ResourceKey, LocalEndpoint>;
  /** Host endpoints of this node by resource key, whether or not they find an interface (`hostInterfaces` decides). */
  readonly hostEndpoints: ReadonlyMap<ResourceKey, HostEndpoint>;
  /** Enforced policies that apply to at least one of `endpoints` or `hostEndpoints`. */
  readonly policies: ReadonlyMap<ResourceKey, ActivePolicy>;
  /** Staged policies that would apply; never rendered, never judged, only shown. */
  readonly staged: ReadonlyMap<ResourceKey, ActivePolicy>;
  readonly profiles: ReadonlyMap<string, ActiveProfile>;
  readonly ipSets: ReadonlyMap<string, IpSet>;
  readonly masquerade: Masquerade;
}

/** Which packets get another source when they leave; `NodeConfig.masquerade` says which source. */
export interface Masquerade {
  /** Canonical prefixes of both families, sorted, none within another. Empty: no packet does. */
  readonly sources: readonly string[];
  /** Destinations for which the source stays; likewise. */
  readonly exceptions: readonly string[];
}

export interface LocalEndpoint {
  /** Resource key of the WorkloadEndpoint. */
  readonly id: ResourceKey;
  readonly kind: 'workload';
  readonly node: string;
  readonly interfaceName: string;
  /** Canonical prefix text with length, sorted: `10.0.0.1/32`. */
  readonly addresses: readonly string[];
  /** Sources that it may use although the host's route to them leads elsewhere, if `NodeConfig.allowSpoofing`; sorted. Absent: none. */
  readonly spoofable?: readonly string[];
  /** Only tiers with at least one enforced policy for this endpoint, in order of evaluation. */
  readonly tiers: readonly EndpointTier[];
  /** Profile names in order; each is in `NodePolicy.profiles`. */
  readonly profiles: readonly string[];
  /** Staged policies in order of evaluation: where they would stand. */
  readonly staged: readonly EndpointTier[];
}

export interface HostEndpoint {
  /** Resource key of the HostEndpoint. */
  readonly id: ResourceKey;
  readonly kind: 'host';
  readonly node: string;
  /** `*` is all interfaces; absent: found by `expectedAddresses`. */
  readonly interfaceName?: string;
  /** Canonical prefix text with length, sorted. */
  readonly expectedAddresses: readonly string[];
  /** Each as `LocalEndpoint.tiers`. The tiers of `untracked` and `preDnat` have the default action Pass; `preDnat` has ingress alone. */
  readonly lists: HostLists;
  /** Profile names in order; for `normal` alone. */
  readonly profiles: readonly string[];
  /** Staged policies in order of evaluation: where they would stand. */
  readonly staged: HostLists;
}

export interface HostLists {
  readonly untracked: readonly EndpointTier[];
  readonly preDnat: readonly EndpointTier[];
  /** Policies with applyOnForward that are in neither of the two above. */
  readonly forward: readonly EndpointTier[];
  /** All policies that are in neither of the two first. */
  readonly normal: readonly EndpointTier[];
}

export interface EndpointTier {
  readonly name: string;
  readonly defaultAction: 'Deny' | 'Pass';
  /** Keys of enforced policies, in order. A tier whose list is empty in a direction is transparent there. */
  readonly ingress: readonly ResourceKey[];
  readonly egress: readonly ResourceKey[];
}

export interface ActivePolicy {
  readonly key: ResourceKey;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly tier: string;
  readonly order?: number;
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
}

export interface ActiveProfile {
  readonly name: string;
  readonly key: ResourceKey;
  /** The resource does not exist: both lists hold one deny rule. */
  readonly missing: boolean;
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
}

export type RuleAction = 'allow' | 'deny' | 'pass' | 'log';

export interface Rule {
  readonly id: RuleId;
  readonly direction: Direction;
  readonly action: RuleAction;
  /** Only packets of this family: `ipVersion`, or the family that a protocol *name* icmp/icmpv6 implies. */
  readonly family?: Family;
  readonly protocol?: number;
  readonly notProtocol?: number;
  readonly source: Side;
  readonly destination: Side;
  readonly icmp?: IcmpMatch;
  readonly notIcmp?: IcmpMatch;
  /** Set when the rule can match no packet: the kernel sees no HTTP. It is shown, judged as no match, never rendered. */
  readonly never?: 'http';
  /** Calico's rule metadata annotations, sorted by key. */
  readonly annotations?: readonly (readonly [string, string])[];
}

export interface Side {
  /** Canonical masked prefix text, in the order of the resource. */
  readonly nets: readonly string[];
  readonly notNets: readonly string[];
  /** Ids of `net` sets. */
  readonly sets: readonly string[];
  readonly notSets: readonly string[];
  readonly ports: readonly PortRange[];
  readonly notPorts: readonly PortRange[];
  /** Ids of `port` sets: of named ports, or the one of a service. */
  readonly namedPorts: readonly string[];
  readonly notNamedPorts: readonly string[];
}

export interface IcmpMatch {
  readonly type: number;
  readonly code?: number;
}

/**
 * `net`: addresses and prefixes of both families; may overlap (network sets nest). `port`: (address, protocol, port).
 * Members are canonical text (src/net): `10.0.0.1/32`, `10.0.0.1,tcp:8080`. Unordered; sort with `compareMembers`.
 */
export interface IpSet {
  readonly id: string;
  readonly type: 'net' | 'port';
  /** For people: the canonical selector, and for port sets protocol and port name. */
  readonly description: string;
  readonly members: ReadonlySet<string>;
}
