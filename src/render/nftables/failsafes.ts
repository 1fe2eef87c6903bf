// Failsafes and neighbour discovery: what no policy of a host endpoint can shut out. A chain for each direction, which
// accepts or returns; in the untracked stages, where no conntrack tells replies, there are rules for them too.
// Not one of them asks a set. A transaction that deletes a base chain (a rollback deletes them all) takes the elements of
// the old sets away at once, and the hook of the chain some time later: until then the old rules judge with empty sets, and
// a port in one would be shut.
import { type Family, normalisePorts, PORT_PROTOCOLS, type PortRange } from '../../net/index.ts';
import type { Failsafe, NodeConfig } from '../../policy/index.ts';
import type { Condition, SideName } from '../program.ts';
import type { NftChain, NftSet, RuleLine } from '../ruleset.ts';
import { ACCEPT } from './actions.ts';
import type { HostStage } from './host-stages.ts';
import { requirement } from './matches.ts';
import { namedChain } from './policy-chains.ts';
import { jump, match, payload } from './statement.ts';
import { ruleLine } from './text.ts';

export function failsafes(config: NodeConfig, stages: readonly HostStage[]): readonly NftChain[] {
  const chains = new Map<string, NftChain>();
  for (const stage of stages) {
    const name = failsafeChain(stage);
    if (name === undefined || chains.has(name) || nothing(config, stage)) continue;
    const lines = stageLines(stage, config);
    if (config.hostNeighbourDiscovery) lines.unshift(...discovery());
    chains.set(name, namedChain(name, lines));
  }
  return [...chains.values()];
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

function stageLines(stage: HostStage, config: NodeConfig): RuleLine[] {
  const [ours, theirs] = failsafesOf(stage, config);
  const far = stage.failsafes === 'in' ? 'source' : 'destination';
  return [
    ...failsafeLines(ours, far, 'destination', 'failsafe'),
    ...failsafeLines(theirs, far, 'source', 'reply of a failsafe'),
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

/** A rule for each protocol, net and range of ports. */
function failsafeLines(
  entries: readonly Failsafe[],
  netSide: SideName,
  portSide: SideName,
  comment: string,
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
    const conditions = (range: PortRange): Condition[] => [
      ...(net === undefined ? [] : [{ kind: 'net', side: netSide, net, negated: false } as const]),
      ...(PORT_PROTOCOLS.has(protocol) ? [] : [{ kind: 'protocol', protocol, negated: false } as const]),
      { kind: 'ports', side: portSide, protocol, ranges: [range], negated: false },
    ];
    const family: Family = net?.includes(':') === true ? 6 : 4;
    const context = { family, protocol, halves: () => [], use: neverAsked };
    return ranges.map((range) => {
      const matches = conditions(range).flatMap((condition) => requirement(condition, context).all);
      return ruleLine([...matches, ...ACCEPT], { comment });
    });
  });
}

function neverAsked(set: NftSet): never {
  throw new Error(`a failsafe must not ask the set ${set.name}`);
}

/** Without these no failsafe is reachable over IPv6. */
function discovery(): RuleLine[] {
  return ['nd-router-solicit', 'nd-router-advert', 'nd-neighbor-solicit', 'nd-neighbor-advert'].map((type) =>
    ruleLine([match(payload('icmpv6', 'type'), type), ...ACCEPT], { comment: 'neighbour discovery' }),
  );
}
