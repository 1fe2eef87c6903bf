// Which connection state Linux gives to packets. Pure.
import type { Packet } from '../../src/verdict/packet.ts';

const V4_OPENING = new Set([8, 13, 15, 17]);
const V6_UNTRACKED = new Set([130, 131, 132, 133, 134, 135, 136, 143]);
const V6_OPENING = new Set([128, 139]);

/** The state in which conntrack sees a packet that belongs to no connection: what Linux does with each ICMP type. */
export function trackedState(packet: Packet): NonNullable<Packet['state']> {
  const type = packet.icmpType;
  if (type === undefined) return 'new';
  if (packet.family === 4) return V4_OPENING.has(type) ? 'new' : 'invalid';
  if (V6_UNTRACKED.has(type)) return 'untracked';
  return V6_OPENING.has(type) ? 'new' : 'invalid';
}
