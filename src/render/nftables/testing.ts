// Test code: random policies and packets over a universe so small that they meet, and one policy with everything in it.
import * as fc from 'fast-check';
import { parseAddress } from '../../net/index.ts';
import type { IpSet, NodePolicy } from '../../policy/index.ts';
import type { Packet } from '../../verdict/index.ts';
import {
  netSet,
  nodePolicy,
  type PolicySketch,
  portSet,
  type RuleSketch,
  type TierSketch,
} from '../../verdict/testing.ts';

const V4 = ['10.0.0.1', '10.0.0.2', '10.1.0.1', '11.0.0.1'];
const V6 = ['fd00::1', 'fd00::2', 'fd01::1', '::'];
const NETS = [
  '10.0.0.1/32',
  '10.0.0.0/24',
  '10.0.0.0/8',
  '11.0.0.0/8',
  '0.0.0.0/0',
  'fd00::1/128',
  'fd00::/64',
  'fd00::/8',
  '::/0',
];
const PORTS = [
  { first: 80, last: 80 },
  { first: 79, last: 81 },
  { first: 443, last: 443 },
  { first: 1, last: 60_000 },
];
const SET_IDS = ['s:hosts', 's:mixed', 's:empty'];
const PORT_SET_IDS = ['n:http', 'n:empty'];

export const SETS: readonly IpSet[] = [
  netSet('s:hosts', '10.0.0.2/32', '10.0.0.1/32', 'fd00::1/128'),
  netSet('s:mixed', '10.0.0.1/32', '10.1.0.0/16', '10.1.0.0/24', 'fd00::2/128', 'fd00::/127'),
  netSet('s:empty'),
  portSet('n:http', '10.0.0.1,tcp:80', '10.0.0.2,udp:443', 'fd00::1,tcp:80', 'fd00::1,sctp:79'),
  portSet('n:empty'),
];

const some = <T>(values: readonly T[], max = 2): fc.Arbitrary<T[]> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: fc.subarray([...values], { minLength: 1, maxLength: max }) },
  );

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

function side(ports: boolean, protocol: boolean): fc.Arbitrary<RuleSketch['source']> {
  return fc.record({
    nets: some(NETS, 4),
    notNets: some(
      NETS.filter((net) => !net.endsWith('/0')),
      3,
    ),
    sets: some(SET_IDS),
    notSets: some(SET_IDS),
    ...(ports && protocol ? { ports: some(PORTS, 3), notPorts: some(PORTS.slice(0, 3), 3) } : {}),
    ...(ports ? { namedPorts: some(PORT_SET_IDS), notNamedPorts: some(PORT_SET_IDS) } : {}),
  });
}

const icmpMatch = fc.oneof(
  fc.record({ type: fc.constantFrom(8, 128, 0) }),
  fc.record({ type: fc.constantFrom(8, 128, 0), code: fc.constantFrom(0, 1) }),
);

const rule: fc.Arbitrary<RuleSketch> = fc
  .record({
    action: fc.constantFrom<RuleSketch['action']>('allow', 'deny', 'pass', 'log'),
    family: maybe(fc.constantFrom(4 as const, 6 as const)),
    protocol: fc.constantFrom(undefined, undefined, undefined, 6, 6, 6, 17, 132, 1, 58, 253),
    notProtocol: maybe(fc.constantFrom(6, 17, 1)),
    icmp: maybe(icmpMatch),
    notIcmp: maybe(icmpMatch),
  })
  .chain((head) => {
    const numeric = head.protocol !== undefined && [6, 17, 132].includes(head.protocol);
    const ports = side(numeric || head.protocol === undefined, numeric);
    return fc
      .tuple(fc.constant(head), ports, ports)
      .map(([{ action, ...rest }, source, destination]): RuleSketch => {
        const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
        return { action, ...given, ...(source && { source }), ...(destination && { destination }) };
      });
  });

