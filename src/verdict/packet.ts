// A packet, as evaluator, explain and tests speak of it.
import type { Family } from '../net/types.ts';

export type ConntrackState = 'new' | 'established' | 'related' | 'invalid' | 'untracked';

export interface Packet {
  readonly family: Family;
  /** Absent: the host itself sends it. */
  readonly inInterface?: string;
  /** Absent: it is delivered to the host itself. */
  readonly outInterface?: string;
  readonly source: bigint;
  readonly destination: bigint;
  /** IP protocol number. */
  readonly protocol: number;
  /** Only for TCP, UDP, SCTP and UDPLite. */
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** Only for the family's ICMP. */
  readonly icmpType?: number;
  readonly icmpCode?: number;
  /** Before DNAT, when it differs. */
  readonly originalDestination?: bigint;
  /** Before DNAT; absent: DNAT left the port as it is. Only with `originalDestination`. */
  readonly originalDestinationPort?: number;
  /** The host's route to the source does not lead back through the in-interface. Default false. */
  readonly spoofed?: boolean;
  /** Default `new`. */
  readonly state?: ConntrackState;
}
