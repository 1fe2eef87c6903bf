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
}

export interface DialectConfig {
  readonly denyAction: 'drop' | 'reject';
  readonly acceptAction: 'accept' | 'return';
  /** Unsigned 32 bits. Default 0xffff0000. Only these bits are ever changed. */
  readonly markMask: number;
}
