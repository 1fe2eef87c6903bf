// observe → plan → execute → confirm. The room's public face:
//   createApplier({dialect, run, backend?, lock?}): Applier       plan(wanted), apply(wanted), forget()
//   clearAll({run, lock?, dryRun?}): Promise<ClearResult>         every trace of ours, both dataplanes, both backends;
//                                                                 idempotent; with dryRun it only says what it would remove
//   observeNft(run): Promise<Result<NftRuleset | undefined>>      our table as the kernel holds it
//   observeIptables(run, backend): Promise<Result<ObservedIptables>>
export type * from './types.ts';
export { createApplier } from './applier.ts';
export { clearAll, type ClearOptions } from './clear.ts';
export { observeIptables, observeNft } from './observe.ts';
