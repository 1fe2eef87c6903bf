// IP sets → nft sets, per family. Addresses are in a hash set, prefixes in an interval set that we keep disjoint, since
// adding one address to a table with thousands of interval sets takes seconds. The set of prefixes exists only while it
// has members; the set of addresses always, so that the usual change is one element.
//
// A content set (id `c:…`) never changes: with a prefix in it, it is one interval set, and no match has to ask twice.
import {
  disjoint,
  formatPrefix,
  parseMember,
  type Family,
  type PortRange,
  type Prefix,
  sortMembers,
} from '../../net/index.ts';
import type { IpSet } from '../../policy/index.ts';
import { uniqueId } from '../../selector/index.ts';
import type { NftSet } from '../ruleset.ts';
import { objectName } from './quote.ts';

/** The nft sets that together hold the members of one family; one or two. */
export type SetHalves = readonly NftSet[];

const ADDRESS_TYPES: Readonly<Record<Family, string>> = { 4: 'ipv4_addr', 6: 'ipv6_addr' };
const FULL_LENGTH: Readonly<Record<Family, string>> = { 4: '/32', 6: '/128' };

const cache = new WeakMap<IpSet, Readonly<Record<Family, SetHalves>>>();

export function setHalves(set: IpSet, family: Family): SetHalves {
  let halves = cache.get(set);
  if (halves === undefined) {
    const split = set.type === 'port' ? portHalves : netHalves;
    halves = { 4: split(set, 4), 6: split(set, 6) };
    cache.set(set, halves);
  }
  return halves[family];
}

function netHalves(set: IpSet, family: Family): SetHalves {
  const addresses: string[] = [];
  const prefixes: string[] = [];
  for (const member of membersOf(set, family)) {
    (member.endsWith(FULL_LENGTH[family]) ? addresses : prefixes).push(member);
  }
  const content = set.id.startsWith('c:');
  const hash = (): NftSet => ({
    name: setName(set, family),
    type: ADDRESS_TYPES[family],
    interval: false,
    elements: sortMembers(addresses).map(withoutFullLength),
    description: set.description,
  });
  const intervals = (members: readonly string[]): NftSet => ({
    name: `${setName(set, family)}-nets`,
    type: ADDRESS_TYPES[family],
    interval: true,
    elements: disjoint(members.map(prefixOf)).map(formatPrefix).map(withoutFullLength),
    description: set.description,
  });
  if (prefixes.length === 0) return [hash()];
  return content ? [intervals([...addresses, ...prefixes])] : [hash(), intervals(prefixes)];
}

function portHalves(set: IpSet, family: Family): SetHalves {
  const elements = sortMembers(membersOf(set, family)).map(portElement);
  return [
    {
      name: setName(set, family),
      type: `${ADDRESS_TYPES[family]} . inet_proto . inet_service`,
      interval: false,
      elements,
      description: set.description,
    },
  ];
}

/** `10.0.0.1,tcp:80` → `10.0.0.1 . tcp . 80`. */
function portElement(member: string): string {
  const [address = '', service = ''] = member.split(',');
  return `${address} . ${service.replace(':', ' . ')}`;
}

/** Several port ranges, shared by content; the interval flag only where a range needs it. */
export function portRangeSet(ranges: readonly PortRange[]): NftSet {
  const elements = ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  return {
    name: objectName('ports-', uniqueId('p', elements.join(',')).slice(2)),
    type: 'inet_service',
    interval: ranges.some(({ first, last }) => first !== last),
    elements,
  };
}

function setName(set: IpSet, family: Family): string {
  return objectName('set-', `${set.id.replace(':', '-')}-v${family}`);
}

function membersOf(set: IpSet, family: Family): string[] {
  return [...set.members].filter((member) => {
    // The address ends at the comma of a port member, whose port comes behind a colon too.
    const comma = member.indexOf(',');
    const colon = member.indexOf(':');
    return (colon >= 0 && (comma < 0 || colon < comma)) === (family === 6);
  });
}

function prefixOf(member: string): Prefix {
  const parsed = parseMember(member);
  if (parsed.kind !== 'net') throw new TypeError(`not a net: ${member}`);
  return parsed.prefix;
}

/** As nft prints a single address. */
function withoutFullLength(prefix: string): string {
  return prefix.replace(prefix.includes(':') ? /\/128$/ : /\/32$/, '');
}
