// One rule as a list of named conditions, asked one after another; a rule matches when every one holds. The order is
// that of the rendered rule, so that the trail names the condition which a reader of the ruleset would look at first.
// The meaning of each field is written down in src/policy/node-policy.ts.
import { icmpProtocol, parsePrefix, type PortRange } from '../net/index.ts';
import type { IcmpMatch, IpSet, Rule, Side } from '../policy/index.ts';
import type { Packet } from './packet.ts';
import { indexPrefixes, type NetIndex, netIndexOf, portIndexOf } from './set-index.ts';

export interface Condition {
  /** As in the resource: `protocol`, `source.nets`, `destination.ports`, `icmp` … */
  readonly name: string;
  /** For people: what the sets of it are made of. */
  readonly detail?: string;
  holds(packet: Packet): boolean;
}

type Sets = ReadonlyMap<string, IpSet>;
type SideName = 'source' | 'destination';

export function compileConditions(rule: Rule, sets: Sets): readonly Condition[] {
  const list: Condition[] = [];
  const add: Add = (name, holds, detail) =>
    list.push({ name, holds, ...(detail !== undefined && { detail }) });

  if (rule.never !== undefined) add(rule.never, () => false);
  const { family, protocol, notProtocol, icmp, notIcmp } = rule;
  if (family !== undefined) add('ipVersion', (p) => p.family === family);
  if (protocol !== undefined) add('protocol', (p) => p.protocol === protocol);
  for (const side of ['source', 'destination'] as const) addPositive(add, side, rule[side], sets);
  if (icmp !== undefined) add('icmp', (p) => isIcmp(p) && sameIcmp(p, icmp));
  if (notProtocol !== undefined) add('notProtocol', (p) => p.protocol !== notProtocol);
  for (const side of ['source', 'destination'] as const) addNegative(add, side, rule[side], sets);
  if (notIcmp !== undefined) add('notICMP', (p) => isIcmp(p) && !sameIcmp(p, notIcmp));
  return list;
}

/** The first condition that does not hold; `undefined` when the rule matches. */
export function firstFailed(conditions: readonly Condition[], packet: Packet): Condition | undefined {
  for (const condition of conditions) if (!condition.holds(packet)) return condition;
  return undefined;
}

type Add = (name: string, holds: (packet: Packet) => boolean, detail?: string) => void;

function addPositive(add: Add, side: SideName, match: Side, sets: Sets): void {
  if (match.nets.length > 0) {
    const nets = netsOf(match.nets);
    add(`${side}.nets`, (p) => nets.has(p.family, p[side]));
  }
  for (const id of match.sets) {
    const set = setOf(sets, id);
    const index = netIndexOf(set);
    add(`${side}.selector`, (p) => index.has(p.family, p[side]), set.description);
  }
  if (match.ports.length > 0 || match.namedPorts.length > 0) {
    const inPorts = portsOf(side, match.ports, match.namedPorts, sets);
    add(`${side}.ports`, inPorts);
  }
}

function addNegative(add: Add, side: SideName, match: Side, sets: Sets): void {
  if (match.notNets.length > 0) {
    const nets = netsOf(match.notNets);
    add(`${side}.notNets`, (p) => nets.mentions(p.family) && !nets.has(p.family, p[side]));
  }
  for (const id of match.notSets) {
    const set = setOf(sets, id);
    const index = netIndexOf(set);
    add(`${side}.notSelector`, (p) => !index.has(p.family, p[side]), set.description);
  }
  if (match.notPorts.length > 0 || match.notNamedPorts.length > 0) {
    const inPorts = portsOf(side, match.notPorts, match.notNamedPorts, sets);
    add(`${side}.notPorts`, (p) => !inPorts(p));
  }
}

/** Is the packet's port on this side in one of the ranges, or with its address and protocol in one of the sets? */
function portsOf(side: SideName, ranges: readonly PortRange[], named: readonly string[], sets: Sets) {
  const indexes = named.map((id) => portIndexOf(setOf(sets, id)));
  const portField = side === 'source' ? 'sourcePort' : 'destinationPort';
  return (p: Packet): boolean => {
    const port = p[portField];
    if (port === undefined) return false;
    for (const r of ranges) if (port >= r.first && port <= r.last) return true;
    for (const index of indexes) if (index.has(p.family, p[side], p.protocol, port)) return true;
    return false;
  };
}

const isIcmp = (p: Packet) => p.protocol === icmpProtocol(p.family);

const sameIcmp = (p: Packet, icmp: IcmpMatch) =>
  p.icmpType === icmp.type && (icmp.code === undefined || p.icmpCode === icmp.code);

function netsOf(texts: readonly string[]): NetIndex {
  return indexPrefixes(
    texts.map((text) => {
      const parsed = parsePrefix(text);
      if (parsed === undefined) throw new TypeError(`not a canonical prefix: ${text}`);
      return parsed.prefix;
    }),
  );
}

function setOf(sets: Sets, id: string): IpSet {
  const set = sets.get(id);
  if (set === undefined)
    throw new TypeError(`a rule names the IP set ${id}, which the NodePolicy does not hold`);
  return set;
}
