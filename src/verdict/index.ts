// What a NodePolicy means. There is one semantics and this room is it (docs/semantics.md). Contract (pure):
//   createEvaluator(policy: NodePolicy, facts?: HostFacts): { judge(packet: Packet): Judgement; verdict(packet): Verdict }
//       indexes sets once (addresses in a Map, prefixes in an IntervalSet); `verdict` builds no trail and is fast
//   explainFlow({policies: Map<node, NodePolicy>, facts?, from, to, protocol, port …}) : Explanation   judges both sides, each on its own node
export type { ConntrackState, Packet } from './packet.ts';
export type { Decider, Judgement, Stage, StageTrail, Step, Verdict } from './trail.ts';
