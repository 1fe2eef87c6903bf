// The stages of host endpoints (docs/semantics.md, "Host endpoints"): which endpoint each asks, and what it answers.
import { hostInterfaces, isWorkloadInterface } from '../policy/index.ts';
import type { HostEndpoint, HostFacts, HostLists, NodePolicy } from '../policy/index.ts';
import type { Direction, ResourceKey } from '../resources/types.ts';
import { createFailsafes } from './failsafes.ts';
import { type CompiledList, compileList, judgeList } from './judge-stage.ts';
import { byConntrack, type Outcome } from './outcome.ts';
import type { Packet } from './packet.ts';
import type { Stage, Step } from './trail.ts';

export type HostStage = Extract<Stage, `host-${string}`>;

interface StageKind {
  readonly list: keyof HostLists;
  readonly direction: Direction;
  /** It comes before conntrack and DNAT, or before DNAT alone, or after both. */
  readonly before?: 'conntrack' | 'dnat';
  readonly failsafes: boolean;
}

const STAGES: Readonly<Record<HostStage, StageKind>> = {
  'host-untracked': { list: 'untracked', direction: 'ingress', before: 'conntrack', failsafes: true },
  'host-pre-dnat': { list: 'preDnat', direction: 'ingress', before: 'dnat', failsafes: true },
  'host-ingress': { list: 'normal', direction: 'ingress', failsafes: true },
  'host-forward-in': { list: 'forward', direction: 'ingress', failsafes: false },
  'host-forward-out': { list: 'forward', direction: 'egress', failsafes: false },
  'host-untracked-out': { list: 'untracked', direction: 'egress', before: 'conntrack', failsafes: true },
  'host-egress': { list: 'normal', direction: 'egress', failsafes: true },
};

export interface HostStages {
  /** The endpoint that a stage asks about this interface; undefined: the stage does not apply. */
  endpointAt(stage: HostStage, interfaceName: string): HostEndpoint | undefined;
  judge(stage: HostStage, endpoint: HostEndpoint, packet: Packet, steps: Step[] | undefined): Outcome;
}

export function createHostStages(policy: NodePolicy, facts: HostFacts | undefined): HostStages {
  const { named, any } = hostInterfaces(policy, facts);
  const failsafes = createFailsafes(policy.config);
  const compiled = new Map<HostStage, Map<ResourceKey, CompiledList>>();

  const listOf = (stage: HostStage, endpoint: HostEndpoint): CompiledList => {
    let lists = compiled.get(stage);
    if (lists === undefined) compiled.set(stage, (lists = new Map()));
    let list = lists.get(endpoint.id);
    if (list === undefined) {
      const { list: name, direction } = STAGES[stage];
      const profiles = name === 'normal' ? { profiles: endpoint.profiles } : {};
      const those = {
        id: endpoint.id,
        tiers: endpoint.lists[name],
        staged: endpoint.staged[name],
        ...profiles,
      };
      list = compileList(policy, those, direction);
      lists.set(endpoint.id, list);
    }
    return list;
  };

  return {
    endpointAt(stage, name) {
      const own = named.get(name);
      switch (STAGES[stage].list) {
        case 'untracked':
          return withTiers(own, 'untracked');
        case 'preDnat':
          return withTiers(own, 'preDnat') ?? withTiers(any, 'preDnat');
        case 'forward':
          return own ?? any;
        case 'normal':
          return isWorkloadInterface(policy, name) ? undefined : (own ?? any);
      }
    },
    judge(stage, endpoint, packet, steps) {
      const { before, direction, failsafes: asksFailsafes } = STAGES[stage];
      const untracked = before === 'conntrack';
      const met = before === undefined ? packet : beforeDnat(packet);
      return (
        (untracked ? undefined : byConntrack(met, policy.config, steps)) ??
        (asksFailsafes ? failsafes(met, direction, untracked, steps) : undefined) ??
        judgeList(listOf(stage, endpoint), met, steps)
      );
    },
  };
}

/** A packet that a rule of these stages allows is not asked about again by most of the later ones. */
export function accepts(stage: HostStage, { verdict, decidedBy }: Outcome): boolean {
  return STAGES[stage].before !== undefined && verdict === 'allow' && decidedBy.kind === 'rule';
}

/** Allowed by a stage before conntrack: conntrack never sees the packet. */
export function untracks(stage: HostStage): boolean {
  return STAGES[stage].before === 'conntrack';
}

function withTiers(
  endpoint: HostEndpoint | undefined,
  list: 'untracked' | 'preDnat',
): HostEndpoint | undefined {
  return endpoint !== undefined && endpoint.lists[list].length > 0 ? endpoint : undefined;
}

function beforeDnat(packet: Packet): Packet {
  const { originalDestination: destination, originalDestinationPort: port } = packet;
  if (destination === undefined) return packet;
  return { ...packet, destination, ...(port !== undefined && { destinationPort: port }) };
}
