// Protocols as Calico spells them: one of six names in exactly this case, or a number 1..255. A string of digits is
// the number.
import { type Decoded, numberOrText } from '../schema.ts';

export const PROTOCOL_NAMES = ['TCP', 'UDP', 'ICMP', 'ICMPv6', 'SCTP', 'UDPLite'] as const;
export type ProtocolName = (typeof PROTOCOL_NAMES)[number];
export type Protocol = number | ProtocolName;

export function decodeProtocol(raw: number | string): Decoded<Protocol> {
  const value = typeof raw === 'string' && /^\d+$/.test(raw) && Number(raw) <= 255 ? Number(raw) : raw;
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 1 && value <= 255) return { value };
    return { fault: { message: 'protocol number invalid', hint: 'a protocol number is 1 to 255' } };
  }
  const name = PROTOCOL_NAMES.find((known) => known === value);
  if (name) return { value: name };
  const near = PROTOCOL_NAMES.find((known) => known.toLowerCase() === value.toLowerCase());
  const hint = near ? `did you mean "${near}"?` : `one of ${PROTOCOL_NAMES.join(', ')}, or a number`;
  return { fault: { message: 'protocol name invalid', hint } };
}

export const protocol = numberOrText(decodeProtocol);

/** TCP, UDP and SCTP, by name or number: the protocols that Calico accepts ports with. */
export function hasPorts(value: Protocol): boolean {
  return (
    value === 'TCP' || value === 'UDP' || value === 'SCTP' || value === 6 || value === 17 || value === 132
  );
}
