// Random packets, aimed: most take a rule that concerns some endpoint, are made to match it from the rule's own
// constants, and every other one then misses it by one step in one dimension.
import type { Resource, Rule } from '../../src/resources/index.ts';
import type { Packet } from '../../src/verdict/packet.ts';
import { trackedState } from '../lab/states.ts';
import { type Item, items } from '../oracle/labels.ts';
import { isIn, type Policy } from '../oracle/hosts.ts';
import { createOracle, type Oracle, policySelector } from '../oracle/oracle.ts';
import { createMatcher } from '../oracle/rule.ts';
import { isPlain, POOL } from './addresses.ts';
import { clamp, contentsFor, type Drafted, icmp, outOf, ported, sourced } from './drafts.ts';
import { createHostDrafts } from './host-packets.ts';
import type { Random } from './random.ts';
import {
  bitsOf,
  factsOf,
  HOST,
  NODE,
  OUTSIDE,
  PORTS,
  routeTo,
  SLOTS,
  type Slot,
  UPLINK,
} from './universe.ts';

export interface Probe {
  readonly node: string;
  readonly packet: Packet;
}

interface Target {
  readonly rule: Rule;
  readonly namespace: string | undefined;
  readonly direction: 'ingress' | 'egress';
  readonly slot: Slot;
  /** How often it is chosen: what is rare in rules has to be frequent among packets. */
  readonly weight: number;
}

/** `onlyNode`: packets of other nodes are left out, since only one node is in the lab. */
export function createProbes(rand: Random, resources: readonly Resource[], onlyNode?: string): () => Probe {
  const all = items(resources);
  const matches = createMatcher(all);
  const slots = SLOTS.filter((slot) => !onlyNode || slot.node === onlyNode);
  const targets = slots.flatMap((slot) => targetsAt(resources, all, slot));
  const byAction = {
    Deny: targets.filter((one) => one.rule.action === 'Deny'),
    other: targets.filter((one) => one.rule.action !== 'Deny'),
  };
  const oracle = createOracle(resources, factsOf);
  const hosts = createHostDrafts(rand, resources, oracle);
  const attempt = (): { draft: Drafted; hit: boolean; target: Target } | undefined => {
    const pool = rand.chance(0.4) && byAction.Deny.length > 0 ? byAction.Deny : byAction.other;
    if (pool.length === 0) return undefined;
    const target = rand.weighted(pool.map((one) => [one.weight, one] as const));
    let draft = aim(rand, target, all);
    for (let tries = 0; tries < 12 && !matches(target.rule, target.namespace, draft.packet); tries += 1)
      draft = aim(rand, target, all);
    sourced(draft);
    return { draft, target, hit: oracle.reason(draft.node, draft.packet)?.rule === target.rule };
  };
  return () => {
    if (hosts && rand.chance(0.85)) return possible(oracle, finish(rand, hosts()));
    if (rand.chance(0.06)) return finish(rand, stray(rand, rand.pick(slots)));
    let best = attempt();
    // A packet that another rule takes first says little; a few of those remain.
    for (let tries = 0; best && !best.hit && tries < 5; tries += 1) best = attempt();
    if (!best) return finish(rand, stray(rand, rand.pick(slots)));
    if (rand.chance(0.25)) miss(rand, best.draft, best.target);
    return finish(rand, best.draft);
  };
}

function targetsAt(resources: readonly Resource[], all: readonly Item[], slot: Slot): Target[] {
  const here = all.filter(
    (item) => item.endpoint?.spec.node === slot.node && item.endpoint.spec.interfaceName === slot.interface,
  );
  return here.flatMap((item) =>
    resources.flatMap((one): Target[] => {
      const rules = (direction: 'ingress' | 'egress', list: readonly Rule[], namespace?: string): Target[] =>
        list.map((rule, place) => ({
          rule,
          namespace,
          direction,
          slot,
          weight: weightOf(rule) / (1 + place),
        }));
      if (one.kind === 'Profile' && item.endpoint?.spec.profiles.includes(one.metadata.name))
        return [...rules('ingress', one.spec.ingress), ...rules('egress', one.spec.egress)];
      if (one.kind !== 'NetworkPolicy' && one.kind !== 'GlobalNetworkPolicy') return [];
      const policy: Policy = one;
      if (!isIn(policy, 'normal') || !policySelector(policy)(item)) return [];
      const namespace = policy.kind === 'NetworkPolicy' ? policy.metadata.namespace : undefined;
      return (['ingress', 'egress'] as const).flatMap((direction) =>
        policy.spec.types.includes(direction === 'ingress' ? 'Ingress' : 'Egress')
          ? rules(direction, policy.spec[direction], namespace)
          : [],
      );
    }),
  );
}

function weightOf(rule: Rule): number {
  let weight = rule.icmp || rule.notICMP ? 3 : 1;
  for (const side of [rule.source, rule.destination]) {
    const more = side === rule.source ? 2 : 1;
    const {
      nets,
      notNets,
      namespaceSelector,
      serviceAccounts,
      services,
      selector,
      notSelector,
      ports,
      notPorts,
    } = side;
    if ((nets?.length ?? 0) > 100) weight += side === rule.source ? 48 : 36;
    if ((ports?.length ?? 0) > 15) weight += 12 * more;
    if (selector && notSelector) weight += 6 * more;
    if (ports?.some((one) => one.kind === 'name')) weight += 5;
    if (services) weight += side === rule.source ? 6 : 18;
    if (serviceAccounts) weight += (serviceAccounts.selector ? 7 : 4) * more;
    if (namespaceSelector?.includes('global')) weight += 4 * more;
    if (namespaceSelector || notPorts?.length || notNets?.length) weight += 2 * more;
  }
  return rule.action === 'Log' ? 0.2 : weight;
}

