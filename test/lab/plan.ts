// The address plan of a lab: which names, interfaces, prefixes and settings its namespaces have. Pure.
import type { HostFacts } from '../../src/policy/index.ts';

export interface LabWorkload {
  /** Host-side interface. */
  readonly interface: string;
  /** Prefixes that the node routes to it; the plain addresses among them are its own when it answers. */
  readonly routes: readonly string[];
}

export interface LabUplink {
  readonly interface: string;
  /** Prefixes that the node routes out there. */
  readonly routes: readonly string[];
  /** Addresses of the node on it, with length. */
  readonly addresses: readonly string[];
}

export interface LabSpec {
  /** Prefix of the namespaces' names, unique per lab; at most 8 characters. */
  readonly name: string;
  readonly workloads: readonly LabWorkload[];
  /** Addresses of the node on its uplink, with length. */
  readonly nodeAddresses: readonly string[];
  /** Further uplinks, each with an outside host of its own. */
  readonly uplinks?: readonly LabUplink[];
  /** Addresses of the outside host when it answers, with length; everything that is routed nowhere else goes to it. */
  readonly outsideAddresses?: readonly string[];
  /** Workloads and the outside host own their addresses and answer (for people); else nobody answers (for probes). */
  readonly answers?: boolean;
}

export const UPLINK = 'uplink0';
/** Packets from the node itself carry this mark; all else that it would say (resets, errors) is swallowed. */
export const HOST_MARK = 0x77;

export const SETTINGS_NODE: Readonly<Record<string, string>> = {
  'net/ipv4/ip_forward': '1',
  'net/ipv6/conf/all/forwarding': '1',
  // Linux checks UDP-Lite checksums wrongly and would call every such packet invalid.
  '-net/netfilter/nf_conntrack_checksum': '0',
  ...both('all'),
  ...both('default'),
  'net/ipv6/conf/default/accept_dad': '0',
  'net/ipv6/conf/default/dad_transmits': '0',
  'net/ipv6/conf/default/accept_ra': '0',
  'net/ipv6/conf/default/addr_gen_mode': '1',
  'net/ipv6/conf/default/router_solicitations': '0',
};

function both(which: 'all' | 'default'): Record<string, string> {
  return {
    [`net/ipv4/conf/${which}/rp_filter`]: '0',
    [`net/ipv4/conf/${which}/accept_local`]: '1',
    [`net/ipv4/conf/${which}/send_redirects`]: '0',
    [`net/ipv4/conf/${which}/accept_redirects`]: '0',
    [`net/ipv4/conf/${which}/log_martians`]: '0',
    [`net/ipv6/conf/${which}/accept_redirects`]: '0',
  };
}

/** Without IPv6 of its own a silent namespace says nothing (no MLD, no solicitations); packet sockets see all the same. */
export const SETTINGS_SILENT: Readonly<Record<string, string>> = {
  'net/ipv6/conf/all/disable_ipv6': '1',
  'net/ipv6/conf/default/disable_ipv6': '1',
  'net/ipv4/conf/all/arp_ignore': '8',
};

export const SETTINGS_ANSWERING: Readonly<Record<string, string>> = {
  'net/ipv6/conf/default/accept_dad': '0',
  'net/ipv6/conf/default/accept_ra': '0',
  'net/ipv6/conf/default/router_solicitations': '0',
  'net/ipv4/ping_group_range': '0 0',
};

const hex = (n: number): string => n.toString(16).padStart(2, '0');
/** MAC of the node's end and of the far end of link `n` (0 is the uplink). */
export const nodeMac = (n: number): string => `02:00:00:00:00:${hex(n)}`;
export const farMac = (n: number): string => `02:00:00:00:01:${hex(n)}`;

const HOPS = {
  4: (n: number) => `169.254.100.${n + 1}`,
  6: (n: number) => `fe80::100:${hex(n + 1)}`,
} as const;
const GATEWAY = { 4: '169.254.1.1', 6: 'fe80::1' } as const;
const ANY = { 4: '0.0.0.0/0', 6: '::/0' } as const;
const familyOf = (text: string): 4 | 6 => (text.includes(':') ? 6 : 4);

