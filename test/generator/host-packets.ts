// Packets for host endpoints: aimed at the rules of each of their lists, at failsafes and neighbour discovery, at
// nothing, and through DNAT.
import type { Family } from '../../src/net/index.ts';
import type { Resource, Rule } from '../../src/resources/index.ts';
import { felixOf } from '../oracle/felix.ts';
import { isIn, type List, type Policy } from '../oracle/hosts.ts';
import { items } from '../oracle/labels.ts';
import { beforeNat, type Oracle, policySelector } from '../oracle/oracle.ts';
import { createMatcher } from '../oracle/rule.ts';
import { address, POOL } from './addresses.ts';
import { clamp, contentsFor, type Draft, type Drafted, outOf, ported, sourced } from './drafts.ts';
import type { Random } from './random.ts';
import { bitsOf, HOST, HOST_SECOND, NODE, OUTSIDE, PORTS, routeTo, SLOTS, UPLINKS } from './universe.ts';

interface Target {
  readonly rule: Rule;
  readonly namespace: string | undefined;
  readonly list: List;
  readonly direction: 'ingress' | 'egress';
  readonly interface: string;
}

const MINE = SLOTS.filter((slot) => slot.node === NODE);
const INTERFACES = [...UPLINKS, ...MINE.map((slot) => slot.interface)];
const LISTS = ['untracked', 'preDnat', 'forward', 'normal'] as const;
const DIRECTIONS = ['ingress', 'egress'] as const;
/** Only DNAT leads from these anywhere. */
const VIRTUAL: Readonly<Record<Family, readonly string[]>> = { 4: ['10.96.0.10'], 6: ['fd96::10'] };

/** `undefined` when no interface of the lab's node has a host endpoint. */
export function createHostDrafts(
  rand: Random,
  resources: readonly Resource[],
  oracle: Oracle,
): (() => Drafted) | undefined {
  const all = items(resources);
  const matches = createMatcher(all);
  const byPlace = LISTS.flatMap((list) =>
    DIRECTIONS.map((direction) =>
      INTERFACES.flatMap((name) => targetsAt(resources, oracle, list, direction, name)),
    ),
  ).filter((targets) => targets.length > 0);
  if (!INTERFACES.some((name) => oracle.hostAt(NODE, 'forward', name))) return undefined;
  const felix = felixOf(resources, NODE);
  const attempt = (): { drafted: Drafted; hit: boolean } => {
    const target = rand.pick(
      rand.weighted(byPlace.map((targets) => [weightOf(targets[0]?.list), targets] as const)),
    );
    const met = (packet: Draft): boolean =>
      matches(target.rule, target.namespace, seesOriginal(target.list) ? beforeNat(packet) : packet);
    let packet = route(rand, contentsFor(rand, target.rule, all), target);
    for (let tries = 0; tries < 12 && !met(packet); tries += 1)
      packet = route(rand, contentsFor(rand, target.rule, all), target);
    sourced({ node: NODE, packet });
    const verdict = oracle.verdict(NODE, packet);
    const without = oracle.reason(NODE, packet, { rule: target.rule })?.verdict ?? 'allow';
    return { drafted: { node: NODE, packet }, hit: verdict !== without };
  };
  return () => {
    if (byPlace.length === 0 || rand.chance(0.2)) return { node: NODE, packet: failsafe(rand, felix) };
    if (rand.chance(0.15)) return { node: NODE, packet: discovery(rand) };
    if (rand.chance(0.35)) return { node: NODE, packet: plain(rand) };
    let best = attempt();
    for (let tries = 0; !best.hit && tries < 5; tries += 1) best = attempt();
    if (rand.chance(0.2)) miss(rand, best.drafted.packet);
    return best.drafted;
  };
}

/** Forwarded packets have most other stages to pass. */
const weightOf = (list: List | undefined): number => (seesOriginal(list) ? 1 : list === 'forward' ? 2.6 : 2);
const seesOriginal = (list: List | undefined): boolean => list === 'untracked' || list === 'preDnat';

