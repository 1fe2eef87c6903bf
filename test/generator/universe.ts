// The small world in which random resources and packets live: few names, labels, addresses and ports, so that things
// meet. The lab of the kernel tests is built after it, once; resources change, the world stays.
import { type Family, parseAddress, parsePrefix, prefixContains } from '../../src/net/index.ts';
import type { HostFacts } from '../../src/policy/index.ts';
import { labFacts, type LabSpec } from '../lab/plan.ts';

export const NODE = 'nodea';
export const OTHER_NODE = 'nodeb';
export const UPLINK = 'uplink0';
/** The second way out, with an outside of its own. */
export const SECOND = 'uplink1';
export const UPLINKS = [UPLINK, SECOND] as const;
export const HOST = { 4: '192.0.2.1', 6: '2001:db8::1' } as const;
export const HOST_SECOND = { 4: '192.0.2.65', 6: '2001:db8:0:2::1' } as const;
/** What is behind the second uplink; everything else that is nowhere is behind the first. */
const BEHIND_SECOND = { 4: '203.0.113.0/24', 6: '2001:db8:77::/48' } as const;

export interface Slot {
  readonly node: string;
  readonly interface: string;
  readonly routes: Readonly<Record<Family, string>>;
  readonly addresses: Readonly<Record<Family, readonly string[]>>;
}

function slot(node: string, name: string, n: number): Slot {
  const site = node === NODE ? 65 : 66;
  const four = `10.${site}.${n}`;
  const six = `fd${site}:0:0:${n}:`;
  return {
    node,
    interface: name,
    routes: { 4: `${four}.0/28`, 6: `${six}:/64` },
    addresses: {
      4: [1, 2, 3, 8].map((last) => `${four}.${last}`),
      6: [1, 2, 3, 8].map((last) => `${six}:${last}`),
    },
  };
}

export const SLOTS: readonly Slot[] = [
  ...[0, 1, 2, 3, 4].map((n) => slot(NODE, `cali${n}`, n)),
  slot(NODE, 'tap0', 5),
  ...[0, 1].map((n) => slot(OTHER_NODE, `calib${n}`, n)),
];

export const OUTSIDE: Readonly<Record<Family, readonly string[]>> = {
  4: ['198.51.100.1', '198.51.100.2', '198.51.100.129', '203.0.113.7', '203.0.113.130', '10.200.0.1'],
  6: [
    '2001:db8:9::1',
    '2001:db8:9::2',
    '2001:db8:9:8000::1',
    '2001:db8:77::7',
    '2001:db8:77:8000::1',
    'fd00:200::1',
  ],
};

/** Nested, so that sets and nets overlap at several depths. */
export const NETS: Readonly<Record<Family, readonly string[]>> = {
  4: [
    '10.0.0.0/8',
    '10.65.0.0/16',
    '10.65.0.0/22',
    '10.65.1.0/28',
    '10.65.2.0/30',
    '10.65.3.1/32',
    '10.65.0.2/31',
    '10.66.0.0/16',
    '10.66.1.0/29',
    '198.51.100.0/24',
    '198.51.100.0/25',
    '198.51.100.1/32',
    '203.0.113.0/24',
    '128.0.0.0/1',
    '0.0.0.0/1',
    '10.65.0.8/29',
    '10.65.4.0/28',
    '192.0.2.1/32',
    '10.65.5.0/28',
  ],
  6: [
    'fd00::/8',
    'fd65::/16',
    'fd65:0:0:1::/64',
    'fd65:0:0:2::/126',
    'fd65:0:0:3::1/128',
    'fd65::2/127',
    'fd66::/16',
    'fd66:0:0:1::/125',
    '2001:db8:9::/48',
    '2001:db8:9::/49',
    '2001:db8:9::1/128',
    '2001:db8::/32',
    '8000::/1',
    '::/1',
    'fd65::8/125',
    'fd65:0:0:4::/64',
    '2001:db8::1/128',
    'fd65:0:0:5::/64',
  ],
};
export const EVERYTHING: Readonly<Record<Family, string>> = { 4: '0.0.0.0/0', 6: '::/0' };

export const PORTS = [22, 53, 79, 80, 81, 443, 1000, 1024, 2000, 4789, 8080, 65535] as const;
export const PORT_NAMES = ['http', 'dns', 'metrics'] as const;
export const NAMESPACES = ['prod', 'dev'] as const;
export const SERVICES = ['db', 'api'] as const;
export const ACCOUNTS = ['builder', 'runner'] as const;

/** Label → values. `constructor` is a label like any other. */
export const LABELS: Readonly<Record<string, readonly string[]>> = {
  app: ['web', 'web-api', 'db'],
  env: ['prod', 'dev', ''],
  'example.com/role': ['front', 'back'],
  constructor: ['yes'],
};
export const NAMESPACE_LABELS: Readonly<Record<string, readonly string[]>> = {
  team: ['red', 'blue'],
  'projectcalico.org/name': NAMESPACES,
};
export const ACCOUNT_LABELS: Readonly<Record<string, readonly string[]>> = {
  level: ['low', 'high'],
  'projectcalico.org/name': ACCOUNTS,
};

const known = new Map<string, bigint>();

export function bitsOf(text: string): bigint {
  const bits = known.get(text) ?? parseAddress(text)?.bits;
  if (bits === undefined) throw new Error(`not an address: ${text}`);
  known.set(text, bits);
  return bits;
}

const ROUTES = SLOTS.flatMap((one) =>
  ([4, 6] as const).flatMap((family) => {
    const prefix = parsePrefix(one.routes[family])?.prefix;
    return prefix ? [{ slot: one, prefix }] : [];
  }),
);

const behindSecond = ([4, 6] as const).flatMap((family) => parsePrefix(BEHIND_SECOND[family])?.prefix ?? []);

/** Where `node` sends a packet for this address: an interface, or `undefined` for itself. */
export function routeTo(node: string, family: Family, destination: bigint): string | undefined {
  if (node === NODE && [HOST, HOST_SECOND].some((one) => destination === bitsOf(one[family])))
    return undefined;
  const to = { family, bits: destination };
  const found = ROUTES.find((route) => route.slot.node === node && prefixContains(route.prefix, to));
  if (found) return found.slot.interface;
  return node === NODE && behindSecond.some((prefix) => prefixContains(prefix, to)) ? SECOND : UPLINK;
}

/** The lab in which packets of NODE are real. */
export function labSpec(name: string): LabSpec {
  return {
    name,
    workloads: SLOTS.filter((one) => one.node === NODE).map((one) => ({
      interface: one.interface,
      routes: [one.routes[4], one.routes[6]],
    })),
    // Full lengths: no network is on the link, so that nothing is ever asked who has an address.
    nodeAddresses: [`${HOST[4]}/32`, `${HOST[6]}/128`],
    uplinks: [
      {
        interface: SECOND,
        routes: [BEHIND_SECOND[4], BEHIND_SECOND[6]],
        addresses: [`${HOST_SECOND[4]}/32`, `${HOST_SECOND[6]}/128`],
      },
    ],
  };
}

const FACTS = labFacts(labSpec('facts'));
/** What each host contributes; that of NODE is what its lab says. */
export function factsOf(node: string): HostFacts {
  return node === NODE ? FACTS : { interfaces: [{ name: UPLINK, addresses: ['192.0.2.2', '2001:db8::2'] }] };
}
