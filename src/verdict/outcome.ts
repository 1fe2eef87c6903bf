// How a stage ends, and the ends that workload and host stages share.
import type { NodeConfig } from '../policy/index.ts';
import type { Packet } from './packet.ts';
import type { Decider, Step, Verdict } from './trail.ts';

export interface Outcome {
  readonly verdict: Verdict;
  readonly decidedBy: Decider;
}

type BuiltIn = Extract<Step, { kind: 'built-in' }>['what'];

export function builtIn(what: BuiltIn, result: Verdict, steps: Step[] | undefined): Outcome {
  steps?.push({ kind: 'built-in', what, result });
  return { verdict: result, decidedBy: { kind: 'built-in', what } };
}

/** Undefined: conntrack does not decide. */
export function byConntrack(
  { state = 'new' }: Packet,
  config: NodeConfig,
  steps: Step[] | undefined,
): Outcome | undefined {
  const known = state === 'established' || state === 'related';
  if (!known && !(state === 'invalid' && config.dropInvalid)) return undefined;
  const verdict = known ? 'allow' : 'deny';
  steps?.push({ kind: 'conntrack', state, result: verdict });
  return { verdict, decidedBy: { kind: 'built-in', what: 'conntrack' } };
}
