// Traffic as classes that no rule tells apart: per protocol the port intervals between the ports that some rule, named
// port or endpoint mentions, ICMP by mentioned type and code, and all other protocols together. Each class has a sample
// packet, so that judging one judges all. What tortie denies by itself (VXLAN and IPIP from workloads) is no class of
// its own: samples avoid it unless somebody mentions it.
import { icmpProtocol, parseMember, protocolName, type Family } from '../net/index.ts';
import type { NodePolicy, Rule } from '../policy/index.ts';
import { rulesOf } from './connectivity-predicates.ts';
import type { Packet } from './packet.ts';

export interface MentionedPort {
  readonly protocol: number;
  readonly port: number;
}

export interface Traffic {
  /** Absent: every protocol that has no class of its own. */
  readonly protocol?: number;
  /** Inclusive; absent when the protocol has no ports. */
  readonly ports?: { readonly first: number; readonly last: number };
  /** Absent type: every type without a class of its own. Absent code: likewise. */
  readonly icmp?: { readonly type?: number; readonly code?: number };
  readonly sample: Pick<Packet, 'protocol' | 'sourcePort' | 'destinationPort' | 'icmpType' | 'icmpCode'>;
}

export type TrafficClasses = Readonly<Record<Family, readonly Traffic[]>>;

const WITH_PORTS: ReadonlySet<number> = new Set([6, 17, 132, 136]);
/** IPIP, which is denied to workloads; ICMP and ICMPv6, which rules may ask for without a protocol. */
const NOT_LIKE_OTHERS: ReadonlySet<number> = new Set([1, 4, 58]);
const ALWAYS = [6, 17, 132] as const;
const LAST_PORT = 65_535;
/** What `explain` sends from too: a client's port, which policies seldom name. */
const CLIENT_PORT = 49_152;

export function trafficClasses(
  policies: readonly NodePolicy[],
  mentioned: readonly MentionedPort[] = [],
): TrafficClasses {
  const rules = policies.flatMap((policy) => rulesOf(policy));
  const avoid = new Set(policies.map((policy) => policy.config.vxlanPort));
  const protocols = new Set<number>([...ALWAYS, ...mentioned.map((m) => m.protocol)]);
  for (const rule of rules)
    for (const p of [rule.protocol, rule.notProtocol]) if (p !== undefined) protocols.add(p);
  const cuts = portCuts(policies, rules, mentioned);
  for (const protocol of cuts.keys()) protocols.add(protocol);
  const classes = (family: Family): Traffic[] => {
    const own = [...protocols].filter((p) => p !== 1 && p !== 58).sort((a, b) => a - b);
    const other = firstOutside(new Set([...protocols, 1, 4, 58]), 253);
    return [
      ...own.flatMap((p) =>
        WITH_PORTS.has(p) ? portClasses(p, cuts.get(p) ?? new Set(), avoid) : single(p),
      ),
      ...icmpClasses(family, rules),
      { sample: { protocol: other } },
    ];
  };
  return { 4: classes(4), 6: classes(6) };
}

const single = (protocol: number): Traffic[] => [{ protocol, sample: { protocol } }];

/** By protocol, the ports at which an interval starts. */
function portCuts(
  policies: readonly NodePolicy[],
  rules: readonly Rule[],
  mentioned: readonly MentionedPort[],
): Map<number, Set<number>> {
  const cuts = new Map<number, Set<number>>();
  const cut = (protocol: number, first: number, last: number) => {
    const starts = cuts.get(protocol) ?? new Set<number>();
    cuts.set(protocol, starts.add(first).add(last + 1));
  };
  for (const { protocol, port } of mentioned) cut(protocol, port, port);
  for (const rule of rules) {
    const ranges = [...rule.destination.ports, ...rule.destination.notPorts];
    const which = rule.protocol === undefined ? WITH_PORTS : [rule.protocol];
    for (const range of ranges) for (const protocol of which) cut(protocol, range.first, range.last);
  }
  for (const policy of policies) {
    for (const set of policy.ipSets.values()) {
      if (set.type !== 'port') continue;
      for (const text of set.members) {
        const member = parseMember(text);
        if (member.kind === 'port') cut(member.protocol, member.port, member.port);
      }
    }
  }
  return cuts;
}

