// The value that a dialect prints and that plan compares: what the kernel should hold (or, read back by src/apply,
// what it holds) of ours. Frozen plain data, structurally shared, every map in the order of printing.
import type { Ipset } from '../ipsets/types.ts';
import type { Family } from '../net/types.ts';
import type { ResourceKey, RuleId } from '../resources/types.ts';

export type Ruleset = NftRuleset | IptablesRuleset;

/** One rule without its comment. `text` is what stands after `add rule inet tortie <chain>` or `-A <chain>`. */
export interface RuleLine {
  readonly text: string;
  /** The comment, already quoted-safe and cut to the dialect's limit, without the chain's hash. */
  readonly comment?: string;
  /** The policy rule behind it, in full. */
  readonly rule?: RuleId;
  /** nftables JSON of the same rule's `expr` array; only built when asked for. */
  readonly expr?: readonly unknown[];
}

export interface ChainText {
  readonly name: string;
  /** Printed in the comment of the first rule; over the texts and comments of all rules. 16 characters base64url. */
  readonly hash: string;
  readonly rules: readonly RuleLine[];
  /** The policy, profile or endpoint that this chain is for; absent for static chains. */
  readonly cause?: ResourceKey;
}

// ── nftables: one table, `inet tortie` ────────────────────────────────────────────────────────────────────────────

export interface NftRuleset {
  readonly dialect: 'nftables';
  readonly sets: ReadonlyMap<string, NftSet>;
  readonly maps: ReadonlyMap<string, NftMap>;
  readonly chains: ReadonlyMap<string, NftChain>;
}

export interface NftChain extends ChainText {
  /** Present on base chains; their policy is always accept. `priority` is a number. */
  readonly base?: {
    readonly type: 'filter' | 'nat' | 'route';
    readonly hook: string;
    readonly priority: number;
  };
}

export interface NftSet {
  readonly name: string;
  /** e.g. `ipv4_addr`, `ipv6_addr . inet_proto . inet_service`, `inet_service`. */
  readonly type: string;
  readonly interval: boolean;
  /** Element text as printed, sorted, disjoint when `interval`. Interface names are bare: print.ts quotes them. */
  readonly elements: readonly string[];
  readonly cause?: ResourceKey;
  readonly description?: string;
}

/** A verdict map; element key (an interface's bare name) → verdict text (`jump x`, `goto y`, `drop`). */
export interface NftMap {
  readonly name: string;
  readonly type: string;
  readonly elements: ReadonlyMap<string, string>;
}

// ── iptables + ipset ──────────────────────────────────────────────────────────────────────────────────────────────

export type IptablesTableName = 'raw' | 'mangle' | 'nat' | 'filter';

export interface IptablesRuleset {
  readonly dialect: 'iptables';
  readonly tables: Readonly<Record<Family, ReadonlyMap<IptablesTableName, IptablesTable>>>;
  /** Of both families, by name. */
  readonly ipsets: ReadonlyMap<string, Ipset>;
}

export interface IptablesTable {
  readonly chains: ReadonlyMap<string, ChainText>;
  /** Our jump rules in the kernel's chains, in order. */
  readonly hooks: readonly {
    readonly chain: string;
    readonly position: 'insert' | 'append';
    readonly rule: RuleLine;
  }[];
}

export type { Ipset, IpsetUse } from '../ipsets/types.ts';