function targetsAt(
  resources: readonly Resource[],
  oracle: Oracle,
  list: List,
  direction: 'ingress' | 'egress',
  name: string,
): Target[] {
  const item = oracle.hostAt(NODE, list, name);
  if (!item) return [];
  // The interfaces of workloads are many, and are policed by the least of these policies.
  if (!UPLINKS.some((uplink) => uplink === name) && name !== MINE[0]?.interface) return [];
  const targets = (rules: readonly Rule[], namespace?: string): Target[] =>
    rules
      .filter((rule) => rule.action !== 'Log')
      .map((rule) => ({ rule, namespace, list, direction, interface: name }));
  return resources.flatMap((one): Target[] => {
    if (one.kind === 'Profile')
      return list === 'normal' && item.host.spec.profiles?.includes(one.metadata.name)
        ? targets(one.spec[direction])
        : [];
    if (one.kind !== 'NetworkPolicy' && one.kind !== 'GlobalNetworkPolicy') return [];
    const policy: Policy = one;
    const type = direction === 'ingress' ? 'Ingress' : 'Egress';
    if (!policy.spec.types.includes(type) || !isIn(policy, list) || !policySelector(policy)(item)) return [];
    return targets(
      policy.spec[direction],
      policy.kind === 'NetworkPolicy' ? policy.metadata.namespace : undefined,
    );
  });
}

const hostAddress = (rand: Random, family: Family): bigint =>
  bitsOf(rand.pick([HOST, HOST, HOST_SECOND])[family]);

/** An address that the node routes to this interface. */
function beyond(rand: Random, family: Family, name: string): bigint {
  const slot = MINE.find((one) => one.interface === name);
  if (slot) return bitsOf(rand.pick(slot.addresses[family]));
  return rand.pick(OUTSIDE[family].map(bitsOf).filter((bits) => routeTo(NODE, family, bits) === name));
}

const otherThan = (rand: Random, name: string): string =>
  rand.chance(0.65)
    ? rand.pick(UPLINKS.filter((one) => one !== name))
    : rand.pick(rand.chance(0.2) ? UPLINKS : INTERFACES);

/** Lets a packet go where the list's stage sees it, with its destination kept when that leads there. */
function route(rand: Random, packet: Draft, target: Target): Draft {
  const { family } = packet;
  const { list, direction, interface: name } = target;
  const to = (): string | undefined => routeTo(NODE, family, packet.destination);
  if (direction === 'egress') {
    if (to() !== name) packet.destination = beyond(rand, family, name);
    if (list === 'forward') {
      packet.inInterface = otherThan(rand, name);
      return dnat(rand, send(packet), 0.1, false);
    }
    if (rand.chance(0.4) || target.rule.source.nets === undefined) packet.source = hostAddress(rand, family);
    return dnat(rand, send(packet), 0.2, seesOriginal(list));
  }
  packet.inInterface = name;
  if (list === 'normal' && to() !== undefined) packet.destination = hostAddress(rand, family);
  if (list === 'forward' && to() === undefined)
    packet.destination = beyond(rand, family, otherThan(rand, name));
  if (seesOriginal(list) && rand.chance(0.5)) packet.destination = hostAddress(rand, family);
  const chance = { untracked: 0.15, preDnat: 0.5, forward: 0.15, normal: 0.2 }[list];
  return dnat(rand, send(packet), chance, seesOriginal(list));
}

const send = (packet: Draft): Draft => ({ ...packet, ...outOf(NODE, packet.family, packet.destination) });

/** Has it translated: what it is now becomes the original (`backwards`), or stays what it is in the end. */
function dnat(rand: Random, packet: Draft, chance: number, backwards: boolean): Draft {
  const { family } = packet;
  if (!ported(packet.protocol) || !rand.chance(chance)) return packet;
  const fromHost = packet.inInterface === undefined;
  // What the host sends must leave by the same interface before and after.
  const elsewhere =
    fromHost && packet.outInterface !== undefined
      ? beyond(rand, family, packet.outInterface)
      : rand.pick([
          hostAddress(rand, family),
          beyond(rand, family, rand.pick(INTERFACES)),
          beyond(rand, family, rand.pick(UPLINKS)),
          ...(backwards ? [] : VIRTUAL[family].map(bitsOf)),
        ]);
  const port = rand.chance(0.7) ? rand.pick(PORTS) : packet.destinationPort;
  const [original, real] = backwards ? [packet.destination, elsewhere] : [elsewhere, packet.destination];
  const [originalPort, realPort] = backwards
    ? [packet.destinationPort, port]
    : [port, packet.destinationPort];
  if (original === real && originalPort === realPort) return packet;
  const { outInterface: _, ...rest } = packet;
  return {
    ...rest,
    destination: real,
    ...(realPort !== undefined && { destinationPort: realPort }),
    originalDestination: original,
    ...(originalPort !== undefined && originalPort !== realPort && { originalDestinationPort: originalPort }),
    ...outOf(NODE, family, real),
  };
}

