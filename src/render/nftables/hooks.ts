// The base chains: where packets come to us. All have policy accept, so that what is none of our business goes on.
//
// | chain                   | hook        | priority | judges                                                     |
// | ----------------------- | ----------- | -------- | ---------------------------------------------------------- |
// | prerouting-reverse-path | prerouting  | -300     | sources of workloads, by the host's routes                 |
// | prerouting-untracked    | prerouting  | -300     | host-untracked: before conntrack (-200), as `notrack` asks |
// | prerouting-pre-dnat     | prerouting  | -150     | host-pre-dnat: behind conntrack, before DNAT (-100)        |
// | input-host              | input       | 0        | host-ingress; other interfaces than input-from-workload's  |
// | input-from-workload     | input       | 0        | what a workload sends to the host                          |
// | input-to-host           | input       | 1        | whether workloads may talk to the host at all (default: no)|
// | forward-host-in         | forward     | -1       | host-forward-in                                            |
// | forward-from-workload   | forward     | 0        | what a workload sends to others                            |
// | forward-to-workload     | forward     | 1        | what a workload receives from others                       |
// | forward-host-out        | forward     | 2        | host-forward-out                                           |
// | output-untracked        | output      | -300     | host-untracked-out: before conntrack and DNAT              |
// | output-host             | output      | 0        | host-egress, but what was DNATed                           |
// | postrouting-host        | postrouting | -150     | host-egress of what the host sent and DNAT changed         |
// | postrouting-masquerade  | postrouting | 101      | nothing: translates what leaves IP pools (masquerade.ts)   |
//
// Those of host endpoints exist only when a host endpoint of this node has a use for them, the last one only when some
// pool has natOutgoing. The first two concern different interfaces, so that their order is of no account.
//
// `accept` ends only its own base chain, so both sides of a packet are judged one after the other without a mark.
// Priority 0 is the place of a firewall (`filter`): behind conntrack's defragmentation (-400) and look-up (-200), and
// behind DNAT (-100), so that policy sees a service's real backend. An accept of ours is not final: other tables' chains
// and later priorities still see the packet; a drop is. What the host itself sends to a workload is not judged.
//
// DNAT in the output hook finds the packet a new route, but the rest of that hook still shows the old out-interface;
// postrouting shows the new one, before masquerading (100). A packet without an in-interface there comes from the host:
// forwarded ones have theirs (since Linux 5.7).
import type { NodeConfig } from '../../policy/index.ts';
import type { EndpointProgram, HostProgram } from '../program.ts';
import type { NftChain, NftSet, RuleLine } from '../ruleset.ts';
import { ACCEPT, type ActionSettings, deny, DROP } from './actions.ts';
import { hostDispatch } from './host-chains.ts';
import { DISCOVERY, FROM_MAP, OTHER_WORKLOADS, TO_MAP } from './names.ts';
import { namedChain } from './policy-chains.ts';
import { interfaceName, interfaceWildcard } from './quote.ts';
import { reversePathLines } from './reverse-path.ts';
import { ctState, match, metaMatch, payload, type Statement } from './statement.ts';
import { ruleLine } from './text.ts';

export interface Hooks {
  /** In the order in which a packet could meet them. */
  readonly chains: readonly NftChain[];
  readonly sets: readonly NftSet[];
}

type Side = 'iifname' | 'oifname';

