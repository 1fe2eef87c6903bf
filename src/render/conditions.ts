// One policy rule and one family → the conditions that a packet of that family must meet, or `undefined` when no packet
// of that family can meet them. Conditions stand in Calico's order: positive ones (protocol, source, destination, ICMP),
// then the negated ones likewise. A condition is left out only where it provably holds.
import {
  type Family,
  type PortRange,
  type Prefix,
  disjoint,
  formatPrefix,
  icmpProtocol,
  normalisePorts,
  parsePrefix,
  PORT_PROTOCOLS,
} from '../net/index.ts';
import type { IpSet, Rule, Side } from '../policy/index.ts';
import { TortieError, problem } from '../errors/problem.ts';
import { uniqueId } from '../selector/index.ts';
import type { Condition, SideName } from './program.ts';

export interface RuleMatch {
  readonly conditions: readonly Condition[];
  /** The content sets that the conditions mention. */
  readonly sets: readonly IpSet[];
}

export function ruleMatch(rule: Rule, family: Family): RuleMatch | undefined {
  if (rule.never !== undefined || (rule.family !== undefined && rule.family !== family)) return undefined;
  const protocol = protocolOf(rule, family);
  if (protocol === 'contradiction') return undefined;
  const sets: IpSet[] = [];
  const positive: Condition[] = [];
  const negative: Condition[] = [];
  if (rule.icmp === undefined && rule.notIcmp === undefined) {
    if (rule.protocol !== undefined) {
      positive.push({ kind: 'protocol', protocol: rule.protocol, negated: false });
    } else if (rule.notProtocol !== undefined) {
      negative.push({ kind: 'protocol', protocol: rule.notProtocol, negated: true });
    }
  }
  const parts: Parts = { positive, negative, sets };
  if (!addSide('source', rule.source, family, protocol, parts, rule)) return undefined;
  if (!addSide('destination', rule.destination, family, protocol, parts, rule)) return undefined;
  if (rule.icmp !== undefined) positive.push({ kind: 'icmp', ...rule.icmp, negated: false });
  if (rule.notIcmp !== undefined) negative.push({ kind: 'icmp', ...rule.notIcmp, negated: true });
  return { conditions: [...positive, ...negative], sets };
}

/** Does the rule say the same of both families, apart from the sets' members? Then both can share one match. */
export function sameInBothFamilies(rule: Rule): boolean {
  return (
    rule.icmp === undefined &&
    rule.notIcmp === undefined &&
    hasNoNets(rule.source) &&
    hasNoNets(rule.destination)
  );
}

function hasNoNets(side: Side): boolean {
  return side.nets.length === 0 && side.notNets.length === 0;
}

/** The one protocol that a matching packet must have, if there is one. */
function protocolOf(rule: Rule, family: Family): number | undefined | 'contradiction' {
  const icmp = rule.icmp === undefined && rule.notIcmp === undefined ? undefined : icmpProtocol(family);
  const required = rule.protocol ?? icmp;
  if (icmp !== undefined && required !== icmp) return 'contradiction';
  return required !== undefined && required === rule.notProtocol ? 'contradiction' : required;
}

interface Parts {
  readonly positive: Condition[];
  readonly negative: Condition[];
  readonly sets: IpSet[];
}

function addSide(
  side: SideName,
  match: Side,
  family: Family,
  protocol: number | undefined,
  parts: Parts,
  rule: Rule,
): boolean {
  const { positive, negative } = parts;
  const nets = netsOf(match.nets, family);
  const notNets = netsOf(match.notNets, family);
  if (nets === 'none' || notNets === 'none' || notNets === 'all') return false;
  if (nets !== undefined && nets !== 'all') positive.push(netCondition(side, nets, false, parts.sets));
  for (const set of match.sets) positive.push({ kind: 'set', side, set, negated: false });
  if (!addPorts(side, match, protocol, parts, rule)) return false;
  if (notNets !== undefined) negative.push(netCondition(side, notNets, true, parts.sets));
  for (const set of match.notSets) negative.push({ kind: 'set', side, set, negated: true });
  addNotPorts(side, match, protocol, parts, rule);
  return true;
}

