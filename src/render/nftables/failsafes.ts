// Failsafes and neighbour discovery: what no policy of a host endpoint can shut out. A chain for each direction, which
// accepts or returns; in the untracked stages, where no conntrack tells replies, there are rules for them too.
import { type Family, normalisePorts, PORT_PROTOCOLS } from '../../net/index.ts';
import type { Failsafe, NodeConfig } from '../../policy/index.ts';
import type { Condition, SideName } from '../program.ts';
import type { NftChain, NftSet, RuleLine } from '../ruleset.ts';
import { ACCEPT } from './actions.ts';
import type { HostStage } from './host-stages.ts';
import { requirement } from './matches.ts';
import { HOST_DISCOVERY } from './names.ts';
import { namedChain } from './policy-chains.ts';
import { jump, match, payload } from './statement.ts';
import { ruleLine } from './text.ts';

export interface Failsafes {
  readonly chains: readonly NftChain[];
  readonly sets: readonly NftSet[];
}

export function failsafes(config: NodeConfig, stages: readonly HostStage[]): Failsafes {
  const chains = new Map<string, NftChain>();
  const sets = new Map<string, NftSet>();
  for (const stage of stages) {
    const name = failsafeChain(stage);
    if (name === undefined || chains.has(name) || nothing(config, stage)) continue;
    const use = (set: NftSet) => sets.set(set.name, set);
    const lines = stageLines(stage, config, use);
    if (config.hostNeighbourDiscovery) {
      lines.unshift(discovery());
      use(discoverySet());
    }
    chains.set(name, namedChain(name, lines));
  }
  return { chains: [...chains.values()], sets: [...sets.values()] };
}

/** The rule that asks the stage's failsafes, if it has any. */
export function askFailsafes(config: NodeConfig, stage: HostStage): RuleLine[] {
  const name = failsafeChain(stage);
  return name === undefined || nothing(config, stage)
    ? []
    : [ruleLine([jump(name)], { comment: 'failsafes' })];
}

function failsafeChain({ failsafes: way, list }: HostStage): string | undefined {
  if (way === undefined) return undefined;
  return list === 'untracked' ? `failsafe-${way}-untracked` : `failsafe-${way}`;
}

function stageLines(stage: HostStage, config: NodeConfig, use: (set: NftSet) => void): RuleLine[] {
  const [ours, theirs] = failsafesOf(stage, config);
  const far = stage.failsafes === 'in' ? 'source' : 'destination';
  return [
    ...failsafeLines(ours, far, 'destination', 'failsafe', use),
    ...failsafeLines(theirs, far, 'source', 'reply of a failsafe', use),
  ];
}

/** Those that match by destination port, and those whose replies match by source port. */
function failsafesOf(
  stage: HostStage,
  config: NodeConfig,
): readonly [readonly Failsafe[], readonly Failsafe[]] {
  const { failsafeInbound, failsafeOutbound } = config;
  const [ours, theirs] =
    stage.failsafes === 'in' ? [failsafeInbound, failsafeOutbound] : [failsafeOutbound, failsafeInbound];
  return [ours, stage.list === 'untracked' ? theirs : []];
}

function nothing(config: NodeConfig, stage: HostStage): boolean {
  return !config.hostNeighbourDiscovery && failsafesOf(stage, config).flat().length === 0;
}

/** A rule for each protocol and net. */
function failsafeLines(
  entries: readonly Failsafe[],
  netSide: SideName,
  portSide: SideName,
  comment: string,
  use: (set: NftSet) => void,
): RuleLine[] {
  const groups = new Map<string, Failsafe[]>();
  for (const entry of entries) {
    const key = `${entry.protocol} ${entry.net ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { protocol, net } = first;
    const ranges = normalisePorts(group.map(({ port }) => ({ first: port, last: port })));
    const conditions: Condition[] = [
      ...(net === undefined ? [] : [{ kind: 'net', side: netSide, net, negated: false } as const]),
      ...(PORT_PROTOCOLS.has(protocol) ? [] : [{ kind: 'protocol', protocol, negated: false } as const]),
      { kind: 'ports', side: portSide, protocol, ranges, negated: false },
    ];
    const family: Family = net?.includes(':') === true ? 6 : 4;
    const context = { family, protocol, halves: () => [], use };
    const matches = conditions.flatMap((condition) => requirement(condition, context).all);
    return [ruleLine([...matches, ...ACCEPT], { comment })];
  });
}

function discovery(): RuleLine {
  const type = match(payload('icmpv6', 'type'), `@${HOST_DISCOVERY}`);
  return ruleLine([type, ...ACCEPT], { comment: 'neighbour discovery' });
}

/** Without these no failsafe is reachable over IPv6. */
function discoverySet(): NftSet {
  return {
    name: HOST_DISCOVERY,
    type: 'icmpv6_type',
    interval: false,
    elements: ['nd-router-solicit', 'nd-router-advert', 'nd-neighbor-solicit', 'nd-neighbor-advert'],
  };
}