const FAILSAFE_PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, sctp: 132 };

/** A packet to a failsafe port, or the reply from one, or one step aside. */
function failsafe(rand: Random, felix: ReturnType<typeof felixOf>): Draft {
  const incoming = rand.chance(0.5);
  const reply = rand.chance(0.25);
  const list = incoming === reply ? felix.failsafesOut : felix.failsafesIn;
  const one = list.length > 0 ? rand.pick(list) : { protocol: 'tcp', port: rand.pick([22, 179, 53]) };
  const family: Family = one.net === undefined ? rand.pick([4, 6] as const) : one.net.includes(':') ? 6 : 4;
  const name = rand.pick(UPLINKS);
  const far = one.net === undefined ? rand.pick(POOL[family]) : address(rand, family, [one.net]);
  const outside = incoming || routeTo(NODE, family, far) !== undefined ? far : beyond(rand, family, name);
  const host = hostAddress(rand, family);
  const other = rand.between(20_000, 60_000);
  const packet: Draft = {
    family,
    protocol: FAILSAFE_PROTOCOLS[one.protocol.toLowerCase()] ?? 6,
    source: incoming ? outside : host,
    destination: incoming ? host : outside,
    sourcePort: reply ? one.port : other,
    destinationPort: reply ? other : one.port,
    ...(incoming && { inInterface: name }),
  };
  if (rand.chance(0.25)) miss(rand, packet);
  return dnat(rand, send(packet), incoming ? 0.2 : 0.1, rand.chance(0.5));
}

/** What no rule has asked for: to the host, from it, or past it between the uplinks. */
function plain(rand: Random): Draft {
  const family = rand.pick([4, 6] as const);
  const [one, other] = rand.chance(0.5) ? UPLINKS : [UPLINKS[1], UPLINKS[0]];
  const way = rand.pick(['in', 'in', 'in', 'out', 'through', 'through', 'through'] as const);
  return send({
    family,
    protocol: rand.pick([6, 17, 132]),
    source: way === 'out' ? hostAddress(rand, family) : beyond(rand, family, one),
    destination: way === 'in' ? hostAddress(rand, family) : beyond(rand, family, other),
    sourcePort: rand.between(20_000, 60_000),
    destinationPort: rand.pick(PORTS),
    ...(way !== 'out' && { inInterface: one }),
  });
}

/** Neighbour discovery, and the types beside it. */
function discovery(rand: Random): Draft {
  const incoming = rand.chance(0.5);
  const name = rand.chance(0.85) ? rand.pick(UPLINKS) : rand.pick(INTERFACES);
  return send({
    family: 6,
    protocol: 58,
    icmpType: rand.pick([133, 134, 135, 136, 135, 136, 132, 137]),
    icmpCode: 0,
    source: incoming ? beyond(rand, 6, name) : hostAddress(rand, 6),
    destination: incoming && rand.chance(0.85) ? hostAddress(rand, 6) : beyond(rand, 6, name),
    ...(incoming && { inInterface: name }),
  });
}

/** One step aside, without another way. */
function miss(rand: Random, packet: Draft): void {
  const step = rand.pick([-1, 1]);
  rand.pick<() => void>([
    () => {
      if (packet.destinationPort !== undefined) packet.destinationPort = clamp(packet.destinationPort + step);
    },
    () => {
      if (packet.sourcePort !== undefined) packet.sourcePort = clamp(packet.sourcePort + step);
    },
    () => {
      packet.source = rand.pick(POOL[packet.family]);
    },
    () => {
      if (ported(packet.protocol)) packet.protocol = rand.pick([6, 17, 132]);
    },
  ])();
}