/** The node's links in the order of their numbers: the uplink, the workloads, further uplinks. */
export function linksOf(spec: LabSpec): LabUplink[] {
  return [
    { interface: UPLINK, routes: ['0.0.0.0/0', '::/0'], addresses: spec.nodeAddresses },
    ...spec.workloads.map((workload) => ({ ...workload, addresses: [] })),
    ...(spec.uplinks ?? []),
  ];
}

/**
 * `ip -batch` lines run inside the node's namespace. Each link has one next hop per family with a permanent neighbour,
 * so that any prefix can be routed to it and nobody ever asks who has an address.
 */
export function nodeBatch(spec: LabSpec, far: (n: number) => string): string[] {
  const links = linksOf(spec);
  const lines = links.flatMap((link, n) => [
    `link add ${link.interface} address ${nodeMac(n)} type veth peer name eth0 address ${farMac(n)} netns ${far(n)}`,
  ]);
  lines.push('link add fence0 type veth peer name fence1', 'link set fence0 up', 'link set fence1 up');
  for (const [n, link] of links.entries()) {
    for (const address of link.addresses)
      lines.push(`addr add ${address} dev ${link.interface}${familyOf(address) === 6 ? ' nodad' : ''}`);
    lines.push(`link set ${link.interface} up`);
    for (const family of [4, 6] as const)
      lines.push(`neigh add ${HOPS[family](n)} lladdr ${farMac(n)} dev ${link.interface} nud permanent`);
    for (const route of link.routes) {
      const family = familyOf(route);
      lines.push(`route add ${route} via ${HOPS[family](n)} dev ${link.interface} onlink`);
    }
  }
  return lines;
}

/**
 * Lines for `ip -4 -batch` and `ip -6 -batch` on the node: nothing of its own leaves it, but packets with our mark. The
 * upper half of the mark belongs to policy, and a packet that is DNATed on its way out is routed once more with it. The
 * check of sources looks for routes like the host's own packets do, but without ports (or the type of a message, which
 * stands in the place of a port): so only look-ups that have those are swallowed. An echo reply is of type 0.
 */
export const SILENCE: Readonly<Record<4 | 6, readonly string[]>> = {
  4: silence(['tcp', 'udp', 'sctp', 'udplite', 'icmp']),
  6: silence(['tcp', 'udp', 'sctp', 'udplite', 'ipv6-icmp']),
};
/** For a node that says nothing. */
export const SETTINGS_SPEECHLESS: Readonly<Record<string, string>> = { 'net/ipv4/icmp_echo_ignore_all': '1' };

function silence(protocols: readonly string[]): string[] {
  return [
    `rule add pref 10 iif lo fwmark ${HOST_MARK}/0xffff lookup main`,
    ...protocols.map((name, n) => `rule add pref ${11 + n} iif lo ipproto ${name} dport 1-65534 blackhole`),
  ];
}

/** `ip -batch` lines run inside the namespace at the far end of link `n`. */
export function farBatch(spec: LabSpec, n: number): string[] {
  const lines = ['link set lo up', 'link set eth0 up'];
  if (!spec.answers) return lines;
  const own = n === 0 ? (spec.outsideAddresses ?? []) : (spec.workloads[n - 1]?.routes ?? []);
  for (const address of own)
    lines.push(`addr add ${address} dev eth0${familyOf(address) === 6 ? ' nodad' : ''}`);
  for (const family of [4, 6] as const) {
    lines.push(
      `neigh add ${GATEWAY[family]} lladdr ${nodeMac(n)} dev eth0 nud permanent`,
      `route add ${ANY[family]} via ${GATEWAY[family]} dev eth0 onlink`,
    );
  }
  return lines;
}

/** What the node of this lab contributes to rendering and judging. */
export function labFacts(spec: LabSpec): HostFacts {
  return {
    interfaces: [
      { name: 'lo', addresses: ['127.0.0.1', '::1'] },
      ...linksOf(spec).map((link) => ({
        name: link.interface,
        addresses: link.addresses.map((address) => address.split('/')[0] ?? address),
      })),
    ],
  };
}