/** Numeric and named ports together are alternatives. */
function addPorts(
  side: SideName,
  match: Side,
  protocol: number | undefined,
  parts: Parts,
  rule: Rule,
): boolean {
  if (match.ports.length === 0 && match.namedPorts.length === 0) return true;
  // Members of port sets are TCP, UDP or SCTP.
  if (protocol !== undefined && !PORT_PROTOCOLS.has(protocol)) return false;
  const named = match.namedPorts.map((set): Condition => ({ kind: 'port-set', side, set, negated: false }));
  const alternatives =
    match.ports.length > 0 ? [portRanges(side, match.ports, protocol, rule, false), ...named] : named;
  const [only, second] = alternatives;
  if (only !== undefined) parts.positive.push(second === undefined ? only : { kind: 'any-of', alternatives });
  return true;
}

function addNotPorts(
  side: SideName,
  match: Side,
  protocol: number | undefined,
  parts: Parts,
  rule: Rule,
): void {
  // A protocol without ports is in no port range and in no port set.
  if (protocol !== undefined && !PORT_PROTOCOLS.has(protocol)) return;
  if (match.notPorts.length > 0) parts.negative.push(portRanges(side, match.notPorts, protocol, rule, true));
  for (const set of match.notNamedPorts) parts.negative.push({ kind: 'port-set', side, set, negated: true });
}

function portRanges(
  side: SideName,
  ports: readonly PortRange[],
  protocol: number | undefined,
  rule: Rule,
  negated: boolean,
): Condition {
  const ranges = normalisePorts(ports);
  return { kind: 'ports', side, protocol: portProtocol(protocol, rule), ranges, negated };
}

/** Validation demands a protocol with numeric ports; without it the rule cannot be put into any dialect faithfully. */
function portProtocol(protocol: number | undefined, rule: Rule): number {
  if (protocol !== undefined) return protocol;
  throw new TortieError([
    problem('render/ports-without-protocol', `rule ${rule.id} has numeric ports but no protocol`, {
      resource: rule.id,
    }),
  ]);
}

/** Undefined: no packet of the family meets them; an empty list: every one does. `nets` empty: no packet is in them. */
export function netConditions(
  side: SideName,
  nets: readonly string[],
  family: Family,
  negated: boolean,
  sets: IpSet[],
): Condition[] | undefined {
  const ours = nets.length === 0 ? 'none' : netsOf(nets, family);
  if (ours === undefined || ours === 'none') return negated ? [] : undefined;
  if (ours === 'all') return negated ? undefined : [];
  return [netCondition(side, ours, negated, sets)];
}

/** `undefined`: no list was given; `none`: nothing of this family in it; `all`: it covers the family. */
function netsOf(texts: readonly string[], family: Family): readonly string[] | undefined | 'none' | 'all' {
  if (texts.length === 0) return undefined;
  const ours = texts.filter((text) => text.includes(':') === (family === 6));
  if (ours.length === 0) return 'none';
  if (ours.some((text) => text.endsWith('/0'))) return 'all';
  if (ours.length === 1) return ours;
  return disjoint(ours.map(prefixOf)).map(formatPrefix);
}

function prefixOf(text: string): Prefix {
  const parsed = parsePrefix(text);
  if (parsed === undefined) throw new TypeError(`not a prefix: ${text}`);
  return parsed.prefix;
}

function netCondition(side: SideName, nets: readonly string[], negated: boolean, sets: IpSet[]): Condition {
  const [net] = nets;
  if (nets.length === 1 && net !== undefined) return { kind: 'net', side, net, negated };
  const id = uniqueId('c', nets.join(','));
  sets.push({ id, type: 'net', description: `${nets.length} nets`, members: new Set(nets) });
  return { kind: 'set', side, set: id, negated };
}
