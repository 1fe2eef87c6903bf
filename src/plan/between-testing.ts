// Test code: policies that move between the lists of a host endpoint, which iptables judges in different tables; checks of
// sources, in a table of their own, that change beside policy; and what is to be looked for while one gives way to another,
// table by table.
import * as fc from 'fast-check';
import type { Ipset } from '../ipsets/index.ts';
import type { NodePolicy } from '../policy/index.ts';
import { simulate, type Tables } from '../render/iptables/simulate.ts';
import { arbitraryHostPacket, arbitraryHostPolicy } from '../render/nftables/host-testing.ts';
import type { Packet } from '../verdict/index.ts';
import { type HostSketch, nodePolicy, packet, type PolicySketch } from '../verdict/testing.ts';

const LISTS = ['untracked', 'preDnat', 'forward', 'normal'] as const;
type List = (typeof LISTS)[number];

const deny: PolicySketch = { ingress: [{ action: 'deny', source: { nets: ['10.0.0.1/32'] } }] };
const both: PolicySketch = { ingress: [...(deny.ingress ?? []), { action: 'allow' }] };
const allow: PolicySketch = { ingress: [{ action: 'allow' }] };
const other: PolicySketch = { ingress: [{ action: 'deny', source: { nets: ['10.0.0.2/32'] } }] };

/** A policy in each of these lists; whatever is left over in filter allows. */
function host(lists: Partial<Record<List, PolicySketch>>): NodePolicy {
  const tiers = LISTS.map((list): [List, NonNullable<NonNullable<HostSketch['lists']>[List]>] => {
    const policy = lists[list];
    const rest = list === 'normal' || list === 'forward' ? { rest: { policies: { rest: allow } } } : {};
    return [list, { ...(policy && { t: { defaultAction: 'Pass', policies: { [list]: policy } } }), ...rest }];
  });
  return nodePolicy({}, { hosts: { up: { interfaceName: 'up0', lists: Object.fromEntries(tiers) } } });
}

export const moves = LISTS.flatMap((a) => LISTS.filter((b) => b !== a).map((b): [List, List] => [a, b]));

/** From one list to another, before and after. */
export function changesOfMove(from: List, to: List): [NodePolicy, NodePolicy][] {
  return [
    [host({ [from]: deny }), host({ [to]: deny })],
    [host({ [from]: both }), host({ [to]: both })],
    // One goes as the other comes, which no order of the tables alone gets right.
    [host({ [from]: deny, [to]: other }), host({ [from]: other, [to]: deny })],
  ];
}

/** Of a workload that may spoof or not, and whose policy allows or denies what it sends. */
export function sender(action: 'allow' | 'deny', spoofable: readonly string[]): NodePolicy {
  const tiers = { t: { policies: { [action]: { egress: [{ action }] } } } };
  return nodePolicy({ a: { spoofable, tiers } }, { config: { allowSpoofing: true } });
}

/** The check of sources loosens while policy tightens, the reverse, and from one prefix to another; what both deny. */
export const changesOfSources: readonly (readonly [NodePolicy, NodePolicy])[] = [
  [sender('allow', []), sender('deny', ['10.0.0.0/8'])],
  [sender('deny', ['10.0.0.0/8']), sender('allow', [])],
  [sender('allow', ['10.0.0.1/32']), sender('deny', ['10.0.0.2/32'])],
  [sender('deny', ['10.0.0.1/32', '10.0.0.2/32']), sender('allow', ['10.0.0.3/32'])],
];

export const spoofedPackets: readonly Packet[] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((from) =>
  packet({ from, inInterface: 'cali-a', outInterface: 'eth0', spoofed: true }),
);

export const movePackets: readonly Packet[] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].flatMap((from) => [
  packet({ from, inInterface: 'up0', destinationPort: 81 }),
  packet({ from, inInterface: 'up0', outInterface: 'other0', destinationPort: 81 }),
]);

interface TrackingSketch {
  readonly untracked?: PolicySketch;
  readonly preDnat?: PolicySketch;
  readonly workload?: boolean;
  readonly markMask?: number;
}

