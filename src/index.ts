// The library: the functions of the command line, typed, without side effects on import. In the order of the data:
//
//   loadFiles, parseResource    files or plain values → resources, and problems with their places
//   createGraph, feed           resources → NodePolicy, everything that one node must enforce
//   createEvaluator             NodePolicy → the verdict on a packet, and why; explainFlow judges both ends
//   createRenderer              NodePolicy → Ruleset; printRuleset → text for nft, iptables-restore, ipset
//   changesBetween, planNft …   two rulesets → what changes, and the commands
//   createApplier, clearAll     the same against this host's kernel, and doing it
export {
  formatPath,
  formatProblems,
  type Note,
  type Path,
  type Place,
  type Problem,
  problem,
  problemsToJson,
  type Result,
  sortProblems,
  TortieError,
} from './errors/index.ts';
export { loadFiles, type LoadOptions, type LoadResult } from './datastore/file/index.ts';
export { formatSelector, matches, parseSelector, type Selector, selectorId } from './selector/index.ts';
export {
  BUILTINS,
  KINDS,
  parseResource,
  type Resource,
  type ResourceKey,
  resourceKey,
  type RuleId,
  ruleId,
} from './resources/index.ts';
export { feed, type ResourceUpdate, type SyncSink, type SyncStatus } from './sync/index.ts';
export * from './policy/index.ts';
export * from './verdict/index.ts';
export { checkReferences, createRenderer, printRuleset, type Ruleset } from './render/index.ts';
export {
  type Change,
  changesBetween,
  type Command,
  type Plan,
  planIptables,
  planNft,
  printCommands,
  printHuman,
  printJson,
  printUnified,
} from './plan/index.ts';
export { readHostFacts, type Runner, systemRunner } from './host/index.ts';
export { type Applier, clearAll, createApplier } from './apply/index.ts';
