// From the sets of a NodePolicy to ipsets: one per family and use, typed by what the members are.
import { problem, TortieError } from '../errors/problem.ts';
import type { Family, PortRange } from '../net/types.ts';
import type { IpSet } from '../policy/node-policy.ts';
import { splitByFamily } from './members.ts';
import { ipsetName } from './name.ts';
import type { Ipset, IpsetUse } from './types.ts';

const split = new WeakMap<IpSet, Readonly<Record<Family, readonly string[]>>>();

function membersOf(set: IpSet, family: Family): readonly string[] {
  let both = split.get(set);
  if (both === undefined) split.set(set, (both = splitByFamily(set.members)));
  return both[family];
}

/** The name alone, without building the set: what the rules that refer to it need. */
export function netIpsetName(set: IpSet, family: Family, use: IpsetUse): string {
  return ipsetName(family, use, use === 'mixed' ? [set.id, ...membersOf(set, family)] : [set.id]);
}

/**
 * The ipset of one family; without members of that family it is empty, but rules can refer to it. `maxelem`: how many
 * members it may have, since ipset's own default is 65536, then "Hash is full". Throws TortieError `ipsets/too-large`.
 */
export function buildIpset(set: IpSet, family: Family, use: IpsetUse, maxelem: number): Ipset {
  const members = membersOf(set, family);
  if (members.length > maxelem) throw tooLarge(set, family, members.length, maxelem);
  return {
    name: netIpsetName(set, family, use),
    type: set.type === 'net' ? 'hash:net' : 'hash:ip,port',
    family,
    options: `maxelem ${maxelem}`,
    members,
    use,
    description: set.description,
  };
}

function tooLarge(set: IpSet, family: Family, count: number, maxelem: number): TortieError {
  const message = `the IP set of ${set.description} has ${count} members for IPv${family}, and ${maxelem} at most are allowed`;
  return new TortieError([
    problem('ipsets/too-large', message, {
      hint: 'raise maxIpsetSize in FelixConfiguration, or use the nftables dataplane, whose sets have no limit',
    }),
  ]);
}

/** Ports as a bitmap, named by its content, so it never changes; `ranges` are normalised. It knows no protocol. */
export function portIpset(ranges: readonly PortRange[]): Ipset {
  const members: string[] = [];
  for (const { first, last } of ranges)
    for (let port = first; port <= last; port++) members.push(String(port));
  const description = ranges
    .map((r) => (r.first === r.last ? `${r.first}` : `${r.first}-${r.last}`))
    .join(',');
  return {
    name: ipsetName('p', 'mixed', [description]),
    type: 'bitmap:port',
    options: 'range 0-65535',
    members,
    use: 'mixed',
    description: `ports ${description}`,
  };
}
