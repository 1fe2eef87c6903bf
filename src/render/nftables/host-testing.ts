// Test code: random host endpoints and packets for them, beside the workloads of testing.ts.
import * as fc from 'fast-check';
import { parseAddress } from '../../net/index.ts';
import type { Failsafe, NodePolicy } from '../../policy/index.ts';
import type { Packet } from '../../verdict/index.ts';
import { type HostSketch, nodePolicy, type TierSketch } from '../../verdict/testing.ts';
import { arbitraryPacket, arbitrarySources, rules, SETS, tier } from './testing.ts';

const failsafe: fc.Arbitrary<Failsafe> = fc.oneof(
  fc.record({ protocol: fc.constantFrom(6, 17), port: fc.constantFrom(80, 443, 79) }),
  fc.record({
    protocol: fc.constantFrom(6, 17),
    port: fc.constantFrom(80, 443),
    net: fc.constantFrom('10.0.0.0/24', 'fd00::/64'),
  }),
);
const failsafes = fc.array(failsafe, { maxLength: 2 });

const sometimes = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 3, arbitrary: value });

/** Host endpoints on `eth0` and `eth1`, and perhaps `*`; policies shared with workloads `a` and `tap`. */
export const arbitraryHostPolicy: fc.Arbitrary<NodePolicy> = fc
  .record({
    t1: tier('t1'),
    t2: tier('t2'),
    u1: tier('u1'),
    u2: tier('u2'),
    p1: fc.record({ ingress: rules, egress: rules }),
    any: fc.boolean(),
    untracked: sometimes(fc.subarray(['u1', 'u2'], { minLength: 1 })),
    preDnat: sometimes(fc.subarray(['u1', 'u2'])),
    forward: fc.subarray(['t1', 't2']),
    anyPreDnat: fc.boolean(),
    anyForward: fc.boolean(),
    drop: fc.boolean(),
    invalid: fc.boolean(),
    discovery: fc.boolean(),
    reject: fc.boolean(),
    inbound: failsafes,
    outbound: failsafes,
    sources: arbitrarySources,
  })
  .map((the) => {
    const { t1, t2, u1, u2, p1 } = the;
    const tiers: Readonly<Record<string, TierSketch>> = { t1, t2, u1, u2 };
    const some = (names: readonly string[] = []) =>
      Object.fromEntries(names.map((name) => [name, tiers[name]!]));
    const eth0: HostSketch = {
      interfaceName: 'eth0',
      lists: {
        untracked: some(the.untracked),
        preDnat: some(the.preDnat),
        forward: some(the.forward),
        normal: { t1, t2 },
      },
      profiles: { p1 },
    };
    const eth1: HostSketch = {
      interfaceName: 'eth1',
      lists: { untracked: some(the.untracked?.slice(1)), normal: { t2 } },
    };
    const all: HostSketch = {
      interfaceName: '*',
      lists: {
        untracked: { u1 },
        preDnat: the.anyPreDnat ? { u2 } : {},
        forward: the.anyForward ? { t2 } : {},
        normal: { t1 },
      },
      profiles: { p1 },
    };
    const { nftables } = nodePolicy({}).config;
    const config = {
      endpointToHostAction: the.drop ? 'drop' : 'accept',
      dropInvalid: the.invalid,
      hostNeighbourDiscovery: the.discovery,
      failsafeInbound: the.inbound,
      failsafeOutbound: the.outbound,
      ...the.sources.config,
      nftables: { ...nftables, denyAction: the.reject ? 'reject' : 'drop' },
    } as const;
    return nodePolicy(
      {
        a: { tiers: { t1, u1 }, profiles: { p1 } },
        tap: { interfaceName: 'tap0', tiers: { t2 }, profiles: { p1 }, ...the.sources.endpoint },
      },
      {
        ipSets: SETS,
        config,
        masquerade: the.sources.masquerade,
        hosts: { eth0, eth1, ...(the.any ? { all } : {}) },
      },
    );
  });

/** As often as all others together. */
const HOST = Array.from({ length: 5 }, () => undefined);
const V4 = ['10.0.0.2', '11.0.0.1'];
const V6 = ['fd00::2', 'fd01::1'];

export const arbitraryHostPacket: fc.Arbitrary<Packet> = fc
  .record({
    packet: arbitraryPacket,
    from: fc.constantFrom('eth0', 'eth0', 'eth0', 'eth1', 'eth2', 'cali-a', 'tap0', ...HOST),
    to: fc.constantFrom('eth0', 'eth0', 'eth1', 'eth2', 'cali-a', 'tap0', undefined, undefined),
    icmpType: fc.constantFrom(8, 128, 133, 134, 136),
    dnat: fc.option(fc.nat(1), { freq: 2 }),
    dnatPort: fc.constantFrom(80, 443, 79),
  })
  .map(({ packet, from, to, icmpType, dnat, dnatPort }): Packet => {
    const { inInterface: _in, outInterface: _out, ...rest } = packet;
    const out = to ?? (from === undefined ? 'eth0' : undefined);
    const connection = rest.state === 'new' || rest.state === 'established' || rest.state === 'related';
    const original = parseAddress((rest.family === 4 ? V4 : V6)[dnat ?? 0] ?? '')?.bits ?? 0n;
    return {
      ...rest,
      ...(from !== undefined && { inInterface: from }),
      ...(out !== undefined && { outInterface: out }),
      ...(rest.icmpType !== undefined && { icmpType }),
      ...(dnat !== null &&
        connection && {
          originalDestination: original,
          ...(rest.destinationPort !== undefined && { originalDestinationPort: dnatPort }),
        }),
    };
  });
