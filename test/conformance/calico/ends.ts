// Who talks to whom in Calico's suite: four pods, a workload that Calico alone knows, the host, and what is beyond its
// two uplinks; and the service that DNAT leads to a pod.
import type { Family } from '../../../src/net/index.ts';
import { UPLINK } from '../../lab/plan.ts';
import { addressOf, OUTSIDE } from '../cluster.ts';

type Addresses = Readonly<Record<Family, string>>;

export const SECOND_UPLINK = 'uplink1';
/** The node's address on its uplink, and on the second one. */
export const HOST: Addresses = { 4: '172.18.0.1', 6: 'fd18::1' };
export const SECOND_HOST: Addresses = { 4: '172.19.0.1', 6: 'fd19::1' };
/** A WorkloadEndpoint with profiles of its own. */
export const LONER: Addresses = { 4: '10.65.9.1', 6: 'fd65::9:1' };
export const LONER_INTERFACE = 'cali0loner';

export const PODS = ['x/a', 'x/b', 'y/a', 'y/b'] as const;
/** `out` is beyond the uplink, `peer` beyond the second one. */
export const ENDS = [...PODS, 'v/p', 'host', 'out', 'peer'] as const;
/** Ports 30080 and 30081 of the host, which DNAT leads to ports 80 and 81 of this pod: only asked from outside. */
export const NODE_PORT = 'nodeport';
export const BEHIND_NODE_PORT = 'x/a';
export const nodePort = (port: number): number => 30_000 + port;

export type End = (typeof ENDS)[number] | typeof NODE_PORT;

const PEER: Addresses = { 4: '203.0.113.1', 6: '2001:db8:77::1' };
const OUT = OUTSIDE.get('internet')?.addresses;

/** The host has one address a link; it is asked at, and speaks from, the one that faces the other end. */
export function addressAt(end: End, other: End, family: Family): string {
  if (end === 'host') return (other === 'peer' ? SECOND_HOST : HOST)[family];
  if (end === 'peer') return PEER[family];
  if (end === 'out') return OUT?.[family] ?? '';
  if (end === 'v/p') return LONER[family];
  return addressOf(end === NODE_PORT ? BEHIND_NODE_PORT : end, family);
}

/** `undefined`: the host itself. `interfaces`: by address. */
export function interfaceAt(
  end: End,
  family: Family,
  interfaces: ReadonlyMap<string, string>,
): string | undefined {
  if (end === 'host') return undefined;
  if (end === 'out') return UPLINK;
  if (end === 'peer') return SECOND_UPLINK;
  if (end === 'v/p') return LONER_INTERFACE;
  const found = interfaces.get(addressAt(end, 'host', family));
  if (found === undefined) throw new Error(`${end} has no interface`);
  return found;
}
