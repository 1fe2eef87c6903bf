// The calculation graph: resources in, NodePolicy out. Knows no dataplane.
//   createGraph({nodes})             the set of local nodes; a Graph is a SyncSink (graph.ts has its picture):
//     onUpdates, onStatus            synchronous, no promises; built-in tiers and the default profile are always there
//     flush(): NodePolicyDelta       net change since the last flush, per local node; empty before in-sync, and for a
//                                    node of which nothing changed
//     nodePolicy(node): NodePolicy   the state as of the last flush, structurally shared
//     problems(): Problem[]          what only the whole shows (codes `policy/...`): unknown tier or profile, endpoints
//                                    that share an interface or have no addresses, interfaces outside the prefixes,
//                                    rules that never match; errors for policies that could not be compiled
//     work: WorkCounters             selector evaluations, classes visited ... for tests and metrics
//   endpointsByInterface(NodePolicy) of two endpoints on one interface the smallest id wins
//   isWorkloadInterface(NodePolicy, name)   by prefix, or because a local endpoint claims it (safer than Calico, which
//                                    leaves an endpoint outside the prefixes unpoliced)
//   hostInterfaces(NodePolicy, HostFacts)   which host endpoint polices which interface of the host, and which the rest
//   hostFactsProblems(NodePolicy, HostFacts)   warnings that problems() cannot know: addresses and interfaces of the host
//   parseHostFacts(json)             our own form, or the output of `ip -j addr` (and of `ip -j route`, in one list)
//   interfacesByRoute(HostFacts)     addresses of a pod → the device of the host's route to one of them
export type { DialectConfig, Failsafe, IptablesConfig, MasqueradeConfig, NodeConfig } from './node-config.ts';
export type * from './node-policy.ts';
export {
  type HostFacts,
  hostFactsSchema,
  type HostInterface,
  type HostRoute,
  type HostTools,
  interfacesByRoute,
  NO_HOST_FACTS,
  parseHostFacts,
} from './host-facts.ts';
export {
  endpointsByInterface,
  type HostInterfaces,
  hostInterfaces,
  isWorkloadInterface,
} from './interfaces.ts';
export { hostFactsProblems } from './host-problems.ts';
export { createGraph, type Graph } from './graph.ts';
export type * from './delta.ts';
export type { WorkCounters } from './work.ts';
export { DEFAULT_CONFIG } from './felix-config.ts';
export { NO_MASQUERADE } from './pools.ts';
