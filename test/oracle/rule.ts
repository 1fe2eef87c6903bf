// Does one rule of a resource match one packet: asked of the rule as it stands in the resource.
import { protocolNumber } from '../../src/net/index.ts';
import type { EntityRule } from './types.ts';
import type { Port, Protocol, Rule } from '../../src/resources/index.ts';
import type { Packet } from '../../src/verdict/packet.ts';
import { block, inBlock } from './addresses.ts';
import { both, type Item, NAMESPACE, type Predicate, predicate, SERVICE_ACCOUNT } from './labels.ts';

const numberOf = (protocol: Protocol): number =>
  typeof protocol === 'number' ? protocol : (protocolNumber(protocol) ?? -1);

export type Matcher = (rule: Rule, namespace: string | undefined, packet: Packet) => boolean;

/** Remembers what each rule selects; the items must not change. */
export function createMatcher(all: readonly Item[]): Matcher {
  const peers = new WeakMap<EntityRule, Peers>();
  const peersOf = (entity: EntityRule, namespace: string | undefined): Peers => {
    const known = peers.get(entity);
    if (known) return known;
    const made = readPeers(entity, namespace, all);
    peers.set(entity, made);
    return made;
  };
  return (rule, namespace, packet) =>
    rule.http === undefined &&
    headMatches(rule, packet) &&
    sideMatches(
      rule,
      rule.source,
      peersOf(rule.source, namespace),
      packet,
      packet.source,
      packet.sourcePort,
    ) &&
    sideMatches(
      rule,
      rule.destination,
      peersOf(rule.destination, namespace),
      packet,
      packet.destination,
      packet.destinationPort,
    );
}

function headMatches(rule: Rule, packet: Packet): boolean {
  const { family, protocol } = packet;
  if (rule.ipVersion !== undefined && rule.ipVersion !== family) return false;
  if (rule.protocol === 'ICMP' && family !== 4) return false;
  if (rule.protocol === 'ICMPv6' && family !== 6) return false;
  if (rule.protocol !== undefined && numberOf(rule.protocol) !== protocol) return false;
  if (rule.notProtocol !== undefined && numberOf(rule.notProtocol) === protocol) return false;
  const icmp = protocol === (family === 4 ? 1 : 58);
  const hits = (match: { type?: number | undefined; code?: number | undefined }): boolean =>
    match.type === packet.icmpType && (match.code === undefined || match.code === packet.icmpCode);
  if (rule.icmp?.type !== undefined && !(icmp && hits(rule.icmp))) return false;
  return !(rule.notICMP?.type !== undefined && !(icmp && !hits(rule.notICMP)));
}

interface Peers {
  /** Those that the positive selectors select, absent when there are none. */
  readonly selected?: readonly Item[];
  /** Those that a lone negative selector selects. */
  readonly excluded?: readonly Item[];
  readonly nameable: readonly Item[];
  /** The slices of the service that is named. */
  readonly slices?: readonly Item[];
}

function readPeers(entity: EntityRule, namespace: string | undefined, named: readonly Item[]): Peers {
  const all = named.filter((item) => item.service === undefined);
  const accounts = entity.serviceAccounts;
  const names = accounts?.names?.length ? accounts.names : undefined;
  const positive = both(
    predicate(accounts?.selector, { prefix: 'pcsa.' }),
    names && ((item) => names.includes(item.label(SERVICE_ACCOUNT) ?? '\0')),
    predicate(entity.selector),
  );
  const negative = predicate(entity.notSelector);
  const asked = predicate(entity.namespaceSelector, {
    prefix: 'pcns.',
    all: (item) => item.label(NAMESPACE) !== undefined,
    global: (item) => item.label(NAMESPACE) === undefined,
  });
  const own: Predicate | undefined =
    namespace === undefined ? undefined : (item) => item.label(NAMESPACE) === namespace;
  // A peer that says nothing about endpoints is not held to a namespace.
  const within = positive || negative || asked ? (asked ?? own) : undefined;
  const wanted = both(within, positive);
  const merged = wanted && negative ? both(wanted, (item) => !negative(item)) : wanted;
  return {
    ...(merged && { selected: all.filter(merged) }),
    ...(negative && !wanted && { excluded: all.filter(negative) }),
    nameable: merged ? all.filter(merged) : all,
    ...(entity.services && { slices: slicesOf(entity.services, namespace, named) }),
  };
}

function slicesOf(
  { name, namespace }: NonNullable<EntityRule['services']>,
  own: string | undefined,
  named: readonly Item[],
): Item[] {
  return named.filter(({ service }) => service === `${namespace ?? own}/${name}`);
}

function sideMatches(
  rule: Rule,
  entity: EntityRule,
  peers: Peers,
  packet: Packet,
  bits: bigint,
  port: number | undefined,
): boolean {
  const within = (item: Item): boolean => item.blocks.some((one) => inBlock(one, packet.family, bits));
  const inNets = (nets: readonly string[]): boolean =>
    nets.some((net) => {
      const one = block(net);
      return one !== undefined && inBlock(one, packet.family, bits);
    });
  const speaksOf = (nets: readonly string[]): boolean =>
    nets.some((net) => block(net)?.family === packet.family);
  if (entity.nets?.length && !inNets(entity.nets)) return false;
  if (entity.notNets?.length && (!speaksOf(entity.notNets) || inNets(entity.notNets))) return false;
  if (peers.selected && !peers.selected.some(within)) return false;
  if (peers.excluded?.some(within)) return false;
  // As a destination a service is addresses with ports, as a source addresses alone.
  const serves = (slice: Item): boolean =>
    within(slice) &&
    (entity === rule.source ||
      slice.ports.some((one) => one.port === port && numberOf(one.protocol) === packet.protocol));
  if (peers.slices && !peers.slices.some(serves)) return false;
  const hasPort = (wanted: Port): boolean => {
    if (port === undefined) return false;
    if (wanted.kind === 'range') return wanted.first <= port && port <= wanted.last;
    return peers.nameable.some(
      (item) => within(item) && offers(item, wanted.name, rule, packet.protocol, port),
    );
  };
  if (entity.ports?.length && !entity.ports.some(hasPort)) return false;
  return !entity.notPorts?.some(hasPort);
}

/** The endpoint has a port of this name and number for the protocol, and the rule's protocol lets it be meant. */
function offers(item: Item, name: string, rule: Rule, protocol: number, port: number): boolean {
  return item.ports.some((one) => {
    if (one.name !== name || one.port !== port || numberOf(one.protocol) !== protocol) return false;
    // Calico's quirk: a rule without protocol means ports whose protocol is given by name, never by number.
    if (rule.protocol === undefined) return typeof one.protocol === 'string';
    return numberOf(rule.protocol) === protocol;
  });
}
