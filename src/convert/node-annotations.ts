// What Calico keeps in annotations of a Kubernetes node, and where it belongs in its own Node: read by node.ts, written by
// the Kubernetes datastore. A value that the field cannot have is ignored, as Calico does.
import { parseAddress, parsePrefix } from '../net/index.ts';
import type { NodeSpec } from '../resources/index.ts';
import { decodeAsNumber } from '../resources/scalars/as-number.ts';
import { mac } from '../resources/scalars/net.ts';

export const NODE_PREFIX = 'projectcalico.org/';
export const AS_NUMBER = `${NODE_PREFIX}ASNumber`;
export const INTERFACES = `${NODE_PREFIX}Interfaces`;
/** Labels and annotations that Calico alone knows, as JSON. */
export const OWN_LABELS = `${NODE_PREFIX}labels`;
export const OWN_ANNOTATIONS = `${NODE_PREFIX}annotations`;

type Annotations = ReadonlyMap<string, string>;
type Family = 4 | 6;

const cidr = (family: Family) => (text: string) => parsePrefix(text)?.prefix.family === family;
/** An address, or a network without host bits. */
const network = (family: Family) => (text: string) => {
  const parsed = parsePrefix(text);
  return parsed?.prefix.family === family && !parsed.hostBits;
};
const hardware = (text: string) => mac.safeParse(text).success;
const any = () => true;

export interface NodeText {
  readonly annotation: string;
  readonly path: readonly [root: 'spec' | 'status', ...rest: string[]];
  readonly valid: (text: string) => boolean;
}

export const NODE_TEXTS: readonly NodeText[] = (
  [
    ['IPv4Address', ['spec', 'bgp', 'ipv4Address'], cidr(4)],
    ['IPv6Address', ['spec', 'bgp', 'ipv6Address'], cidr(6)],
    ['IPv4IPIPTunnelAddr', ['spec', 'bgp', 'ipv4IPIPTunnelAddr'], network(4)],
    ['RouteReflectorClusterID', ['spec', 'bgp', 'routeReflectorClusterID'], network(4)],
    ['IPv4VXLANTunnelAddr', ['spec', 'ipv4VXLANTunnelAddr'], network(4)],
    ['VXLANTunnelMACAddr', ['spec', 'vxlanTunnelMACAddr'], hardware],
    ['IPv6VXLANTunnelAddr', ['spec', 'ipv6VXLANTunnelAddr'], network(6)],
    ['VXLANTunnelMACAddrV6', ['spec', 'vxlanTunnelMACAddrV6'], hardware],
    ['IPv4WireguardInterfaceAddr', ['spec', 'wireguard', 'interfaceIPv4Address'], network(4)],
    ['IPv6WireguardInterfaceAddr', ['spec', 'wireguard', 'interfaceIPv6Address'], network(6)],
    ['WireguardPublicKey', ['status', 'wireguardPublicKey'], any],
    ['WireguardPublicKeyV6', ['status', 'wireguardPublicKeyV6'], any],
  ] as const
).map(([name, path, valid]) => ({ annotation: `${NODE_PREFIX}${name}`, path, valid }));

export function asNumberIn(annotations: Annotations): number | undefined {
  const text = annotations.get(AS_NUMBER);
  const decoded = text === undefined ? undefined : decodeAsNumber(text);
  return decoded && 'value' in decoded ? decoded.value : undefined;
}

/** Of an interface only the addresses that are some. */
export function interfacesIn(annotations: Annotations): NodeSpec['interfaces'] {
  const value = jsonIn(annotations, INTERFACES);
  if (!Array.isArray(value) || !value.every(isInterface)) return undefined;
  return value.map(({ name, addresses }) => ({
    ...(name !== undefined && { name }),
    ...(addresses && { addresses: addresses.filter((text) => parseAddress(text) !== undefined) }),
  }));
}

function isInterface(value: unknown): value is { readonly name?: string; readonly addresses?: string[] } {
  if (typeof value !== 'object' || value === null) return false;
  const { name, addresses } = value as { readonly name?: unknown; readonly addresses?: unknown };
  const texts = addresses === undefined || (Array.isArray(addresses) && addresses.every(isText));
  return (name === undefined || isText(name)) && texts;
}

const isText = (value: unknown): value is string => typeof value === 'string';

export function textsIn(annotations: Annotations, name: string): ReadonlyMap<string, string> {
  const value = jsonIn(annotations, name);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map();
  return new Map(Object.entries(value).filter((entry): entry is [string, string] => isText(entry[1])));
}

function jsonIn(annotations: Annotations, name: string): unknown {
  try {
    return JSON.parse(annotations.get(name) ?? 'null');
  } catch {
    return undefined;
  }
}
