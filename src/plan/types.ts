// A plan: the difference between the ruleset observed (or older) and the one wanted, as ordered steps that never
// pass through a state which lets through what both forbid. A pure value: printed by `plan` and `diff`, executed by
// src/apply without thinking.
import type { Problem } from '../errors/problem.ts';
import type { Family } from '../net/types.ts';
import type { IptablesRuleset, IptablesTableName } from '../render/ruleset.ts';
import type { ResourceKey, RuleId } from '../resources/types.ts';

/** What changed, for people: grouped by `subject`, each with its cause. */
export interface Change {
  readonly action: 'add' | 'change' | 'remove';
  readonly object: 'chain' | 'rule' | 'set' | 'member' | 'map' | 'map-element' | 'hook' | 'table';
  /** Name of the chain, set or map (for iptables `filter/v4 tortie-…`). */
  readonly subject: string;
  /** Human label of what the subject is: `policy NetworkPolicy/prod/web ingress`, `endpoint …`, `set a == "b"`. */
  readonly label: string;
  readonly before?: string;
  readonly after?: string;
  /** For sets: all members, sorted. */
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
  readonly cause?: { readonly resource?: ResourceKey; readonly rule?: RuleId };
}

/** One command to run; the exact input it gets. */
export interface Command {
  readonly argv: readonly string[];
  readonly stdin: string;
  /** Why it stands here: `restrict sets`, `rules v4`, `loosen sets`, `remove unused sets`. */
  readonly purpose: string;
  /** Line of `stdin` (from 1) → policy rule or chain behind it, to trace a refusal back. */
  readonly lines: ReadonlyMap<
    number,
    { readonly rule?: RuleId; readonly resource?: ResourceKey; readonly chain?: string }
  >;
  /** Run in this order to put back what was there when a later command fails; empty when atomic on its own. */
  readonly undo?: { readonly argv: readonly string[]; readonly stdin: string };
  /** Tidying up: what is wanted holds without it, so a failure is only a warning. */
  readonly mayFail?: true;
}

/** What a line of a command's input is for. */
export interface LineOrigin {
  readonly rule?: RuleId;
  readonly resource?: ResourceKey;
  readonly chain?: string;
}

export interface Plan {
  readonly changes: readonly Change[];
  /** Run before the tests, which need it: new IP sets, to which nothing refers yet. */
  readonly prepare: readonly Command[];
  /** Tests to run before the first commit (`iptables-restore --test`), then the commits in order. */
  readonly tests: readonly Command[];
  readonly commands: readonly Command[];
  readonly problems: readonly Problem[];
}

/** Our rules in a kernel's chain, between those of others: the text of ours as iptables-save prints it, or undefined. */
export type HookLayout = ReadonlyMap<string, readonly (string | undefined)[]>;

/** What the kernel holds of ours, and where exactly our hooks stand. */
export interface ObservedIptables extends IptablesRuleset {
  readonly layouts: Readonly<Record<Family, ReadonlyMap<IptablesTableName, HookLayout>>>;
}

export type IptablesBackend = 'nft' | 'legacy';
