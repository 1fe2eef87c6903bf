// What FelixConfiguration contributes to one node, resolved: built-in defaults < `default` < the one selector-scoped
// object that matches the Node's labels < `node.<name>` (spec/calico-felix 1.13).
import type { PortRange } from '../net/types.ts';

export interface NodeConfig {
  /** Interfaces whose name starts with one of these belong to workloads. Default ['cali']. */
  readonly interfacePrefixes: readonly string[];
  readonly endpointToHostAction: 'drop' | 'accept' | 'return';
  readonly iptables: IptablesConfig;
  readonly nftables: DialectConfig;
  /** Calico's prefix, `%t %k %n %p` not yet expanded. Default `calico-packet`. */
  readonly logPrefix: string;
  /** How many members an IP set of iptables may have; more are refused. Default 1048576. */
  readonly maxIpsetSize: number;
  /** Drop packets that conntrack calls invalid. Default true. */
  readonly dropInvalid: boolean;
  readonly dropVxlanFromWorkloads: boolean;
  readonly vxlanPort: number;
  readonly dropIpipFromWorkloads: boolean;
  /** Whether an endpoint's `spoofable` prefixes count. Default false. */
  readonly allowSpoofing: boolean;
  readonly masquerade: MasqueradeConfig;
  readonly failsafeInbound: readonly Failsafe[];
  readonly failsafeOutbound: readonly Failsafe[];
  /** Host endpoints accept ICMPv6 133–136 beside the failsafes. Default true; the annotation
   * `tortie.dev/hostNeighbourDiscovery: Disabled` on a FelixConfiguration switches it off (Calico has no such thing). */
  readonly hostNeighbourDiscovery: boolean;
  /** Where our jumps stand in the chains of iptables. Default insert. */
  readonly chainInsertMode: 'insert' | 'append';
}

/** How what leaves an IP pool with natOutgoing is translated. By default: any interface, its address, any port. */
export interface MasqueradeConfig {
  /** Only packets that leave by this interface; with `+` at its end, by one whose name starts so. */
  readonly outInterface?: string;
  /** Source ports of translated TCP and UDP. */
  readonly ports?: PortRange;
  /** An IPv4 address in place of that of the interface. IPv6 always has the interface's. */
  readonly address?: string;
  /** Destinations that keep the source beside the pools: the addresses of all Nodes, and these prefixes. Absent: none. */
  readonly exceptHosts?: readonly string[];
}

/** One failsafe port. Order as configured; empty lists mean none. */
export interface Failsafe {
  readonly protocol: number;
  readonly port: number;
  /** Canonical prefix; absent: any address of either family. */
  readonly net?: string;
}

export interface DialectConfig {
  readonly denyAction: 'drop' | 'reject';
  readonly acceptAction: 'accept' | 'return';
  /** Unsigned 32 bits. Default 0xffff0000. Only these bits are ever changed. */
  readonly markMask: number;
}

export interface IptablesConfig extends DialectConfig {
  /** What ends a packet in mangle that pre-DNAT policy allowed: `accept` keeps it from rules of others. Default accept. */
  readonly mangleAcceptAction: 'accept' | 'return';
}
