// The reference evaluator: the stages of a packet through one node (docs/semantics.md), over NodePolicy alone. Both
// renderers and the kernel are held to what stands here. `judge` and `verdict` are one walk; only `judge` writes down
// the trail.
import { icmpProtocol } from '../net/index.ts';
import { endpointsByInterface, isWorkloadInterface } from '../policy/index.ts';
import type { HostFacts, LocalEndpoint, NodeConfig, NodePolicy } from '../policy/index.ts';
import type { Direction, ResourceKey } from '../resources/types.ts';
import { type CompiledList, compileList, judgeList, type Outcome } from './judge-stage.ts';
import type { Packet } from './packet.ts';
import type { Judgement, Stage, StageTrail, Step, Verdict } from './trail.ts';

export interface Evaluator {
  judge(packet: Packet): Judgement;
  /** The same answer without the trail. */
  verdict(packet: Packet): Verdict;
}

type BuiltIn = Extract<Step, { kind: 'built-in' }>['what'];

const UDP = 17;
const IPIP = 4;
/** MLD query, report and done, router solicitation, neighbour solicitation and advertisement. */
const NEIGHBOUR_DISCOVERY: ReadonlySet<number> = new Set([130, 131, 132, 133, 135, 136]);

/**
 * Endpoints are compiled when the first packet meets them. `_facts` is part of the contract for host endpoints; no
 * stage of a workload depends on the host's own addresses.
 */
export function createEvaluator(policy: NodePolicy, _facts?: HostFacts): Evaluator {
  const endpoints = endpointsByInterface(policy);
  const lists = {
    ingress: new Map<ResourceKey, CompiledList>(),
    egress: new Map<ResourceKey, CompiledList>(),
  };

  const listOf = (endpoint: LocalEndpoint, direction: Direction): CompiledList => {
    let list = lists[direction].get(endpoint.id);
    if (list === undefined) {
      list = compileList(policy, endpoint, direction);
      lists[direction].set(endpoint.id, list);
    }
    return list;
  };

  const workloadStage = (
    name: string,
    direction: Direction,
    packet: Packet,
    steps: Step[] | undefined,
  ): Outcome => {
    const endpoint = endpoints.get(name);
    if (endpoint === undefined) return builtIn('unknown-interface', 'deny', steps);
    return (
      byConntrack(packet, policy.config, steps) ??
      (direction === 'egress' ? byEncapsulation(packet, policy.config, steps) : undefined) ??
      judgeList(listOf(endpoint, direction), packet, steps)
    );
  };

  const walk = (packet: Packet, stages: StageTrail[] | undefined): Verdict => {
    const enter = (stage: Stage, name: string, judge: (steps: Step[] | undefined) => Outcome): Verdict => {
      const steps: Step[] | undefined = stages && [];
      const outcome = judge(steps);
      if (stages && steps) {
        const endpoint = endpoints.get(name);
        const where = {
          stage,
          node: policy.node,
          interface: name,
          ...(endpoint && { endpoint: endpoint.id }),
        };
        stages.push({ ...where, ...outcome, steps });
      }
      return outcome.verdict;
    };
    const { inInterface: from, outInterface: to } = packet;
    if (from !== undefined && isWorkloadInterface(policy, from)) {
      if (isNeighbourDiscovery(packet)) {
        return enter('workload-egress', from, (steps) => builtIn('neighbour-discovery', 'allow', steps));
      }
      const egress = enter('workload-egress', from, (steps) => workloadStage(from, 'egress', packet, steps));
      if (egress === 'deny') return 'deny';
      if (to === undefined) {
        return enter('endpoint-to-host', from, (steps) => toHost(packet, policy.config, steps));
      }
    }
    if (from !== undefined && to !== undefined && isWorkloadInterface(policy, to)) {
      return enter('workload-ingress', to, (steps) => workloadStage(to, 'ingress', packet, steps));
    }
    return 'allow';
  };

  return {
    verdict: (packet) => walk(packet, undefined),
    judge: (packet) => {
      const stages: StageTrail[] = [];
      return { verdict: walk(packet, stages), stages };
    },
  };
}

function isNeighbourDiscovery({ family, outInterface, protocol, icmpType }: Packet): boolean {
  if (family !== 6 || outInterface !== undefined || protocol !== icmpProtocol(6)) return false;
  return icmpType !== undefined && NEIGHBOUR_DISCOVERY.has(icmpType);
}

function byConntrack(
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

function byEncapsulation(packet: Packet, config: NodeConfig, steps: Step[] | undefined): Outcome | undefined {
  const vxlan = packet.protocol === UDP && packet.destinationPort === config.vxlanPort;
  if (config.dropVxlanFromWorkloads && vxlan) return builtIn('vxlan-from-workload', 'deny', steps);
  if (config.dropIpipFromWorkloads && packet.protocol === IPIP)
    return builtIn('ipip-from-workload', 'deny', steps);
  return undefined;
}

/** Established traffic was allowed by the stage before and is not asked again; `return` leaves it to the host's rules. */
function toHost(packet: Packet, config: NodeConfig, steps: Step[] | undefined): Outcome {
  const verdict = config.endpointToHostAction === 'drop' ? 'deny' : 'allow';
  return byConntrack(packet, config, steps) ?? builtIn('endpoint-to-host', verdict, steps);
}

function builtIn(what: BuiltIn, result: Verdict, steps: Step[] | undefined): Outcome {
  steps?.push({ kind: 'built-in', what, result });
  return { verdict: result, decidedBy: { kind: 'built-in', what } };
}
