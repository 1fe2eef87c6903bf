// IP set members as look-ups: whole addresses in a hash set, prefixes in an IntervalSet, and (address, protocol, port)
// members keyed by protocol and port. Sets are immutable, so an index is built once per set object and kept with it.
import {
  type Address,
  addressPrefix,
  type Family,
  IntervalSet,
  parseMember,
  type Prefix,
} from '../net/index.ts';
import type { IpSet } from '../policy/index.ts';

/** Does a `net` set, or a list of prefixes, contain this address? */
export interface NetIndex {
  has(family: Family, bits: bigint): boolean;
  /** Some entry is of this family. */
  mentions(family: Family): boolean;
}

/** Does a `port` set contain this address, protocol and port? */
export interface PortIndex {
  has(family: Family, bits: bigint, protocol: number, port: number): boolean;
}

const nets = new WeakMap<IpSet, NetIndex>();
const ports = new WeakMap<IpSet, PortIndex>();

export function netIndexOf(set: IpSet): NetIndex {
  let index = nets.get(set);
  if (index === undefined) {
    index = indexPrefixes(prefixesOf(set));
    nets.set(set, index);
  }
  return index;
}

export function portIndexOf(set: IpSet): PortIndex {
  let index = ports.get(set);
  if (index === undefined) {
    index = indexPorts(set);
    ports.set(set, index);
  }
  return index;
}

export function indexPrefixes(prefixes: readonly Prefix[]): NetIndex {
  const byFamily = new Map<Family, FamilyIndex>();
  for (const family of [4, 6] as const) {
    const mine = prefixes.filter((p) => p.family === family);
    if (mine.length > 0) byFamily.set(family, indexFamily(family, mine));
  }
  return {
    has: (family, bits) => byFamily.get(family)?.(bits) ?? false,
    mentions: (family) => byFamily.has(family),
  };
}

type FamilyIndex = (bits: bigint) => boolean;

function indexFamily(family: Family, prefixes: readonly Prefix[]): FamilyIndex {
  const full = family === 4 ? 32 : 128;
  const wide = prefixes.filter((p) => p.length < full);
  const addresses = addressSet(family);
  for (const p of prefixes) if (p.length === full) addresses.add(p.bits);
  if (wide.length === 0) return (bits) => addresses.has(bits);
  const intervals = IntervalSet.of(wide);
  return (bits) => addresses.has(bits) || intervals.has({ family, bits });
}

/** A set of small numbers is several times faster than one of bigints; only IPv4 fits. */
function addressSet(family: Family): { add(bits: bigint): void; has(bits: bigint): boolean } {
  if (family === 6) {
    const set = new Set<bigint>();
    return { add: (bits) => set.add(bits), has: (bits) => set.has(bits) };
  }
  const set = new Set<number>();
  return { add: (bits) => set.add(Number(bits)), has: (bits) => set.has(Number(bits)) };
}

function prefixesOf(set: IpSet): Prefix[] {
  return [...set.members].map((text) => {
    const member = parseMember(text);
    if (member.kind !== 'net') throw new TypeError(`set ${set.id} holds nets, not ${text}`);
    return member.prefix;
  });
}

function indexPorts(set: IpSet): PortIndex {
  const byPort = new Map<number, Address[]>();
  for (const text of set.members) {
    const member = parseMember(text);
    if (member.kind !== 'port') throw new TypeError(`set ${set.id} holds ports, not ${text}`);
    const key = portKey(member.protocol, member.port);
    byPort.set(key, [...(byPort.get(key) ?? []), member.address]);
  }
  const indexes = new Map<number, NetIndex>();
  for (const [key, addresses] of byPort) indexes.set(key, indexPrefixes(addresses.map(addressPrefix)));
  return {
    has: (family, bits, protocol, port) => indexes.get(portKey(protocol, port))?.has(family, bits) ?? false,
  };
}

const portKey = (protocol: number, port: number) => protocol * 65_536 + port;
