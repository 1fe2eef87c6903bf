// Random NodePolicies and packets for render-ipt.test.ts: few values of each kind, so that rules and packets meet often,
// and every kind of condition that has a rendering of its own.
import type { IpSet, NodePolicy } from '../../src/policy/index.ts';
import { parseAddress } from '../../src/net/index.ts';
import type { Packet } from '../../src/verdict/packet.ts';
import {
  type EndpointSketch,
  netSet,
  nodePolicy,
  portSet,
  type RuleSketch,
} from '../../src/verdict/testing.ts';
import { trackedState, UPLINK } from '../lab/lab.ts';

/** `cali3` has no endpoint; `veth2` has one but is outside the prefixes. */
export const INTERFACES = ['cali0', 'cali1', 'veth2', 'cali3'];
const LABELS = ['0', '1', '2'];

type Random = (below: number) => number;

function random(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const pick = <T>(r: Random, from: readonly T[]): T => from[r(from.length)] as T;
const some = <T>(r: Random, from: readonly T[], max: number): T[] => {
  return [...new Set(Array.from({ length: 1 + r(max) }, () => pick(r, from)))];
};
const maybe = <T>(r: Random, oneIn: number, make: () => T, otherwise: T): T =>
  r(oneIn) === 0 ? make() : otherwise;

const HOSTS = INTERFACES.flatMap((_, n) => [1, 2].flatMap((h) => [`10.65.${n}.${h}`, `fd65:0:0:${n}::${h}`]));
const OUTSIDE = ['198.51.100.4', '198.51.100.5', '2001:db8:9::4', '2001:db8:9::5'];
const NETS = [
  '10.65.0.0/16',
  '10.65.0.0/24',
  '10.65.1.0/28',
  '10.65.1.2/32',
  '198.51.100.0/24',
  '0.0.0.0/0',
  'fd65::/32',
  'fd65:0:0:1::/64',
  'fd65::1/128',
  '2001:db8:9::/64',
  '::/0',
];
const NOT_NETS = NETS.filter((net) => !net.endsWith('/0'));
const PORTS = [80, 81, 443, 1000, 1005, 5000];
const PORT_PROTOCOLS = [6, 17, 132];

const SETS: readonly IpSet[] = [
  netSet('s:a', '10.65.0.1/32', 'fd65::1/128', '10.65.1.0/24', 'fd65:0:0:1::/64'),
  netSet('s:b', '10.65.1.2/32', '10.65.2.0/24', '2001:db8:9::4/128'),
  netSet('s:all', '0.0.0.0/0', '::/0'),
  netSet('s:none'),
  portSet(
    'n:web',
    ...['tcp', 'udp', 'sctp'].flatMap((p) =>
      ['10.65.1.1', 'fd65:0:0:1::1', '10.65.0.1'].map((a) => `${a},${p}:80`),
    ),
  ),
  portSet('n:alt', '10.65.1.2,tcp:81', 'fd65:0:0:1::2,udp:443'),
];

const LONG = Array.from({ length: 18 }, (_, i) => ({ first: 70 + 10 * i, last: 71 + 10 * i }));

function ranges(r: Random): { first: number; last: number }[] {
  if (r(6) === 0) return LONG;
  return some(r, PORTS, 3).map((p) => (r(3) === 0 ? { first: p, last: p + 10 } : { first: p, last: p }));
}

function side(r: Random, ported: boolean, numeric: boolean): NonNullable<RuleSketch['source']> {
  return {
    nets: maybe(r, 4, () => some(r, NETS, 3), []),
    notNets: maybe(r, 6, () => some(r, NOT_NETS, 2), []),
    sets: maybe(r, 4, () => some(r, ['s:a', 's:b', 's:all', 's:all', 's:none'], 2), []),
    notSets: maybe(r, 8, () => some(r, ['s:a', 's:b', 's:none'], 2), []),
    ports: maybe(r, 3, () => (numeric ? ranges(r) : []), []),
    notPorts: maybe(r, 6, () => (numeric ? ranges(r) : []), []),
    namedPorts: maybe(r, 3, () => (ported ? some(r, ['n:web', 'n:alt'], 3) : []), []),
    notNamedPorts: maybe(r, 8, () => some(r, ['n:web', 'n:alt'], 2), []),
  };
}

/** Nothing but ports, so that it often decides: all that needs chains of its own, or several matches. */
function portRule(r: Random): Omit<RuleSketch, 'action'> {
  const protocol = pick(r, PORT_PROTOCOLS);
  switch (r(6)) {
    case 0:
      return { protocol: 132, destination: { ports: LONG } };
    case 1:
      return { protocol: 132, destination: { notPorts: LONG } };
    case 2:
      return { protocol, destination: { namedPorts: ['n:web'] } };
    case 3:
      return { protocol, destination: { notNamedPorts: ['n:web', 'n:alt'] } };
    case 4:
      return { protocol, destination: { ports: ranges(r), namedPorts: ['n:web', 'n:alt'] } };
    default:
      return {
        protocol,
        source: { ports: [{ first: 0, last: 65_535 }], namedPorts: ['n:web'] },
        destination: { ports: ranges(r), namedPorts: ['n:alt'] },
      };
  }
}

function rule(r: Random): RuleSketch {
  const action = pick(r, ['allow', 'allow', 'allow', 'allow', 'deny', 'pass', 'log'] as const);
  const kind = r(12);
  const base = {
    action,
    ...maybe<{ family?: 4 | 6 }>(r, 8, () => ({ family: pick(r, [4, 6] as const) }), {}),
  };
  if (kind > 7) return { ...base, ...portRule(r) };
  if (kind < 3) {
    const protocol = pick(r, PORT_PROTOCOLS);
    return { ...base, protocol, source: side(r, r(3) === 0, r(3) === 0), destination: side(r, true, true) };
  }
  const plain = { ...base, source: side(r, r(2) === 0, false), destination: side(r, r(2) === 0, false) };
  if (kind === 3) return { ...plain, protocol: pick(r, [1, 58, 47, 136]) };
  if (kind === 4) return { ...plain, notProtocol: pick(r, [1, 6, 17, 58]) };
  const icmp = { type: pick(r, [8, 128, 3]), ...maybe<{ code?: number }>(r, 2, () => ({ code: r(2) }), {}) };
  if (kind === 5) return { ...plain, icmp };
  if (kind === 6) return { ...plain, notIcmp: icmp };
  return plain;
}

function rules(r: Random, most: number): RuleSketch[] {
  const list = Array.from({ length: r(most + 1) }, () => rule(r));
  return r(2) === 0 ? [...list, { action: pick(r, ['allow', 'allow', 'deny']) }] : list;
}

export function randomPolicy(seed: number): NodePolicy {
  const r = random(seed);
  const policies = Object.fromEntries(
    Array.from({ length: 6 }, (_, i) => [`p${i}`, { ingress: rules(r, 4), egress: rules(r, 4) }]),
  );
  const profiles = Object.fromEntries(
    Array.from({ length: 3 }, (_, i) => {
      const last: RuleSketch[] = i === 2 ? [{ action: 'allow' }] : [];
      return [`x${i}`, { ingress: [...rules(r, 2), ...last], egress: [...rules(r, 2), ...last] }];
    }),
  );
  const choose = <T>(from: Readonly<Record<string, T>>, max: number): Record<string, T> => {
    return Object.fromEntries(some(r, Object.entries(from), max));
  };
  // A policy is in one tier.
  const tierOf = (n: number) => Object.fromEntries(Object.entries(policies).filter((_, i) => i % 3 === n));
  const endpoints: Record<string, EndpointSketch> = {};
  for (const name of LABELS) {
    const tiers = Object.fromEntries(
      [0, 1, 2]
        .filter(() => r(2) === 0)
        .map((n) => {
          return [
            `t${n}`,
            { defaultAction: pick(r, ['Deny', 'Pass', 'Pass'] as const), policies: choose(tierOf(n), 2) },
          ];
        }),
    );
    endpoints[name] = {
      interfaceName: INTERFACES[Number(name)] ?? '',
      tiers,
      profiles: r(6) === 0 ? {} : profiles,
    };
  }
  const config = {
    endpointToHostAction: pick(r, ['drop', 'accept', 'return'] as const),
    dropInvalid: r(2) === 0,
  };
  return nodePolicy(endpoints, { ipSets: SETS, config });
}

export function randomPackets(seed: number, count: number): Packet[] {
  const r = random(seed ^ 0x5bd1e995);
  const packets: Packet[] = [];
  // Without ports a second packet of a pair, either way, would belong to the connection of the first.
  const pairs = new Set<string>();
  for (let i = 0; packets.length < count; i++) {
    const made = packet(r, i);
    const { protocol, source, destination } = made;
    const pair = [protocol, ...[source, destination].map(String).sort()].join(' ');
    if (made.sourcePort === undefined && made.icmpType === undefined && pairs.has(pair)) continue;
    pairs.add(pair);
    packets.push(made);
  }
  return packets;
}

function packet(r: Random, index: number): Packet {
  const family = pick(r, [4, 6] as const);
  const ends = [...INTERFACES, UPLINK, 'host'];
  const from = r(40) === 0 ? 'cali3' : pick(r, ['cali0', 'cali1', 'veth2', UPLINK]);
  const to = pick(
    r,
    ends.filter(
      (end) => end !== from && (end !== 'cali3' || r(5) === 0) && !(from === UPLINK && end === 'host'),
    ),
  );
  const at = (end: string): bigint => {
    const n = INTERFACES.indexOf(end);
    const own =
      end === 'host' ? ['192.0.2.1', '2001:db8::1'] : n < 0 ? OUTSIDE : HOSTS.slice(4 * n, 4 * n + 4);
    const address = parseAddress(
      pick(
        r,
        own.filter((text) => text.includes(':') === (family === 6)),
      ),
    );
    if (address === undefined) throw new Error(end);
    return address.bits;
  };
  const icmp = family === 4 ? 1 : 58;
  const protocol = pick(r, [6, 6, 17, 17, 132, 136, icmp, icmp, 47, 4]);
  const ported = [6, 17, 132, 136].includes(protocol);
  const made: Packet = {
    family,
    ...(from === 'host' ? {} : { inInterface: from }),
    ...(to === 'host' ? {} : { outInterface: to }),
    source: at(from),
    destination: at(to),
    protocol,
    // A source port for each packet, so that no two are of one connection; now and then one that rules name.
    ...(ported
      ? {
          sourcePort: r(8) === 0 ? pick(r, PORTS) : 20_000 + index,
          destinationPort: pick(r, [...PORTS, 70, 75, 4789]),
        }
      : {}),
    ...(protocol === icmp
      ? { icmpType: pick(r, family === 4 ? [8, 8, 3] : [128, 128, 3, 135, 133]), icmpCode: r(2) }
      : {}),
  };
  const state =
    protocol === 6 || protocol === 17
      ? pick(r, ['new', 'new', 'new', 'new', 'established'] as const)
      : trackedState(made);
  return { ...made, state };
}
