// Members in the form that `ipset save` prints: an address without its full length, a prefix with it, `address,tcp:80`.
// `hash:net` takes no prefix of length 0, so everything is two halves.
import type { Family } from '../net/types.ts';

const HALVES: ReadonlyMap<string, readonly string[]> = new Map([
  ['0.0.0.0/0', ['0.0.0.0/1', '128.0.0.0/1']],
  ['::/0', ['::/1', '8000::/1']],
]);

/** Canonical member text of the graph (`10.0.0.1/32`, `10.0.0.1,tcp:80`) → of ipset; one member can become two. */
function ipsetMembers(member: string, family: Family): readonly string[] {
  const full = family === 4 ? '/32' : '/128';
  return HALVES.get(member) ?? [member.endsWith(full) ? member.slice(0, -full.length) : member];
}

/** The members of each family, sorted, none twice. */
export function splitByFamily(members: Iterable<string>): Readonly<Record<Family, readonly string[]>> {
  const split: Record<Family, Set<string>> = { 4: new Set(), 6: new Set() };
  for (const member of members) {
    const family: Family = member.includes(':') && !IPV4_PORT.test(member) ? 6 : 4;
    for (const text of ipsetMembers(member, family)) split[family].add(text);
  }
  return { 4: [...split[4]].sort(), 6: [...split[6]].sort() };
}

/** `10.0.0.1,tcp:80` holds a colon and is IPv4. */
const IPV4_PORT = /^[0-9.]+,/;
