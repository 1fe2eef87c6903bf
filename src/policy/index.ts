// The calculation graph: resources in, NodePolicy out. Knows no dataplane. Contract:
//   createGraph({nodes: string[]}): Graph        the set of local nodes
//   interface Graph extends SyncSink {
//     onUpdates(updates), onStatus(status)       synchronous, no promises
//     flush(): NodePolicyDelta                   net change since the last flush, per local node; empty before in-sync
//     nodePolicy(node): NodePolicy               the state as of the last flush, structurally shared
//     problems(): Problem[]                      warnings that only the whole shows: endpoint lists an unknown profile,
//                                                two endpoints on one interface, http match that never matches,
//                                                a policy in a tier that does not exist, an interface outside the prefixes …
//     readonly work: WorkCounters                selector evaluations, classes visited, messages … for tests
//   }
//   NodePolicyDelta: per node: config?, endpoints/policies/profiles {changed, removed}, ipSets {added, removed,
//     changed: {id, add: string[], remove: string[]}[]}
//   endpointsByInterface(NodePolicy): ReadonlyMap<interface, LocalEndpoint>   shadowing decided once: of two endpoints
//     on one interface the smallest id wins
//   isWorkloadInterface(NodePolicy, name): boolean   by prefix, or because a local endpoint claims it (safer than
//     Calico, which leaves an endpoint outside the prefixes unpoliced)
export type { DialectConfig, NodeConfig } from './node-config.ts';
export type * from './node-policy.ts';
export {
  type HostFacts,
  hostFactsSchema,
  type HostInterface,
  type HostTools,
  NO_HOST_FACTS,
  parseHostFacts,
} from './host-facts.ts';
export { endpointsByInterface, isWorkloadInterface } from './interfaces.ts';
export { createGraph, type Graph } from './graph.ts';
export type * from './delta.ts';
export type { WorkCounters } from './work.ts';
export { DEFAULT_CONFIG } from './felix-config.ts';