export const rules = fc.array(rule, { maxLength: 5 });
const policy: fc.Arbitrary<PolicySketch> = fc.oneof(
  fc.record({ ingress: rules, egress: rules }),
  fc.record({ egress: rules }),
  fc.record({ ingress: rules }),
);
export const tier = (name: string): fc.Arbitrary<TierSketch> =>
  fc
    .tuple(fc.constantFrom<'Deny' | 'Pass'>('Deny', 'Pass'), policy, policy)
    .map(([defaultAction, one, two]) => ({
      defaultAction,
      policies: { [`${name}-1`]: one, [`${name}-2`]: two },
    }));

/** What is masqueraded and how, and what the endpoint on `tap0` may spoof. */
export const arbitrarySources = fc
  .record({
    allowSpoofing: fc.boolean(),
    spoofable: fc.constantFrom<string[]>(['10.0.0.1/32'], ['10.0.0.0/24', 'fd00::1/128'], ['fd00::/64']),
    sources: fc.constantFrom<string[]>(
      [],
      ['10.0.0.0/24'],
      ['10.0.0.0/24', 'fd00::/64'],
      ['0.0.0.0/0', 'fd00::/8'],
    ),
    exceptions: fc.constantFrom<string[]>(
      [],
      ['10.0.0.0/24'],
      ['10.0.0.2/32', '11.0.0.0/8', 'fd00::2/128', 'fd01::/16'],
    ),
    outInterface: maybe(fc.constantFrom('eth0', 'eth+', 'cali-+')),
    ports: maybe(fc.constantFrom({ first: 1024, last: 2000 }, { first: 7, last: 7 })),
    address: maybe(fc.constant('192.0.2.7')),
  })
  .map(({ allowSpoofing, spoofable, sources, exceptions, outInterface, ports, address }) => ({
    config: {
      allowSpoofing,
      masquerade: {
        ...(outInterface && { outInterface }),
        ...(ports && { ports }),
        ...(address && { address }),
      },
    },
    endpoint: { spoofable },
    masquerade: { sources, exceptions },
  }));

/** Endpoints `a` and `b` on workload interfaces and one on `tap0`, with different parts of the same tiers. */
export const arbitraryPolicy: fc.Arbitrary<NodePolicy> = fc
  .record({
    t1: tier('t1'),
    t2: tier('t2'),
    t3: tier('t3'),
    p1: fc.record({ ingress: rules, egress: rules }),
    p2: fc.record({ ingress: rules, egress: rules }),
    drop: fc.boolean(),
    invalid: fc.boolean(),
    sources: arbitrarySources,
  })
  .map(({ t1, t2, t3, p1, p2, drop, invalid, sources }) =>
    nodePolicy(
      {
        a: { tiers: { t1, t2, t3 }, profiles: { p1, p2 } },
        b: { tiers: { t2, t3 }, profiles: { p2, p1 } },
        tap: { interfaceName: 'tap0', tiers: { t1, t3 }, profiles: { p1 }, ...sources.endpoint },
      },
      {
        ipSets: SETS,
        config: {
          endpointToHostAction: drop ? 'drop' : 'accept',
          dropInvalid: invalid,
          ...sources.config,
        },
        masquerade: sources.masquerade,
      },
    ),
  );

