// What FelixConfiguration contributes to one node, resolved: built-in defaults < `default` < the one selector-scoped
// object that matches the Node's labels < `node.<name>` (spec/calico-felix 1.13).

export interface NodeConfig {
  /** Interfaces whose name starts with one of these belong to workloads. Default ['cali']. */
  readonly interfacePrefixes: readonly string[];
  readonly endpointToHostAction: 'drop' | 'accept' | 'return';
  readonly iptables: DialectConfig;
  readonly nftables: DialectConfig;
  /** Calico's prefix, `%t %k %n %p` not yet expanded. Default `calico-packet`. */
  readonly logPrefix: string;
  /** Drop packets that conntrack calls invalid. Default true. */
  readonly dropInvalid: boolean;
  readonly dropVxlanFromWorkloads: boolean;
  readonly vxlanPort: number;
  readonly dropIpipFromWorkloads: boolean;
  readonly failsafeInbound: readonly Failsafe[];
  readonly failsafeOutbound: readonly Failsafe[];
  /** Host endpoints accept ICMPv6 133–136 beside the failsafes. Default true; the annotation
   * `tortie.dev/hostNeighbourDiscovery: Disabled` on a FelixConfiguration switches it off (Calico has no such thing). */
  readonly hostNeighbourDiscovery: boolean;
  /** Where our jumps stand in the chains of iptables. Default insert. */
  readonly chainInsertMode: 'insert' | 'append';
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
