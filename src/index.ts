// The library: the functions of the command line, typed, without side effects on import. In the order of the data:
//
//   createClient(loadClientConfig())   Calico's API over a datastore: create, get, list, watch, … typed by kind
//   loadFiles, parseResource    files or plain values → resources, and problems with their places
//   createGraph, feed           resources → NodePolicy, everything that one node must enforce
//   createEvaluator             NodePolicy → the verdict on a packet, and why; explainFlow judges both ends
//   createRenderer              NodePolicy → Ruleset; printRuleset → text for nft, iptables-restore, ipset
//   changesBetween, planNft …   two rulesets → what changes, and the commands
//   createApplier, clearAll     the same against this host's kernel, and doing it
export {
  type JsonProblem,
  type PrintOptions,
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
export {
  type CallOptions,
  type Datastore,
  type DatastoreCode,
  DatastoreError,
  type DeleteOptions,
  type Entry,
  type Listing,
  type ObjectKey,
  type Selection,
  type WatchEvent,
} from './datastore/index.ts';
export { type ClientConfig, type ConfigSource, loadClientConfig } from './datastore/config.ts';
export { openDatastore } from './datastore/open.ts';
export * from './client/index.ts';
export { loadFiles, type LoadOptions, type LoadResult } from './datastore/file/index.ts';
export {
  type Comparison,
  formatSelector,
  type Labels,
  matches,
  parseSelector,
  type Selector,
  selectorId,
  type TextPosition,
} from './selector/index.ts';
export {
  BUILTINS,
  type Direction,
  type Enforcement,
  type GlobalNetworkPolicySpec,
  type KindInfo,
  KINDS,
  type Metadata,
  type NetworkPolicySpec,
  type ParseOptions,
  parseResource,
  type PolicyType,
  type ProtocolName,
  type Resource,
  type ResourceKey,
  resourceKey,
  type RuleId,
  ruleId,
  type WorkloadEndpointPort,
  type WorkloadEndpointSpec,
} from './resources/index.ts';
export * from './sync/index.ts';
export * from './policy/index.ts';
export * from './verdict/index.ts';
export {
  checkReferences,
  createRenderer,
  type Dialect,
  type PrintedFile,
  printRuleset,
  type Renderer,
  type RendererOptions,
  type Ruleset,
  type RulesetOf,
} from './render/index.ts';
export {
  type CauseRef,
  type Change,
  changesBetween,
  type Command,
  type HumanOptions,
  type IptablesPlanOptions,
  type JsonOptions,
  type Locate,
  type NftPlanOptions,
  type Plan,
  planIptables,
  planNft,
  printCommands,
  printHuman,
  printJson,
  printUnified,
  type UnifiedOptions,
} from './plan/index.ts';
export {
  type LockOptions,
  readHostFacts,
  type Runner,
  type RunOptions,
  type RunResult,
  systemRunner,
} from './host/index.ts';
export {
  type Applier,
  type ApplierOptions,
  type ApplyResult,
  clearAll,
  type ClearOptions,
  type ClearResult,
  createApplier,
} from './apply/index.ts';
