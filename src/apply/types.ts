// What the apply room takes and gives.
import type { Problem, Result } from '../errors/problem.ts';
import type { Runner } from '../host/run.ts';
import type { IptablesBackend, Plan } from '../plan/types.ts';
import type { Ruleset } from '../render/ruleset.ts';

export interface ApplierOptions {
  readonly dialect: Ruleset['dialect'];
  readonly run: Runner;
  /** iptables only; default `auto`. */
  readonly backend?: IptablesBackend | 'auto';
  /** How long to wait for the lock of the network namespace, in milliseconds; default 10,000. False: take none. */
  readonly lock?: false | { readonly wait?: number; readonly directory?: string };
  /** Seconds that iptables-restore waits for xtables.lock; default 10. */
  readonly xtablesWait?: number;
}

export interface Applier {
  /** Reads the kernel, compares whole, changes nothing. No value: the kernel could not be read. */
  plan(wanted: Ruleset): Promise<Result<Plan>>;
  /**
   * Makes the kernel hold `wanted`. Reads the kernel the first time and after a failure; afterwards it goes by what
   * it applied last, and does nothing at all when that is the same.
   */
  apply(wanted: Ruleset): Promise<ApplyResult>;
  /**
   * Forgets what was applied last, so that the next apply reads the kernel. `compare` (default `whole`) is how far that
   * apply trusts a chain with our hash and the right number of rules: by `hash` it counts as ours untouched, which
   * spares half of the time; `whole` also finds a rule that somebody else has exchanged for another one.
   */
  forget(options?: { readonly compare?: Comparison }): void;
}

export type Comparison = 'hash' | 'whole';

export interface ApplyResult {
  /** The kernel holds what was wanted. */
  readonly ok: boolean;
  /** Something was changed (and, unless `ok`, put back). */
  readonly changed: boolean;
  /** What was planned; absent when the kernel could not be read. */
  readonly plan?: Plan;
  readonly problems: readonly Problem[];
}

export interface ClearResult {
  readonly ok: boolean;
  /** What was found and removed: `nftables table inet tortie`, `iptables-nft filter/v4: 12 chains, 3 hooks` … */
  readonly removed: readonly string[];
  readonly problems: readonly Problem[];
}
