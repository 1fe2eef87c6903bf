// The trail: what a packet met on its way and what decided. A plain value; src/cli prints it.
import type { ResourceKey, RuleId } from '../resources/types.ts';
import type { Translation } from './masquerade.ts';

export type Verdict = 'allow' | 'deny';
export type Stage =
  | 'reverse-path'
  | 'workload-egress'
  | 'workload-ingress'
  | 'endpoint-to-host'
  | 'host-untracked'
  | 'host-pre-dnat'
  | 'host-ingress'
  | 'host-forward-in'
  | 'host-forward-out'
  | 'host-untracked-out'
  | 'host-egress';

export type Step =
  | { readonly kind: 'conntrack'; readonly state: string; readonly result: 'allow' | 'deny' }
  | {
      readonly kind: 'built-in';
      readonly what:
        | 'spoofed-source'
        | 'neighbour-discovery'
        | 'vxlan-from-workload'
        | 'ipip-from-workload'
        | 'unknown-interface'
        | 'endpoint-to-host'
        | 'failsafe'
        | 'host-neighbour-discovery'
        /** No tier of a host endpoint decided, and the stage asks no profiles. */
        | 'end-of-tiers';
      readonly result: 'allow' | 'deny';
    }
  /** A heading: the policies of the tier follow it, the rules of each policy follow the policy. */
  | {
      readonly kind: 'tier';
      readonly tier: string;
      readonly result: 'decided' | 'passed' | 'default-deny' | 'default-pass' | 'staged-only';
    }
  /** Of a staged policy no rules follow, and it never matches. */
  | {
      readonly kind: 'policy';
      readonly policy: ResourceKey;
      readonly staged: boolean;
      readonly result: 'match' | 'no-match';
    }
  | { readonly kind: 'profile'; readonly profile: string; readonly result: 'match' | 'no-match' }
  /**
   * `failed` names the first condition that did not hold, e.g. `destination.ports`; `detail` is for people, e.g. the
   * selector behind a set.
   */
  | {
      readonly kind: 'rule';
      readonly rule: RuleId;
      readonly action: string;
      readonly result: 'match' | 'no-match' | 'never';
      readonly failed?: string;
      readonly detail?: string;
    }
  | { readonly kind: 'no-profile-matched' };

/** What decided a stage: a rule, or one of the ends. */
export type Decider =
  | { readonly kind: 'rule'; readonly rule: RuleId }
  | { readonly kind: 'tier-default'; readonly tier: string; readonly direction: 'ingress' | 'egress' }
  | { readonly kind: 'no-profile-matched' }
  | { readonly kind: 'built-in'; readonly what: string };

export interface StageTrail {
  readonly stage: Stage;
  readonly node: string;
  readonly interface: string;
  readonly endpoint?: ResourceKey;
  readonly verdict: Verdict;
  readonly decidedBy: Decider;
  readonly steps: readonly Step[];
}

export interface Judgement {
  readonly verdict: Verdict;
  /** In order; stops at the first that denies. Empty: nothing of ours judges this packet. */
  readonly stages: readonly StageTrail[];
  /** Allowed, and it leaves with another source. */
  readonly translation?: Translation;
}
