// The reference evaluator: the stages of a packet through one node in their order (docs/semantics.md), over NodePolicy
// and HostFacts alone. Both renderers and the kernel are held to what stands here. `judge` and `verdict` are one walk;
// only `judge` writes down the trail.
import { type HostFacts, isWorkloadInterface, type NodePolicy } from '../policy/index.ts';
import type { ResourceKey } from '../resources/types.ts';
import { accepts, createHostStages, type HostStage, untracks } from './host-stages.ts';
import { createTranslator } from './masquerade.ts';
import type { Outcome } from './outcome.ts';
import type { Packet } from './packet.ts';
import type { Judgement, Stage, StageTrail, Step, Verdict } from './trail.ts';
import { createWorkloadStages, isNeighbourDiscovery, type WorkloadStage } from './workload-stages.ts';

export interface Evaluator {
  judge(packet: Packet): Judgement;
  /** The same answer without the trail. */
  verdict(packet: Packet): Verdict;
}

interface Asked {
  readonly stage: Stage;
  readonly interface: string;
  readonly endpoint: ResourceKey | undefined;
}

/**
 * Endpoints are compiled when the first packet meets them. `facts` tell which interface has the addresses that a host
 * endpoint expects; without them such an endpoint has none.
 */
export function createEvaluator(policy: NodePolicy, facts?: HostFacts): Evaluator {
  const workloads = createWorkloadStages(policy);
  const hosts = createHostStages(policy, facts);
  const translate = createTranslator(policy);

  /** The packet as it leaves, or undefined when it does not. */
  function walk(packet: Packet, stages: StageTrail[] | undefined): Packet | undefined {
    const { inInterface: from, outInterface: to } = packet;
    let met = packet;
    let accepted = false;

    // Every function is true when the packet goes on.
    const ask = (asked: Asked, judge: (steps: Step[] | undefined) => Outcome): Outcome => {
      const steps: Step[] | undefined = stages && [];
      const outcome = judge(steps);
      if (steps) stages?.push(trailOf(policy.node, asked, outcome, steps));
      return outcome;
    };
    /** Nobody wants to read of a check that every honest packet passes: it is in the trail only when it denies. */
    const reversePath = (name: string): boolean => {
      const endpoint = workloads.endpointAt(name);
      const steps: Step[] | undefined = stages && [];
      const outcome = workloads.judgeSource(endpoint, met, steps);
      if (outcome === undefined) return true;
      const asked = { stage: 'reverse-path', interface: name, endpoint: endpoint?.id } as const;
      if (steps) stages?.push(trailOf(policy.node, asked, outcome, steps));
      return false;
    };
    const workload = (stage: WorkloadStage, name: string): boolean => {
      const endpoint = workloads.endpointAt(name);
      const asked = { stage, interface: name, endpoint: endpoint?.id };
      return ask(asked, (steps) => workloads.judge(stage, endpoint, met, steps)).verdict === 'allow';
    };
    const host = (stage: HostStage, name: string): boolean => {
      const endpoint = hosts.endpointAt(stage, name);
      if (endpoint === undefined) return true;
      const asked = { stage, interface: name, endpoint: endpoint.id };
      const outcome = ask(asked, (steps) => hosts.judge(stage, endpoint, met, steps));
      if (accepts(stage, outcome)) {
        accepted = true;
        if (untracks(stage)) met = { ...met, state: 'untracked' };
      }
      return outcome.verdict === 'allow';
    };
    const unlessAccepted = (stage: HostStage, name: string): boolean => accepted || host(stage, name);

    const through = (): boolean => {
      if (from === undefined) {
        return to === undefined || (host('host-untracked-out', to) && unlessAccepted('host-egress', to));
      }
      const fromWorkload = isWorkloadInterface(policy, from);
      if (fromWorkload && !reversePath(from)) return false;
      if (!host('host-untracked', from) || !unlessAccepted('host-pre-dnat', from)) return false;
      if (to === undefined) {
        if (!fromWorkload) return unlessAccepted('host-ingress', from);
        return (
          workload('workload-egress', from) &&
          (isNeighbourDiscovery(met) || workload('endpoint-to-host', from))
        );
      }
      return (
        unlessAccepted('host-forward-in', from) &&
        (!fromWorkload || workload('workload-egress', from)) &&
        (!isWorkloadInterface(policy, to) || workload('workload-ingress', to)) &&
        host('host-forward-out', to)
      );
    };
    return through() ? met : undefined;
  }

  return {
    verdict: (packet) => (walk(packet, undefined) ? 'allow' : 'deny'),
    judge: (packet) => {
      const stages: StageTrail[] = [];
      const left = walk(packet, stages);
      const translation = left && translate(left);
      return { verdict: left ? 'allow' : 'deny', stages, ...(translation && { translation }) };
    },
  };
}

function trailOf(node: string, { endpoint, ...where }: Asked, outcome: Outcome, steps: Step[]): StageTrail {
  return { ...where, node, ...(endpoint !== undefined && { endpoint }), ...outcome, steps };
}
