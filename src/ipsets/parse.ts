// What `ipset save` prints, back into values. Liberal: unknown options, extensions and line kinds are skipped, so that
// sets of others and of later versions never stop us; members of ours come back in the form that build.ts makes.
import { formatAddress, formatPrefix, maskPrefix, parseAddress, parsePrefix } from '../net/index.ts';
import type { Family } from '../net/types.ts';

export interface ObservedIpset {
  readonly name: string;
  /** As printed; may be a type that we never make. */
  readonly type: string;
  readonly family?: Family;
  /** `maxelem N` or `range A-B`; empty when neither was printed. */
  readonly options: string;
  readonly members: readonly string[];
}

/** Sets by name, sorted. `wanted` limits them, by name, before anything is kept of the others. */
export function parseIpsetSave(
  text: string,
  wanted: (name: string) => boolean = () => true,
): ReadonlyMap<string, ObservedIpset> {
  const found = new Map<string, Omit<ObservedIpset, 'members'> & { members: string[] }>();
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    const [verb, name, third] = words;
    if (name === undefined || third === undefined || !wanted(name)) continue;
    if (verb === 'create') found.set(name, { name, type: third, ...header(words.slice(3)), members: [] });
    if (verb === 'add') found.get(name)?.members.push(third);
  }
  const sorted = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return new Map(sorted.map((set) => [set.name, { ...set, members: canonical(set.type, set.members) }]));
}

function header(words: readonly string[]): { family?: Family; options: string } {
  const after = (key: string) => {
    const at = words.indexOf(key);
    return at < 0 ? undefined : words[at + 1];
  };
  const family = after('family');
  const maxelem = after('maxelem');
  const range = after('range');
  return {
    ...(family === 'inet' ? { family: 4 as const } : family === 'inet6' ? { family: 6 as const } : {}),
    options: maxelem !== undefined ? `maxelem ${maxelem}` : range !== undefined ? `range ${range}` : '',
  };
}

function canonical(type: string, members: readonly string[]): readonly string[] {
  if (type === 'bitmap:port') return members.flatMap(ports).sort((a, b) => Number(a) - Number(b));
  if (type === 'hash:net' || type === 'hash:ip,port') return members.map(address).sort();
  return [...members].sort();
}

function ports(member: string): string[] {
  const [first = 0, last = first] = member.split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, i) => String(first + i));
}

/** Only the address differs between printers (`::ffff:1.2.3.4`, full lengths); what does not parse stays as it is. */
function address(member: string): string {
  const comma = member.indexOf(',');
  if (comma > 0) return address(member.slice(0, comma)) + member.slice(comma);
  if (!member.includes('/')) {
    const plain = parseAddress(member);
    return plain === undefined ? member : formatAddress(plain);
  }
  const parsed = parsePrefix(member);
  if (parsed === undefined) return member;
  const { prefix } = parsed;
  const full = prefix.length === (prefix.family === 4 ? 32 : 128);
  return full ? formatAddress(prefix) : formatPrefix(maskPrefix(prefix));
}
