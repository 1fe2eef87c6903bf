// What a NodePolicy means. There is one semantics and this room is it (docs/semantics.md). Pure.
//   createEvaluator(policy)   judges packets on one node, with or without the trail; sets are indexed once
//   explainFlow(question)     builds the packet that each node meets and judges it there
//   resolveEnd, chooseFamily  from what a person types to the ends of a flow
export { createEvaluator, type Evaluator } from './evaluate.ts';
export {
  explainFlow,
  type ExplainedSide,
  type Explanation,
  type Flow,
  type FlowEnd,
  type FlowQuestion,
} from './explain.ts';
export { chooseFamily, type EndChoices, type EndContext, resolveEnd } from './resolve-end.ts';
export type { Translation } from './masquerade.ts';
export type { ConntrackState, Packet } from './packet.ts';
export type { Decider, Judgement, Stage, StageTrail, Step, Verdict } from './trail.ts';
export {
  connectivity,
  type Connection,
  type Connectivity,
  type ConnectivityInput,
  type EndGroup,
} from './connectivity.ts';
export {
  type Cause,
  type ConnectivityChange,
  type ConnectivityDiff,
  connectivityDiff,
} from './connectivity-diff.ts';
export { trafficText } from './connectivity-text.ts';
export { type MentionedPort, type Traffic, type TrafficClasses } from './connectivity-traffic.ts';
