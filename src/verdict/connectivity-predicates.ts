// What policy can ask of an address: is it in this set, in these nets, in this set of named ports. Two addresses with
// the same answers to all that a list of rules asks are the same to that list; connectivity rests on this.
import { type Address, formatAddress, parseMember, parsePrefix, type Prefix } from '../net/index.ts';
import type { IpSet, LocalEndpoint, NodePolicy, Rule, Side } from '../policy/index.ts';
import type { Direction } from '../resources/types.ts';
import { indexPrefixes, netIndexOf } from './set-index.ts';

export interface Predicate {
  /** The same question has the same id on every node of one input. */
  readonly id: string;
  /** Prefixes at whose edges the answer may change for addresses that are nobody's; empty for named ports. */
  prefixes(): readonly Prefix[];
  /** 0 for no, another number for each different yes. */
  answer(address: Address): number;
}

export function rulesOf(policy: NodePolicy): Rule[] {
  return [...policy.policies.values(), ...policy.profiles.values()].flatMap((p) => [
    ...p.ingress,
    ...p.egress,
  ]);
}

/** Every predicate of these policies, by id, sorted. */
export function predicatesOf(policies: readonly NodePolicy[]): ReadonlyMap<string, Predicate> {
  const found = new Map<string, Predicate>();
  for (const policy of policies) {
    for (const rule of rulesOf(policy)) {
      for (const side of [rule.source, rule.destination]) {
        for (const id of idsOfSide(side)) if (!found.has(id)) found.set(id, predicate(id, side, policy));
      }
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Ids of the predicates that an endpoint's list asks of the source, or of the destination; sorted. */
export function askedBy(
  policy: NodePolicy,
  endpoint: LocalEndpoint,
  direction: Direction,
  side: 'source' | 'destination',
): readonly string[] {
  const rules = rulesOfList(policy, endpoint, direction);
  return [...new Set(rules.flatMap((rule) => idsOfSide(rule[side])))].sort();
}

/** The rules that an endpoint's list has in one direction. */
export function rulesOfList(policy: NodePolicy, endpoint: LocalEndpoint, direction: Direction): Rule[] {
  return [
    ...endpoint.tiers.flatMap((tier) =>
      tier[direction].flatMap((key) => policy.policies.get(key)?.[direction] ?? []),
    ),
    ...endpoint.profiles.flatMap((name) => policy.profiles.get(name)?.[direction] ?? []),
  ];
}

function idsOfSide(side: Side): string[] {
  const nets = [side.nets, side.notNets]
    .filter((list) => list.length > 0)
    .map((list) => `nets:${list.join(' ')}`);
  return [...nets, ...side.sets, ...side.notSets, ...side.namedPorts, ...side.notNamedPorts];
}

function predicate(id: string, side: Side, policy: NodePolicy): Predicate {
  const set = policy.ipSets.get(id);
  if (set !== undefined) return set.type === 'net' ? netSet(set) : portSet(set);
  const list = [side.nets, side.notNets].find((nets) => `nets:${nets.join(' ')}` === id) ?? [];
  const prefixes = list.flatMap((text) => parsePrefix(text)?.prefix ?? []);
  const index = indexPrefixes(prefixes);
  return { id, prefixes: () => prefixes, answer: (a) => (index.has(a.family, a.bits) ? 1 : 0) };
}

function netSet(set: IpSet): Predicate {
  const index = netIndexOf(set);
  const prefixes = () => [...set.members].flatMap((text) => parsePrefix(text)?.prefix ?? []);
  return { id: set.id, prefixes, answer: (a) => (index.has(a.family, a.bits) ? 1 : 0) };
}

/** An address answers with which of its ports are in the set. */
function portSet(set: IpSet): Predicate {
  const ports = new Map<string, string[]>();
  for (const text of [...set.members].sort()) {
    const member = parseMember(text);
    if (member.kind !== 'port') continue;
    const address = formatAddress(member.address);
    ports.set(address, [...(ports.get(address) ?? []), `${member.protocol}:${member.port}`]);
  }
  const kinds = new Map<string, number>();
  const answers = new Map<string, number>();
  for (const [address, list] of ports) {
    const kind = list.join(' ');
    if (!kinds.has(kind)) kinds.set(kind, kinds.size + 1);
    answers.set(address, kinds.get(kind) ?? 0);
  }
  return { id: set.id, prefixes: () => [], answer: (a) => answers.get(formatAddress(a)) ?? 0 };
}