export const arbitraryPacket: fc.Arbitrary<Packet> = fc
  .record({
    family: fc.constantFrom(4 as const, 6 as const),
    ends: fc.tuple(fc.nat(3), fc.nat(3)),
    protocol: fc.constantFrom(6, 6, 17, 132, 1, 58, 253, 4),
    inInterface: fc.constantFrom(
      'cali-a',
      'cali-a',
      'cali-b',
      'cali-b',
      'tap0',
      'cali-unknown',
      'eth0',
      'eth0',
      'eth0',
    ),
    outInterface: fc.constantFrom('cali-a', 'cali-b', 'tap0', 'cali-unknown', 'eth0', undefined),
    sourcePort: fc.constantFrom(80, 443, 79, 61_000),
    destinationPort: fc.constantFrom(80, 443, 79, 4789),
    icmpType: fc.constantFrom(8, 128, 0, 135),
    icmpCode: fc.constantFrom(0, 1),
    spoofed: fc.constantFrom(...Array.from({ length: 6 }, () => false), true),
    state: fc.constantFrom<NonNullable<Packet['state']>>(
      'new',
      'new',
      'new',
      'new',
      'established',
      'related',
      'invalid',
      'untracked',
    ),
  })
  .map(
    ({
      family,
      ends,
      protocol,
      sourcePort,
      destinationPort,
      icmpType,
      icmpCode,
      outInterface,
      ...rest
    }): Packet => {
      const texts = family === 4 ? V4 : V6;
      const [source = 0n, destination = 0n] = ends.map(
        (i) => parseAddress(texts[i % texts.length] ?? '')?.bits,
      );
      const ports = [6, 17, 132].includes(protocol) ? { sourcePort, destinationPort } : {};
      const icmp = protocol === (family === 4 ? 1 : 58) ? { icmpType, icmpCode } : {};
      return {
        family,
        source,
        destination,
        protocol,
        ...ports,
        ...icmp,
        ...rest,
        ...(outInterface === undefined ? {} : { outInterface }),
      };
    },
  );

/** Every kind of match, in every combination that is lowered in a way of its own. */
export function everything(): NodePolicy {
  const http = { ports: [{ first: 80, last: 80 }], namedPorts: ['n:http'] };
  const all: RuleSketch[] = [
    { action: 'allow', protocol: 6, destination: { ports: [{ first: 80, last: 80 }] } },
    {
      action: 'allow',
      protocol: 17,
      source: {
        ports: [
          { first: 1, last: 9 },
          { first: 53, last: 53 },
        ],
      },
    },
    { action: 'deny', protocol: 132, destination: { notPorts: [{ first: 7, last: 9 }] } },
    { action: 'log', protocol: 6, destination: http },
    {
      action: 'allow',
      protocol: 6,
      source: { sets: ['s:mixed'] },
      destination: { ...http, sets: ['s:hosts'] },
    },
    { action: 'pass', protocol: 6, source: { sets: ['s:mixed'] }, destination: { sets: ['s:mixed'] } },
    { action: 'pass', source: { sets: ['s:mixed'] } },
    {
      action: 'deny',
      source: { notSets: ['s:mixed', 's:hosts'] },
      destination: { notNamedPorts: ['n:http'] },
    },
    {
      action: 'deny',
      protocol: 6,
      destination: { notNamedPorts: ['n:http'], notNets: ['10.0.0.0/8', '11.0.0.0/8', 'fd00::/8'] },
    },
    { action: 'allow', source: { nets: ['10.0.0.0/8', '10.1.0.0/16', 'fd00::1/128'] } },
    { action: 'allow', family: 4, protocol: 1, icmp: { type: 8, code: 0 } },
    { action: 'allow', notIcmp: { type: 8, code: 0 }, destination: { sets: ['s:mixed'] } },
    { action: 'log', notIcmp: { type: 8, code: 0 } },
    { action: 'deny', notIcmp: { type: 8 } },
    { action: 'allow', family: 6 },
    { action: 'deny', notProtocol: 6, annotations: [['note', 'say "hi"\n']] },
    { action: 'pass' },
  ];
  const passes: RuleSketch[] = [
    { action: 'pass', protocol: 6, source: { sets: ['s:mixed'] }, destination: { sets: ['s:mixed'] } },
    { action: 'pass' },
  ];
  const tiers: Record<string, TierSketch> = {
    first: { defaultAction: 'Pass', policies: { empty: { ingress: [] }, a: { ingress: all, egress: all } } },
    second: { policies: { b: { ingress: passes }, c: { ingress: all, egress: all } } },
    default: { policies: { d: { ingress: passes } } },
  };
  const profiles = { p1: { ingress: all, egress: all }, p2: { ingress: passes, egress: passes } };
  return nodePolicy(
    { a: { tiers, profiles }, b: { tiers, profiles }, tap: { interfaceName: 'tap0', tiers, profiles } },
    { ipSets: SETS },
  );
}
