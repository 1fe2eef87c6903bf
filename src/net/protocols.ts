// The protocols that Calico knows by name (IANA numbers); every other protocol is a number only.
import type { Family } from './types.ts';

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ['icmp', 1],
  ['tcp', 6],
  ['udp', 17],
  ['icmpv6', 58],
  ['sctp', 132],
  ['udplite', 136],
]);

const NAMES: ReadonlyMap<number, string> = new Map([...NUMBERS].map(([name, number]) => [number, name]));

/** Protocols for which Calico allows port matches. UDPLite has ports too, but Calico refuses them. */
export const PORT_PROTOCOLS: ReadonlySet<number> = new Set([6, 17, 132]);

/** Any case, since Kubernetes writes `TCP` and nft `tcp`. Digits are not a name. */
export function protocolNumber(name: string): number | undefined {
  return NUMBERS.get(name.toLowerCase());
}

/** Lower case, or the number as text. */
export function protocolName(number: number): string {
  return NAMES.get(number) ?? String(number);
}

export function icmpProtocol(family: Family): 1 | 58 {
  return family === 4 ? 1 : 58;
}
