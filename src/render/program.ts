// The neutral program: NodePolicy put into the form that every dialect lowers, with nothing of any dialect in it.
// It knows calls, not marks: a block (the rules of one policy or profile in one direction) called for a packet
// answers allow, deny, pass or no match; how that becomes chains, marks or verdict maps is lowering's affair.
//
// NodePolicy ──build-program──▶ Program ──lower (per dialect, by declared capabilities)──▶ Ruleset ──print──▶ text
//
// Frozen plain data, structurally shared: the same NodePolicy object gives the same block object.
import type { Family, PortRange } from '../net/types.ts';
import type { NodeConfig } from '../policy/node-config.ts';
import type { IpSet } from '../policy/node-policy.ts';
import type { Direction, ResourceKey, RuleId } from '../resources/types.ts';

export interface Program {
  readonly node: string;
  readonly config: NodeConfig;
  /** Sorted by interface; shadowed endpoints are already gone. */
  readonly endpoints: readonly EndpointProgram[];
  /** Sorted by interface, `*` last. */
  readonly hosts: readonly HostProgram[];
  /** By block id, sorted. Only blocks that an endpoint calls. */
  readonly blocks: ReadonlyMap<BlockId, Block>;
  /** What gets another source on its way out. Of the rules that a packet meets the first one counts. */
  readonly masquerade: readonly MasqueradeRule[];
  /** By set id, sorted. Only sets that a block or a rule of `masquerade` mentions. Content sets made for long `nets` lists included. */
  readonly sets: ReadonlyMap<string, IpSet>;
}

/** `<policy or profile key>/<direction>`, e.g. `NetworkPolicy/prod/web/ingress`, `Profile/kns.prod/egress`. */
export type BlockId = string;

export interface EndpointProgram {
  readonly endpoint: ResourceKey;
  readonly interface: string;
  /** egress = what leaves the endpoint (`workload-egress`); ingress = what enters it (`workload-ingress`). */
  readonly egress: CallList;
  readonly ingress: CallList;
  /** Sources that pass wherever the host's route to them leads; absent: none. */
  readonly spoofable?: readonly string[];
}

export interface MasqueradeRule {
  readonly family: Family;
  readonly conditions: readonly Condition[];
  /** With `+` at its end, every interface whose name starts so. Absent: any. */
  readonly outInterface?: string;
  /** Absent: an address of the interface by which the packet leaves. */
  readonly address?: string;
  /** The source ports to choose from; the conditions have a protocol with ports then. */
  readonly ports?: PortRange;
}

/** One interface of the host that a host endpoint polices; `*` is every interface that has none of its own. */
export interface HostProgram {
  readonly endpoint: ResourceKey;
  readonly interface: string;
  /** Absent: that list has no tiers, and its stage does not exist (docs/semantics.md); of `*` always absent. Profiles are
   * empty in all but `normal`. */
  readonly untracked?: { readonly ingress: CallList; readonly egress: CallList };
  readonly preDnat?: { readonly ingress: CallList };
  /** Without tiers the stage still asks conntrack, and then allows. */
  readonly forward: { readonly ingress: CallList; readonly egress: CallList };
  readonly normal: { readonly ingress: CallList; readonly egress: CallList };
}

/** Calls in order. Equal lists of different endpoints are the same object. */
export interface CallList {
  readonly tiers: readonly TierCalls[];
  /** Called in order after the tiers; `pass` there means the next one. No match anywhere: deny. */
  readonly profiles: readonly BlockId[];
}

export interface TierCalls {
  readonly name: string;
  /** Never empty. */
  readonly calls: readonly BlockId[];
  /** What a packet meets that no policy of the tier matched. */
  readonly end: 'deny' | 'next';
}

export interface Block {
  readonly id: BlockId;
  /** Resource key of the policy or profile. */
  readonly resource: ResourceKey;
  readonly kind: 'policy' | 'profile';
  readonly direction: Direction;
  readonly tier?: string;
  /** Some rule passes. */
  readonly passes: boolean;
  readonly rules: readonly ProgramRule[];
}

/** One rule of a resource for one family; a rule of both families appears twice (4 then 6), one that can match
 *  neither not at all. */
export interface ProgramRule {
  readonly id: RuleId;
  readonly family: Family;
  readonly action: 'allow' | 'deny' | 'pass' | 'log';
  /** All must hold. In the order of spec 3.3. */
  readonly conditions: readonly Condition[];
  /** Expanded, unquoted log prefix without the trailing `: `; only for `log`. */
  readonly logPrefix?: string;
  readonly annotations?: readonly (readonly [string, string])[];
}

export type SideName = 'source' | 'destination';

export type Condition =
  | { readonly kind: 'protocol'; readonly protocol: number; readonly negated: boolean }
  /** One prefix (canonical text) of the rule's family. */
  | { readonly kind: 'net'; readonly side: SideName; readonly net: string; readonly negated: boolean }
  /** `set` is a `net` set of Program.sets. Two or more `nets` become one content set. */
  | { readonly kind: 'set'; readonly side: SideName; readonly set: string; readonly negated: boolean }
  /** `set` is a `port` set of Program.sets. */
  | { readonly kind: 'port-set'; readonly side: SideName; readonly set: string; readonly negated: boolean }
  /** Normalised ranges (sorted, merged), at least one; the rule has a positive `protocol` condition of TCP, UDP or SCTP. */
  | {
      readonly kind: 'ports';
      readonly side: SideName;
      readonly protocol: number;
      readonly ranges: readonly PortRange[];
      readonly negated: boolean;
    }
  /** Implies the family's ICMP protocol; `negated` negates type and code together, not the protocol. */
  | { readonly kind: 'icmp'; readonly type: number; readonly code?: number; readonly negated: boolean }
  /** At least two alternatives, one of which must hold (e.g. numeric ports or a port set). */
  | { readonly kind: 'any-of'; readonly alternatives: readonly Condition[] };
