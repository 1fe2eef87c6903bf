// Addresses and networks as text, checked by src/net. Values stay as they are written; what consumes them masks.
import { parseAddress, parsePrefix } from '../../net/index.ts';
import type { Family } from '../../net/types.ts';
import { text, textThat } from '../schema.ts';

/** Calico accepts the empty string wherever it accepts a net. */
const orEmpty = (test: (value: string) => boolean) => (value: string) => value === '' || test(value);

export function isAddress(value: string, family?: Family): boolean {
  const address = parseAddress(value);
  return address !== undefined && (family === undefined || address.family === family);
}

export function isNet(value: string): boolean {
  const parsed = parsePrefix(value);
  return parsed !== undefined && !parsed.hostBits;
}

export function isCidr(value: string, family?: Family): boolean {
  const parsed = parsePrefix(value);
  return parsed !== undefined && (family === undefined || parsed.prefix.family === family);
}

/** An address or a network whose host bits are zero: members of network sets. */
export const net = textThat(
  orEmpty(isNet),
  'invalid CIDR',
  'an address or a network without host bits, such as 10.0.0.0/8',
);
/** An address or a network; host bits may be set. */
export const cidr = textThat(
  orEmpty((v) => isCidr(v)),
  'invalid CIDR',
);
export const cidrV4 = textThat(
  orEmpty((v) => isCidr(v, 4)),
  'invalid IPv4 CIDR',
);
export const cidrV6 = textThat(
  orEmpty((v) => isCidr(v, 6)),
  'invalid IPv6 CIDR',
);
export const address = textThat((v) => isAddress(v), 'invalid IP address');
export const addressV4 = textThat(
  orEmpty((v) => isAddress(v, 4)),
  'invalid IPv4 address',
);
export const addressV6 = textThat(
  orEmpty((v) => isAddress(v, 6)),
  'invalid IPv6 address',
);
export const mac = textThat(
  orEmpty((v) => /^([0-9a-f]{2}([:-])[0-9a-f]{2}(\2[0-9a-f]{2}){4}|[0-9a-f]{4}(\.[0-9a-f]{4}){2})$/i.test(v)),
  'invalid MAC address',
);

/** A network with its length, host bits or not: what the API server takes for a CIDR. A single address is none. */
export const network = text((value, report) => {
  if (!value.includes('/') || !isCidr(value)) {
    const hint = 'a network with its length, such as 10.0.0.0/8, or 10.0.0.1/32 for one address';
    report({ message: `must be of type cidr: ${JSON.stringify(value)}`, hint });
  }
}).meta({ format: 'cidr' });

const WITH_PORT = /^(?:([^:[\]]+)|\[([^\]]+)\]):(\d{1,5})$/;

/** The address in `address`, `v4:port` or `[v6]:port`. */
export function addressOfPeer(text: string): string {
  const [, four, six] = WITH_PORT.exec(text) ?? [];
  return four ?? six ?? text;
}

export function isAddressWithPort(text: string): boolean {
  const [, four, six, digits] = WITH_PORT.exec(text) ?? [];
  if (digits === undefined) return isAddress(text);
  const port = Number(digits);
  return port >= 1 && port <= 65535 && (four !== undefined ? isAddress(four, 4) : isAddress(six ?? '', 6));
}