/** A workload that lets nothing in, behind a host that forwards everything; and what the host sends is denied. */
function forwarding({ untracked, preDnat, workload = true, markMask }: TrackingSketch): NodePolicy {
  const { iptables } = nodePolicy({}).config;
  return nodePolicy(
    workload ? { a: { tiers: { t: { policies: { none: { ingress: [{ action: 'deny' }] } } } } } } : {},
    {
      config: markMask === undefined ? {} : { iptables: { ...iptables, markMask } },
      hosts: {
        up: {
          interfaceName: 'up0',
          lists: {
            ...(untracked && { untracked: { t: { defaultAction: 'Pass', policies: { untracked } } } }),
            ...(preDnat && { preDnat: { t: { defaultAction: 'Pass', policies: { preDnat } } } }),
            forward: { t: { policies: { forward: allow } } },
            normal: { t: { policies: { normal: { egress: [{ action: 'deny' }] } } } },
          },
        },
      },
    },
  );
}

/**
 * What is left untracked is denied behind raw, where an established packet would pass: from one such policy to another; to
 * one that denies before DNAT; to one that does not know the workload. And the mark by which filter hands on to mangle.
 */
export const changesOfTracking: readonly (readonly [NodePolicy, NodePolicy])[] = [
  [forwarding({ untracked: allow, preDnat: other }), forwarding({ untracked: both, preDnat: deny })],
  [forwarding({ untracked: allow }), forwarding({ preDnat: deny })],
  [forwarding({ preDnat: deny }), forwarding({ untracked: allow })],
  [forwarding({ untracked: allow }), forwarding({ untracked: other, workload: false })],
  [forwarding({ untracked: other, workload: false }), forwarding({ untracked: allow })],
  [forwarding({ untracked: allow }), forwarding({ workload: false })],
  [forwarding({ untracked: allow, markMask: 0x30000 }), forwarding({ untracked: both, markMask: 0x60000 })],
];

export const trackedPackets: readonly Packet[] = [
  ...(['established', 'related', 'new', 'invalid'] as const).flatMap((state) =>
    ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((from) =>
      packet({ from, state, inInterface: 'up0', outInterface: 'cali-a', destinationPort: 81 }),
    ),
  ),
  packet({ outInterface: 'up0', originalDestination: 1n }),
];

const ONE_IN_FOUR = fc.constantFrom(true, false, false, false);

/** Any policy; workloads come and go from one to another, and the mask may change. */
export const arbitraryPolicy: fc.Arbitrary<NodePolicy> = fc
  .tuple(
    arbitraryHostPolicy,
    fc.record({ a: ONE_IN_FOUR, tap: ONE_IN_FOUR }),
    fc.constantFrom(1, 0, 0, 0, 0, 0, 0, 0),
  )
  .map(([policy, gone, mask]) => {
    const endpoints = [...policy.endpoints].filter(([id]) => !(id.endsWith('/tap') ? gone.tap : gone.a));
    const { config } = policy;
    const iptables = mask === 1 ? { ...config.iptables, markMask: 0x60000 } : config.iptables;
    return { ...policy, endpoints: new Map(endpoints), config: { ...config, iptables } };
  });

/** As many that conntrack knows as others, and as many from a host's interface to a workload. */
export const arbitrarySent: fc.Arbitrary<Packet> = fc
  .tuple(arbitraryHostPacket, fc.boolean(), fc.boolean())
  .map(([sent, known, forwarded]): Packet => {
    const state = known && sent.state !== 'untracked' ? ({ state: 'established' } as const) : {};
    const way = forwarded ? { inInterface: 'eth0', outInterface: 'tap0' } : {};
    return { ...sent, ...state, ...way };
  });

/** Packets that the first and the last state deny and one between them lets through, with its number. */
export function openIn(
  states: readonly Tables[],
  ipsets: ReadonlyMap<string, Ipset>,
  packets: readonly Packet[],
): readonly { readonly sent: Packet; readonly open: number }[] {
  return packets.flatMap((sent) => {
    const allows = (tables: Tables | undefined) =>
      tables !== undefined && simulate(tables, ipsets, sent).verdict === 'allow';
    if (allows(states[0]) || allows(states.at(-1))) return [];
    const open = states.findIndex(allows);
    return open < 0 ? [] : [{ sent, open }];
  });
}

/** As iptables-save prints it. */
export function savedText(tables: Tables): string {
  return [...tables]
    .map(([table, chains]) =>
      [
        `*${table}`,
        ...[...chains.keys()].map((name) => `:${name} ${name.startsWith('tortie-') ? '-' : 'ACCEPT'} [0:0]`),
        ...[...chains].flatMap(([name, rules]) => rules.map((rule) => `-A ${name} ${rule}`.trim())),
        'COMMIT\n',
      ].join('\n'),
    )
    .join('');
}