function aim(rand: Random, { rule, direction, slot }: Target, all: readonly Item[]): Drafted {
  const packet = contentsFor(rand, rule, all);
  const { family } = packet;
  const own = bitsOf(rand.pick(slot.addresses[family]));
  if (direction === 'egress') {
    // Whatever address a workload claims as its own, policy judges it by the interface.
    const plain = !rule.source.nets?.length && !rule.source.ports?.some((one) => one.kind === 'name');
    if (plain && rand.chance(0.7)) packet.source = own;
    if (rand.chance(0.07) && slot.node === NODE) packet.destination = bitsOf(HOST[family]);
    return {
      node: slot.node,
      packet: { ...packet, inInterface: slot.interface, ...outOf(slot.node, family, packet.destination) },
    };
  }
  if (routeTo(slot.node, family, packet.destination) !== slot.interface) packet.destination = own;
  const from = routeTo(slot.node, family, packet.source) ?? UPLINK;
  return {
    node: slot.node,
    packet: { ...packet, inInterface: rand.chance(0.25) ? from : UPLINK, outInterface: slot.interface },
  };
}

/** One step aside in one dimension. */
function miss(rand: Random, draft: Drafted, target: Target): void {
  const { packet } = draft;
  const step = rand.pick([-1, 1]);
  rand.pick<() => void>([
    () => {
      if (packet.destinationPort !== undefined) packet.destinationPort = clamp(packet.destinationPort + step);
    },
    () => {
      if (packet.sourcePort !== undefined) packet.sourcePort = clamp(packet.sourcePort + step);
    },
    () => {
      if (packet.icmpType !== undefined) Object.assign(packet, icmp(rand, packet.family, packet.protocol));
    },
    () => {
      if (isPlain(packet.family, packet.source + BigInt(step))) packet.source += BigInt(step);
    },
    () => {
      packet.source = rand.pick(POOL[packet.family]);
    },
    () => {
      if (ported(packet.protocol)) packet.protocol = rand.pick([6, 17, 132, 136]);
    },
    () => {
      if (target.direction !== 'egress') return;
      packet.destination = rand.pick(POOL[packet.family]);
      delete packet.outInterface;
      Object.assign(packet, outOf(draft.node, packet.family, packet.destination));
    },
  ])();
}

/** What no rule is about: the host's own packets, packets past it, tunnels, interfaces that nobody owns. */
function stray(rand: Random, slot: Slot): Drafted {
  const family = rand.pick([4, 6] as const);
  const protocol = rand.pick([6, 17, family === 4 ? 1 : 58, 4, 17]);
  const ports = ported(protocol)
    ? { sourcePort: rand.between(20_000, 60_000), destinationPort: rand.pick(PORTS) }
    : {};
  const from = rand.pick([slot.interface, slot.interface, UPLINK, undefined]);
  // The host has an address only on the node of the lab.
  const host = slot.node === NODE ? [bitsOf(HOST[family])] : [];
  const own = bitsOf(rand.pick(slot.addresses[family]));
  const destination = from === slot.interface ? rand.pick([...host, ...host, rand.pick(POOL[family])]) : own;
  const source =
    from === undefined ? (host[0] ?? own) : from === UPLINK ? bitsOf(rand.pick(OUTSIDE[family])) : own;
  return {
    node: slot.node,
    packet: {
      family,
      protocol,
      source,
      destination,
      ...(from !== undefined && { inInterface: from }),
      ...outOf(slot.node, family, destination),
      ...ports,
      ...icmp(rand, family, protocol),
    },
  };
}

/** The state in which conntrack will see it; a few packets belong to connections, or to none that could be. */
function finish(rand: Random, drafted: Drafted): Probe {
  const { node, packet } = sourced(drafted);
  const state = trackedState(packet);
  if (state === 'new' && packet.originalDestination === undefined && rand.chance(0.06)) {
    if (packet.protocol === 6)
      return { node, packet: { ...packet, state: rand.pick(['established', 'invalid'] as const) } };
    if (packet.protocol === 17) return { node, packet: { ...packet, state: 'established' } };
    if (packet.icmpType !== undefined)
      return {
        node,
        packet: { ...packet, icmpType: packet.family === 4 ? 3 : 1, icmpCode: 0, state: 'related' },
      };
  }
  return { node, packet: { ...packet, state } };
}

/** What an untracked policy allows is not DNATed: such a packet goes where it was sent. */
function possible(oracle: Oracle, { node, packet }: Probe): Probe {
  if (packet.originalDestination === undefined) return { node, packet };
  const untracked = oracle
    .stages(node, packet)
    .some(
      ({ stage, by, verdict }) => stage.startsWith('host-untracked') && by === 'rule' && verdict === 'allow',
    );
  if (!untracked) return { node, packet };
  const { originalDestination: destination, originalDestinationPort, outInterface: _, ...rest } = packet;
  return {
    node,
    packet: {
      ...rest,
      destination,
      ...(originalDestinationPort !== undefined && { destinationPort: originalDestinationPort }),
      ...outOf(node, packet.family, destination),
    },
  };
}
