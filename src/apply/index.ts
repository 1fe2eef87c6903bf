// observe → plan → execute → confirm. The room's public face:
//   createApplier({dialect, run, backend?, lock?}): Applier       plan(wanted), apply(wanted), forget({compare?})
//   clearAll({run, lock?, dryRun?}): Promise<ClearResult>         every trace of ours, both dataplanes, both backends;
//                                                                 idempotent; with dryRun it only says what it would remove
//   observeNft(run): Promise<Result<NftRuleset | undefined>>      our table as the kernel holds it
//   observeIptables(run, backend): Promise<Result<ObservedIptables>>
//   enforce, clear, confirm, rollBack, watch, settle              the same for commands: one lock, notes of what was applied,
//                                                                 and a rollback unless confirmed (docs/operations.md)
//   readStatus, readCounters                                      what is loaded, and what its rules have counted
export type * from './types.ts';
export { createApplier } from './applier.ts';
export { clearAll, type ClearOptions } from './clear.ts';
export { observeIptables, observeNft } from './observe.ts';
export { readOutcome, readPending, timeLeft, type Pending } from './pending.ts';
export { type Counters, readCounters } from './counters.ts';
export { type About, readRecord } from './record.ts';
export { rollBack, watch } from './rollback.ts';
export {
  clear,
  type Confirmation,
  confirm,
  enforce,
  type EnforceResult,
  type Session,
  settle,
} from './session.ts';
export { type HostStatus, readStatus } from './status.ts';
