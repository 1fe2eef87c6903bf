// Two rulesets → ordered steps, each with its cause, and three ways to show them. Pure. Contract:
//   planNft(observed: NftRuleset | undefined, wanted: NftRuleset): Plan             one transaction (and a tidying one)
//   planIptables(observed: ObservedIptables | undefined, wanted: IptablesRuleset, {backend}): Plan
//   changesBetween(older: Ruleset | undefined, newer: Ruleset): readonly Change[]   shared by `diff` and `plan`
//   printHuman(changes, {locate?, paint?}): string      the tree, ends with `Plan: 3 to add, 1 to change, 0 to remove.`
//   printCommands(plan): string                         `# would run` with the exact commands and their input
//   printUnified(changes, {from?, to?}): string         `--- live/…` / `+++ wanted/…`
//   printJson(plan | {changes, problems}, {locate?, pretty?}): string        apiVersion tortie.dev/v1, kind Plan or Diff
// `locate: (ref: {rule?: RuleId, resource?: ResourceKey}) => Place | undefined` finds file:line of a cause.
export type * from './types.ts';
export { changesBetween } from './changes.ts';
export { type IptablesPlanOptions, planIptables } from './iptables.ts';
export { type NftPlanOptions, planNft } from './nft.ts';
export { type HumanOptions, printCommands, printHuman } from './print-human.ts';
export { type JsonOptions, printJson } from './print-json.ts';
export type { CauseRef, Locate } from './print-shared.ts';
export { printUnified, type UnifiedOptions } from './print-unified.ts';
