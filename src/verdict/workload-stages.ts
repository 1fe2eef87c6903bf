// The stages of workloads (docs/semantics.md, "The stages of a packet" and "Inside a workload stage").
import { icmpProtocol, IntervalSet, parsePrefix } from '../net/index.ts';
import {
  endpointsByInterface,
  type LocalEndpoint,
  type NodeConfig,
  type NodePolicy,
} from '../policy/index.ts';
import type { Direction, ResourceKey } from '../resources/types.ts';
import { type CompiledList, compileList, judgeList } from './judge-stage.ts';
import { builtIn, byConntrack, type Outcome } from './outcome.ts';
import type { Packet } from './packet.ts';
import type { Stage, Step } from './trail.ts';

export type WorkloadStage = Exclude<Stage, `host-${string}` | 'reverse-path'>;

const UDP = 17;
const IPIP = 4;
/** MLD query, report and done, router solicitation, neighbour solicitation and advertisement. */
const NEIGHBOUR_DISCOVERY: ReadonlySet<number> = new Set([130, 131, 132, 133, 135, 136]);

export interface WorkloadStages {
  /** Undefined: an interface of a workload on which there is no endpoint. */
  endpointAt(interfaceName: string): LocalEndpoint | undefined;
  /** Undefined: its source may be what it is. */
  judgeSource(
    endpoint: LocalEndpoint | undefined,
    packet: Packet,
    steps: Step[] | undefined,
  ): Outcome | undefined;
  judge(
    stage: WorkloadStage,
    endpoint: LocalEndpoint | undefined,
    packet: Packet,
    steps: Step[] | undefined,
  ): Outcome;
}

export function createWorkloadStages(policy: NodePolicy): WorkloadStages {
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
  const spoofable = new Map<ResourceKey, IntervalSet>();
  const maySpoof = (endpoint: LocalEndpoint, { family, source }: Packet): boolean => {
    let set = spoofable.get(endpoint.id);
    if (set === undefined) {
      set = IntervalSet.of((endpoint.spoofable ?? []).flatMap((text) => parsePrefix(text)?.prefix ?? []));
      spoofable.set(endpoint.id, set);
    }
    return set.has({ family, bits: source });
  };
  return {
    endpointAt: (name) => endpoints.get(name),
    judgeSource(endpoint, packet, steps) {
      // Whoever has no address yet asks whether the one it wants is free.
      const unspecified = packet.family === 6 && packet.source === 0n;
      if (packet.spoofed !== true || unspecified) return undefined;
      const allowed = policy.config.allowSpoofing && endpoint !== undefined && maySpoof(endpoint, packet);
      return allowed ? undefined : builtIn('spoofed-source', 'deny', steps);
    },
    judge(stage, endpoint, packet, steps) {
      if (stage === 'endpoint-to-host') return toHost(packet, policy.config, steps);
      const direction = stage === 'workload-egress' ? 'egress' : 'ingress';
      if (direction === 'egress' && isNeighbourDiscovery(packet))
        return builtIn('neighbour-discovery', 'allow', steps);
      if (endpoint === undefined) return builtIn('unknown-interface', 'deny', steps);
      return (
        byConntrack(packet, policy.config, steps) ??
        (direction === 'egress' ? byEncapsulation(packet, policy.config, steps) : undefined) ??
        judgeList(listOf(endpoint, direction), packet, steps)
      );
    },
  };
}

/** From a workload to the host: accepted whatever policy says. */
export function isNeighbourDiscovery({ family, outInterface, protocol, icmpType }: Packet): boolean {
  if (family !== 6 || outInterface !== undefined || protocol !== icmpProtocol(6)) return false;
  return icmpType !== undefined && NEIGHBOUR_DISCOVERY.has(icmpType);
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