export function hooks(
  config: NodeConfig,
  endpoints: readonly EndpointProgram[],
  hosts: readonly HostProgram[],
  settings: ActionSettings,
): Hooks {
  const prefixes = config.interfacePrefixes;
  const interfaces = endpoints.map((endpoint) => interfaceName(endpoint.interface));
  const others = interfaces.filter((name) => !prefixes.some((prefix) => name.startsWith(prefix)));
  const host = hostDispatch(hosts, config, others, settings);
  const sources = [
    ...prefixes.map((prefix) => metaMatch('iifname', interfaceWildcard(prefix))),
    ...(others.length > 0 ? [metaMatch('iifname', `@${OTHER_WORKLOADS}`)] : []),
  ];
  const chains = [
    base('prerouting-reverse-path', 'prerouting', -300, reversePathLines(sources, endpoints)),
    ...optional('prerouting-untracked', 'prerouting', -300, host.untracked),
    ...optional('prerouting-pre-dnat', 'prerouting', -150, host.preDnat),
    ...optional('forward-host-in', 'forward', -1, host.forwardIn),
    base('forward-from-workload', 'forward', 0, dispatch('iifname', prefixes, settings)),
    base('forward-to-workload', 'forward', 1, dispatch('oifname', prefixes, settings)),
    ...optional('forward-host-out', 'forward', 2, host.forwardOut),
    ...optional('input-host', 'input', 0, host.ingress),
    base('input-from-workload', 'input', 0, [discovery(), ...dispatch('iifname', prefixes, settings)]),
    base('input-to-host', 'input', 1, toHost(config, prefixes, others)),
    ...optional('output-untracked', 'output', -300, host.untrackedOut),
    ...optional('output-host', 'output', 0, host.egress),
    ...optional('postrouting-host', 'postrouting', -150, host.egressDnat),
  ];
  return { chains, sets: [discoverySet(), ...(others.length > 0 ? [otherWorkloads(others)] : [])] };
}

function optional(
  name: string,
  hook: string,
  priority: number,
  lines: readonly RuleLine[] | undefined,
): NftChain[] {
  return lines === undefined ? [] : [base(name, hook, priority, lines)];
}

function base(name: string, hook: string, priority: number, lines: readonly RuleLine[]): NftChain {
  return { ...namedChain(name, lines), base: { type: 'filter', hook, priority } };
}

/** The map first: it decides for every interface that has an endpoint. What is left with a prefix has none. */
function dispatch(side: Side, prefixes: readonly string[], settings: ActionSettings): RuleLine[] {
  const key = { meta: { key: side } } as const;
  return [
    ruleLine([{ vmap: { key, data: `@${side === 'iifname' ? FROM_MAP : TO_MAP}` } }]),
    ...workloads(side, prefixes, deny(settings), 'unknown interface'),
  ];
}

function workloads(
  side: Side,
  prefixes: readonly string[],
  action: readonly Statement[],
  comment: string,
): RuleLine[] {
  return prefixes.map((prefix) =>
    ruleLine([metaMatch(side, interfaceWildcard(prefix)), ...action], { comment }),
  );
}

/**
 * Runs after `input-from-workload` has accepted: so what was accepted there before any policy has to be accepted here
 * once more. Both rules say nothing about interfaces that are not ours, where accepting is what happens anyway.
 */
function toHost(config: NodeConfig, prefixes: readonly string[], others: readonly string[]): RuleLine[] {
  if (!drops(config)) return [];
  const comment = 'workload to its host';
  return [
    discovery(),
    ruleLine([ctState('established', 'related'), ...ACCEPT]),
    ...workloads('iifname', prefixes, DROP, comment),
    ...(others.length > 0
      ? [ruleLine([metaMatch('iifname', `@${OTHER_WORKLOADS}`), ...DROP], { comment })]
      : []),
  ];
}

/** Calico's `accept` differs from `return` only for rules behind it in the same chain, and here are none. */
function drops(config: NodeConfig): boolean {
  return config.endpointToHostAction === 'drop';
}

/** Without neighbour discovery a workload cannot reach its gateway; no policy can be meant to forbid it. */
function discovery(): RuleLine {
  const type = payload('icmpv6', 'type');
  return ruleLine([match(type, `@${DISCOVERY}`), ...ACCEPT], { comment: 'neighbour discovery and MLD' });
}

function discoverySet(): NftSet {
  return {
    name: DISCOVERY,
    type: 'icmpv6_type',
    interval: false,
    elements: [
      'mld-listener-query',
      'mld-listener-report',
      'mld-listener-done',
      'nd-router-solicit',
      'nd-neighbor-solicit',
      'nd-neighbor-advert',
    ],
  };
}

function otherWorkloads(interfaces: readonly string[]): NftSet {
  return { name: OTHER_WORKLOADS, type: 'ifname', interval: false, elements: interfaces };
}
