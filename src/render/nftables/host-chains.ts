// Host endpoints → what each stage of docs/semantics.md needs: a map from interfaces to chains, a chain for each host
// endpoint, a base chain that asks the map, and behind it the host endpoint of all other interfaces (`*`).
//
// The accepted flag is one bit of the packet mark: cleared in the first base chain that a packet meets, set by an allow
// of the untracked and pre-DNAT stages, asked by those that it spares. Where nobody sets it, nobody asks.
import type { NodeConfig } from '../../policy/index.ts';
import type { HostProgram } from '../program.ts';
import type { RuleLine } from '../ruleset.ts';
import { ACCEPT, type ActionSettings } from './actions.ts';
import {
  type BlockOf,
  type EndpointChains,
  listChains,
  noProfileMatched,
  conntrack,
} from './endpoint-chains.ts';
import { askFailsafes, failsafes } from './failsafes.ts';
import { type HostStage, hasEffect, hostsIn, STAGES } from './host-stages.ts';
import { hostChain, OTHER_WORKLOADS } from './names.ts';
import { interfaceName, interfaceWildcard } from './quote.ts';
import {
  COUNTER,
  DNATED,
  goto,
  markMatch,
  type Match,
  metaMatch,
  setMark,
  type Statement,
} from './statement.ts';
import { ruleLine } from './text.ts';

/** One host endpoint in one stage. */
export interface HostList {
  readonly stage: HostStage;
  /** `*` for all others. */
  readonly interface: string;
  readonly settings: ActionSettings;
  readonly lowered: EndpointChains;
}

/** Rules of a base chain, for hooks.ts to put where they belong. Absent: no such chain is needed. */
export interface HostDispatch {
  readonly untracked?: readonly RuleLine[];
  readonly preDnat?: readonly RuleLine[];
  readonly ingress?: readonly RuleLine[];
  readonly forwardIn?: readonly RuleLine[];
  readonly forwardOut?: readonly RuleLine[];
  readonly untrackedOut?: readonly RuleLine[];
  readonly egress?: readonly RuleLine[];
  readonly egressDnat?: readonly RuleLine[];
}

type StageKey = keyof typeof STAGES;

/** The stages that this node's host endpoints need, in the order in which a packet could meet them. */
export function stagesInUse(
  hosts: readonly HostProgram[],
  config: NodeConfig,
): ReadonlyMap<StageKey, HostStage> {
  const found = new Map<StageKey, HostStage>();
  for (const [key, stage] of Object.entries(STAGES) as [StageKey, HostStage][]) {
    // Where everything drops, what was DNATed can use the chains of what was not.
    if (key === 'egressDnat' && config.nftables.denyAction === 'drop') continue;
    if (hasEffect(stage, hosts, config.dropInvalid)) found.set(key, stage);
  }
  return found;
}

export function hostLists(
  hosts: readonly HostProgram[],
  config: NodeConfig,
  settingsOf: (stage: HostStage) => ActionSettings,
  blockOf: BlockOf,
): HostList[] {
  return [...stagesInUse(hosts, config).values()].flatMap((stage) =>
    hostsIn(stage, hosts).map(({ host, list }) => {
      const settings = settingsOf(stage);
      const name = host.interface === '*' ? '*' : interfaceName(host.interface);
      const frame = {
        cause: host.endpoint,
        name: (tier?: string) => hostChain(stage.name, name, tier),
        before: [
          ...(stage.list === 'untracked' ? [] : conntrack(config, settings)),
          ...askFailsafes(config, stage),
        ],
        end:
          stage.list === 'normal'
            ? noProfileMatched(settings)
            : ruleLine(ACCEPT, { comment: 'no policy matched' }),
      };
      return { stage, interface: name, settings, lowered: listChains(list, frame, settings, blockOf) };
    }),
  );
}

export function hostFailsafes(
  hosts: readonly HostProgram[],
  config: NodeConfig,
): ReturnType<typeof failsafes> {
  return failsafes(config, [...stagesInUse(hosts, config).values()]);
}

/** `others`: the interfaces of workloads that no prefix covers. */
export function hostDispatch(
  hosts: readonly HostProgram[],
  config: NodeConfig,
  others: readonly string[],
  { acceptedBit }: ActionSettings,
): HostDispatch {
  const stages = stagesInUse(hosts, config);
  const lines = (stage: HostStage, guard: readonly Match[] = []): RuleLine[] =>
    dispatch(stage, hosts, config.interfacePrefixes, others, guard);
  const early = stages.has('untracked') || stages.has('preDnat');
  const clear = ruleLine([setMark(acceptedBit, false)], { comment: 'not yet accepted' });
  const asked = ruleLine([markMatch(acceptedBit, true), ...ACCEPT], { comment: 'accepted before' });
  const of = {
    untracked: (stage) => [clear, ...lines(stage)],
    preDnat: (stage) => [stages.has('untracked') ? asked : clear, ...lines(stage)],
    ingress: (stage) => [...(early ? [asked] : []), ...lines(stage)],
    forwardIn: (stage) => [...(early ? [asked] : []), ...lines(stage)],
    forwardOut: (stage) => lines(stage),
    untrackedOut: (stage) => [clear, ...lines(stage)],
    egress: (stage) => [
      ruleLine([DNATED, ...ACCEPT], { comment: 'judged in postrouting' }),
      ...(stages.has('untrackedOut') ? [asked] : []),
      ...lines(stage),
    ],
    // Nothing that was untracked comes here: it cannot have been DNATed.
    egressDnat: (stage) => lines(stage, [metaMatch('iif', 0), DNATED]),
  } satisfies Record<StageKey, (stage: HostStage) => RuleLine[]>;
  const made = [...stages].map(([key, stage]) => [key, of[key](stage)] as const);
  const shared = stages.get('egress');
  if (shared !== undefined && !stages.has('egressDnat')) made.push(['egressDnat', of.egressDnat(shared)]);
  return Object.fromEntries(made);
}

/** Does `*` have to know which interfaces are those of workloads? */
function asksOthers(hosts: readonly HostProgram[], others: readonly string[]): boolean {
  return others.length > 0 && hosts.some((host) => host.interface === '*');
}

function dispatch(
  stage: HostStage,
  hosts: readonly HostProgram[],
  prefixes: readonly string[],
  others: readonly string[],
  guard: readonly Match[],
): RuleLine[] {
  const here = hostsIn(stage, hosts).map(({ host }) => host.interface);
  const lines: RuleLine[] = [];
  const line = (comment: string | undefined, ...statements: readonly Statement[]) =>
    lines.push(ruleLine([...guard, ...statements], comment === undefined ? {} : { comment }));
  if (here.some((name) => name !== '*')) {
    line(undefined, { vmap: { key: { meta: { key: stage.side } }, data: `@${stage.name}` } });
  }
  if (!here.includes('*')) return lines;
  if (!stage.workloads) {
    for (const prefix of prefixes) {
      line('workload', metaMatch(stage.side, interfaceWildcard(prefix)), ...ACCEPT);
    }
    if (asksOthers(hosts, others)) line('workload', metaMatch(stage.side, `@${OTHER_WORKLOADS}`), ...ACCEPT);
  }
  line('any other interface', COUNTER, goto(hostChain(stage.name, '*')));
  return lines;
}