function portClasses(protocol: number, cuts: ReadonlySet<number>, avoid: ReadonlySet<number>): Traffic[] {
  const starts = [...new Set([0, ...cuts])].filter((port) => port <= LAST_PORT).sort((a, b) => a - b);
  return starts.map((first, index): Traffic => {
    const last = (starts[index + 1] ?? LAST_PORT + 1) - 1;
    const from = first === 0 && last > 0 ? 1 : first;
    const destinationPort = from < last && avoid.has(from) ? from + 1 : from;
    const sample = { protocol, sourcePort: CLIENT_PORT, destinationPort };
    return { protocol, ports: { first, last }, sample };
  });
}

function icmpClasses(family: Family, rules: readonly Rule[]): Traffic[] {
  const protocol = icmpProtocol(family);
  const types = new Map<number, Set<number>>();
  for (const rule of rules) {
    for (const match of [rule.icmp, rule.notIcmp]) {
      if (match === undefined || (rule.protocol !== undefined && rule.protocol !== protocol)) continue;
      const codes = types.get(match.type) ?? new Set<number>();
      types.set(match.type, match.code === undefined ? codes : codes.add(match.code));
    }
  }
  const classes = [...types]
    .sort(([a], [b]) => a - b)
    .flatMap(([type, codes]): Traffic[] => {
      const named = [...codes].sort((a, b) => a - b);
      const rest = firstOutside(codes, 0);
      return [
        ...named.map((code) => ({
          protocol,
          icmp: { type, code },
          sample: { protocol, icmpType: type, icmpCode: code },
        })),
        { protocol, icmp: { type }, sample: { protocol, icmpType: type, icmpCode: rest } },
      ];
    });
  // Neighbour discovery is judged by nobody: another type stands for the rest.
  const rest = firstOutside(new Set(types.keys()), 200);
  return [...classes, { protocol, icmp: {}, sample: { protocol, icmpType: rest, icmpCode: 0 } }];
}

function firstOutside(taken: ReadonlySet<number>, start: number): number {
  let n = start;
  while (taken.has(n)) n = (n + 1) % 256;
  return n;
}

/** One class for people: `tcp 80`, `udp 1-52`, `icmp type 8`, `other protocols`. */
export function trafficName({ protocol, ports, icmp }: Traffic): string {
  if (protocol === undefined) return 'other protocols';
  const name = protocol === 58 ? 'icmp' : protocolName(protocol);
  if (ports !== undefined) return `${name} ${portText(ports)}`;
  if (icmp?.type !== undefined)
    return `${name} type ${icmp.type}${icmp.code === undefined ? '' : ` code ${icmp.code}`}`;
  return name;
}

export const portText = ({ first, last }: { readonly first: number; readonly last: number }): string =>
  first === last ? String(first) : `${first}-${last}`;

/**
 * Numbers the classes so that two of one number are the same to these rules (and to what tortie denies by itself): a
 * list of few rules tells few of them apart.
 */
export function alike(traffic: readonly Traffic[], rules: readonly Rule[], policy: NodePolicy): number[] {
  const protocols = new Set(rules.flatMap((r) => [r.protocol ?? [], r.notProtocol ?? []].flat()));
  const ranges = new Set(rules.flatMap((r) => [...r.destination.ports, ...r.destination.notPorts]));
  const named = new Set(rules.flatMap((r) => [...r.destination.namedPorts, ...r.destination.notNamedPorts]));
  const ports = new Set([...named].flatMap((id) => [...(policy.ipSets.get(id)?.members ?? [])].map(portOf)));
  const icmp = rules.some((rule) => rule.icmp !== undefined || rule.notIcmp !== undefined);
  const known = new Map<string, number>();
  return traffic.map(({ sample }) => {
    const { protocol, destinationPort: port } = sample;
    let key = `${protocols.has(protocol) || WITH_PORTS.has(protocol) || NOT_LIKE_OTHERS.has(protocol) ? protocol : 'other'}`;
    if (port !== undefined) {
      for (const { first, last } of ranges) key += port >= first && port <= last ? '+' : '-';
      if (port === policy.config.vxlanPort || ports.has(`${protocol}:${port}`)) key += port;
    } else if (icmp) key += ` ${sample.icmpType} ${sample.icmpCode}`;
    const number = known.get(key) ?? known.size;
    known.set(key, number);
    return number;
  });
}

function portOf(text: string): string {
  const member = parseMember(text);
  return member.kind === 'port' ? `${member.protocol}:${member.port}` : '';
}
