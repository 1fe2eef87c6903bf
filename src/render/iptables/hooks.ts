// Where we hook in, and the chains that are always there. The one place that says which kernel chain, at which end, and
// why (docs/rendering-iptables.md):
//   FORWARD, first: what leaves a workload, then what enters one; allowed packets come back marked *accepted*.
//   FORWARD, last:  marked packets are accepted. In between, rules of others still see them and may drop them.
//   INPUT, first:   from a workload to the host itself: there nothing follows, so the packet is accepted or not at once.
// First means wherever chainInsertMode puts it. hosts.ts says it for host endpoints, which add OUTPUT and two tables.
import type { Family } from '../../net/index.ts';
import type { NodeConfig } from '../../policy/index.ts';
import type { Program } from '../program.ts';
import type { ChainText, IptablesTable, RuleLine } from '../ruleset.ts';
import { ALLOW_CHAIN, PASS_CHAIN, type Targets } from './actions.ts';
import { type Bits, clearBits, setBit, whenSet } from './bits.ts';
import { callListName } from './call-list.ts';
import { chain, hook } from './chain.ts';
import { type DispatchTree, dispatchChains, type Leaf } from './dispatch.ts';
import { aroundForward, HOST_INPUT } from './hosts.ts';
import { interfacePrefix } from './quote.ts';
import { workloadsOf } from './workloads.ts';

type Hook = IptablesTable['hooks'][number];

const FORWARD = 'tortie-FORWARD';
const ACCEPTED = 'tortie-accepted';
const INPUT = 'tortie-INPUT';
const TO_HOST = 'tortie-to-host';

/** MLD query, report and done, router and neighbour solicitation, neighbour advertisement. */
const NEIGHBOUR_DISCOVERY = [130, 131, 132, 133, 135, 136];

export function hooks(config: NodeConfig): Hook[] {
  const position = config.chainInsertMode;
  const list: Hook[] = [hook('INPUT', position, INPUT), hook('FORWARD', position, FORWARD)];
  // With `return`, what is allowed meets whatever comes next, as if we were not there.
  if (config.iptables.acceptAction === 'accept') list.push(hook('FORWARD', 'append', ACCEPTED));
  return list;
}

export interface StaticContext {
  readonly family: Family;
  readonly bits: Bits;
  readonly targets: Targets;
}

/** All chains from the hooks to the endpoints' lists, and the two that set a bit. */
export function staticChains(program: Program, context: StaticContext): ChainText[] {
  const { bits, targets } = context;
  const { prefixes, inside, others } = workloadsOf(program);
  const clear: RuleLine = { text: clearBits(bits.accepted | bits.passed) };
  const unknown: RuleLine = { text: targets.deny, comment: 'unknown interface' };

  const leaves = (of: Program['endpoints'], way: 'egress' | 'ingress'): Leaf[] =>
    of.map((e) => ({ interface: e.interface, target: callListName(e[way], way), endpoint: e.endpoint }));
  const both = (root: string, option: '-i' | '-o', way: 'egress' | 'ingress'): ChainText[] => {
    const chains = dispatchChains({ root: `${root}-workload`, option, end: unknown }, leaves(inside, way));
    if (others.length === 0) return chains;
    return [...chains, ...dispatchChains({ root: `${root}-other`, option }, leaves(others, way))];
  };
  const calls = (root: string, option: '-i' | '-o'): RuleLine[] => {
    const rules = prefixes.map((p) => ({
      text: `${option} ${interfacePrefix(p)} -j tortie-${root}-workload`,
    }));
    return others.length === 0 ? rules : [...rules, { text: `-j tortie-${root}-other` }];
  };

  const around = aroundForward(program, context);
  const forward = chain(FORWARD, [
    ...around.first,
    ...calls('from', '-i'),
    ...calls('to', '-o'),
    ...around.last,
  ]);
  const input = prefixes.map((p): RuleLine => ({ text: `-i ${interfacePrefix(p)} -g ${TO_HOST}` }));
  const toHostInput: RuleLine[] = program.hosts.length === 0 ? [] : [{ text: `-g ${HOST_INPUT}` }];
  const [end] = toHostInput;
  const toHostOther: DispatchTree = { root: 'input-other', option: '-i', ...(end && { end }) };
  input.push(...(others.length === 0 ? toHostInput : [{ text: '-g tortie-input-other' }]));
  const chains = [
    chain(INPUT, input),
    chain(TO_HOST, toHostRules(program.config, context, [clear, ...calls('from', '-i')])),
    forward,
    ...both('from', '-i', 'egress'),
    ...both('to', '-o', 'ingress'),
    chain(ALLOW_CHAIN, [{ text: setBit(bits.accepted) }]),
    chain(PASS_CHAIN, [{ text: setBit(bits.passed) }]),
  ];
  if (others.length > 0) {
    const leaf = others.map((e): Leaf => ({ interface: e.interface, target: TO_HOST, endpoint: e.endpoint }));
    chains.push(...dispatchChains(toHostOther, leaf));
  }
  if (program.config.iptables.acceptAction === 'accept') {
    chains.push(chain(ACCEPTED, [{ text: `${whenSet(bits.accepted)} -j ACCEPT` }]));
  }
  return chains;
}

/** Entered by `goto` from our INPUT chain: a return goes on behind our jump in the kernel's chain. */
function toHostRules(config: NodeConfig, context: StaticContext, egress: readonly RuleLine[]): RuleLine[] {
  const { family, targets } = context;
  const discovery = family === 6 ? NEIGHBOUR_DISCOVERY : [];
  const rules: RuleLine[] = discovery.map((type) => {
    return {
      text: `-p icmpv6 -m icmp6 --icmpv6-type ${type} ${targets.accept}`,
      comment: 'neighbour discovery',
    };
  });
  rules.push(...egress, { text: `-m conntrack --ctstate RELATED,ESTABLISHED ${targets.accept}` });
  const action = { drop: '-j DROP', accept: '-j ACCEPT', return: '-j RETURN' }[config.endpointToHostAction];
  return [...rules, { text: action, comment: 'endpoint to host' }];
}
