// What the fields of FelixConfiguration do here, for docs/configuration.md. `USED_FIELDS` has one entry for each field
// that the graph reads (the type demands it), with a value that its test sets to see a NodeConfig change; the others are
// listed by what they are about in Calico.
import type { FelixConfigurationSpec } from '../../src/resources/index.ts';

/** Typed for their defaults only; nothing reads them. */
type DefaultedOnly =
  | 'floatingIPs'
  | 'bpfConnectTimeLoadBalancing'
  | 'bpfConnectTimeLoadBalancingEnabled'
  | 'bpfHostNetworkedNATWithoutCTLB';
export type UsedField = Exclude<keyof FelixConfigurationSpec, DefaultedOnly>;

export interface FieldDoc {
  /** The allowed words, in Calico's spelling; else `type` says what is allowed. */
  readonly values?: readonly string[];
  /** The words are taken in any case. */
  readonly anyCase?: true;
  readonly type?: string;
  /** As it would stand in the spec; absent: there is none, and `without` says what holds then. */
  readonly default?: unknown;
  readonly without?: string;
  readonly effect: string;
  /** A value that changes the NodeConfig. */
  readonly example: unknown;
  /** What else must be set for that. */
  readonly with?: Readonly<Record<string, unknown>>;
  /** What is not as in Calico. */
  readonly differs?: string;
  /** Golden cases and tests that hold it to be true, and `differential`. */
  readonly held: readonly string[];
}

const ALLOW = { values: ['Accept', 'Return'], anyCase: true, default: 'Accept', example: 'Return' } as const;
const DENY = { values: ['Drop', 'Reject'], anyCase: true, default: 'Drop', example: 'Reject' } as const;
const MASK = { type: 'integer, 0 to 4294967295', default: 0xffff_0000, example: 0xff00 } as const;
const OFF = { type: 'true or false', default: false, example: true } as const;
const tcp = (port: number) => ({ protocol: 'tcp', port });
const udp = (port: number) => ({ protocol: 'udp', port });
const CONTROL_PLANE = [179, 2379, 2380, 5473, 6443, 6666, 6667].map(tcp);
const FAILSAFES = {
  type: 'list of `{protocol, port, net}`: `tcp`, `udp` or `sctp`; 0 to 65535; `net` a CIDR, optional',
  example: [],
} as const;

export const USED_FIELDS: Readonly<Record<UsedField, FieldDoc>> = {
  interfacePrefix: {
    type: 'comma separated list of prefixes, 1 to 15 of `a-z A-Z 0-9 _ -` each',
    default: 'cali',
    effect:
      'Interfaces whose names start so belong to workloads; one that no endpoint names is denied everything. What has an endpoint is policed without a prefix too (in Calico it is not).',
    example: 'cali,tap',
    differs: 'an interface that an endpoint names is policed whatever its name',
    held: ['felix-prefixes-and-mask', 'differential'],
  },
  defaultEndpointToHostAction: {
    values: ['Drop', 'Accept', 'Return'],
    anyCase: true,
    default: 'Drop',
    effect:
      'What becomes of packets from a workload to its host that the workload’s egress policy allows. `Accept` and `Return` both allow; with iptables `Accept` ends the packet’s way through INPUT, and `Return` leaves it to rules of others.',
    example: 'Accept',
    held: ['felix-endpoint-to-host', 'felix-endpoint-to-host-return', 'differential'],
  },
  iptablesFilterAllowAction: {
    ...ALLOW,
    effect:
      'iptables: what the filter table does with what policy allows. `Accept`: the last rule of FORWARD and host endpoints accept it, whatever rules of others would; `Return`: rules of others and the chain’s policy decide.',
    held: ['src/render/iptables/lower.test.ts'],
  },
  iptablesFilterDenyAction: {
    ...DENY,
    effect:
      'iptables: what denied packets meet. `Reject` answers with an ICMP error, in the filter table alone; raw and mangle always drop.',
    held: ['action-reject', 'host-reject'],
  },
  iptablesMangleAllowAction: {
    ...ALLOW,
    effect:
      'iptables: what the mangle table does with what pre-DNAT policy allows: `Accept` keeps it from rules of others in that table.',
    held: ['test/library/configuration.test.ts'],
  },
  iptablesMarkMask: {
    ...MASK,
    effect:
      'iptables: the two lowest bits of it are used (*accepted*, *passed*), no other bit ever changes. Fewer than two bits are an error.',
    differs: 'two bits are enough',
    held: ['felix-prefixes-and-mask', 'test/kernel/bad-input.test.ts'],
  },
  nftablesFilterAllowAction: {
    ...ALLOW,
    effect:
      'No difference in the rules: an accept of ours ends our own base chain alone, which is what `Return` means. Read, so that it can be seen in a NodePolicy.',
    held: ['test/library/configuration.test.ts'],
  },
  nftablesFilterDenyAction: {
    ...DENY,
    effect:
      'nftables: what denied packets meet. `Reject` answers with an ICMP error in the input, forward and output hooks; elsewhere packets are dropped.',
    held: ['action-reject', 'host-reject'],
  },
  nftablesMarkMask: {
    ...MASK,
    effect:
      'nftables: the lowest bit of it is used where *pass* needs a mark, the second lowest where untracked or pre-DNAT policy is in force. No bit where one is needed is an error.',
    differs: 'mostly no bit is needed, never more than two',
    held: ['felix-prefixes-and-mask', 'test/kernel/bad-input.test.ts'],
  },
  logPrefix: {
    type: 'text of `a-z A-Z 0-9 % : space / _ -`',
    default: 'calico-packet',
    effect:
      'What log lines start with; `%t`, `%k`, `%n`, `%p` stand for tier, kind, name, namespace and name of the policy. Cut to 29 characters with iptables, 127 with nftables.',
    example: 'tortie %n',
    held: ['src/render/log-prefix.test.ts', 'test/kernel/log.test.ts'],
  },
  maxIpsetSize: {
    type: 'integer, 1 to 4294967295; beyond these, the nearest of them',
    default: 1_048_576,
    effect:
      'iptables: how many members an IP set may have (`maxelem`). More are an error, and nothing is changed. nftables sets have no limit.',
    example: 2_000_000,
    differs:
      'too many members are an error before anything changes; Felix is refused by the kernel and tries again',
    held: ['test/kernel/bad-input.test.ts'],
  },
  disableConntrackInvalidCheck: {
    ...OFF,
    effect: 'Packets that conntrack calls invalid are judged like new ones. Otherwise they are dropped.',
    held: ['felix-invalid-check-off', 'differential'],
  },
  allowVXLANPacketsFromWorkloads: {
    ...OFF,
    effect:
      'Workloads may send UDP packets to `vxlanPort`, as far as policy allows. Otherwise they are dropped.',
    held: ['src/verdict/evaluate.test.ts', 'differential'],
  },
  allowIPIPPacketsFromWorkloads: {
    ...OFF,
    effect: 'Workloads may send IPIP (protocol 4), as far as policy allows. Otherwise it is dropped.',
    held: ['src/verdict/evaluate.test.ts', 'differential'],
  },
  vxlanPort: {
    type: 'integer',
    default: 4789,
    effect: 'The UDP port to which workloads may not send; see `allowVXLANPacketsFromWorkloads`.',
    example: 8472,
    differs: 'only for that drop; no tunnel is set up',
    held: ['src/verdict/evaluate.test.ts', 'differential'],
  },
  workloadSourceSpoofing: {
    values: ['Disabled', 'Any'],
    anyCase: true,
    default: 'Disabled',
    effect:
      'With `Any`, a workload may use sources in its `allowSpoofedSourcePrefixes` (of a pod: the annotation `cni.projectcalico.org/allowedSourcePrefixes`), which the reverse-path check would drop.',
    example: 'Any',
    differs: '`Disabled` keeps the endpoint and drops such packets, where Felix ignores the endpoint',
    held: ['reverse-path-spoofing', 'src/policy/pools.test.ts'],
  },
  natPortRange: {
    type: 'port or range, `"10000:20000"`',
    without: 'any port',
    effect:
      'Source ports of TCP and UDP packets that leave an IP pool with `natOutgoing` and are translated.',
    example: '10000:20000',
    held: ['masquerade-options', 'src/policy/pools.test.ts'],
  },
  natOutgoingAddress: {
    type: 'IPv4 address',
    without: 'the address of the interface by which a packet leaves',
    effect: 'The source of what leaves an IPv4 pool with `natOutgoing`. IPv6 always gets the interface’s.',
    example: '192.0.2.77',
    held: ['masquerade-options', 'src/policy/pools.test.ts'],
  },
  natOutgoingExclusions: {
    values: ['IPPoolsOnly', 'IPPoolsAndHostIPs'],
    default: 'IPPoolsOnly',
    effect:
      'Destinations for which nothing is translated: the pools, or the addresses of all Nodes and `externalNodesList` too.',
    example: 'IPPoolsAndHostIPs',
    held: ['masquerade-options', 'src/policy/pools.test.ts'],
  },
  iptablesNATOutgoingInterfaceFilter: {
    type: 'interface, or the start of one and `+`',
    without: 'every interface',
    effect:
      'Both dataplanes, whatever its name says: only what leaves an IP pool by such an interface is translated.',
    example: 'eth+',
    held: ['masquerade-options', 'src/policy/pools.test.ts'],
  },
  externalNodesList: {
    type: 'list of IPv4 CIDRs',
    default: [],
    effect: 'Further hosts, for `natOutgoingExclusions: IPPoolsAndHostIPs`.',
    example: ['192.0.2.0/24'],
    with: { natOutgoingExclusions: 'IPPoolsAndHostIPs' },
    differs: 'only for `natOutgoingExclusions`',
    held: ['masquerade-options', 'src/policy/pools.test.ts'],
  },
  failsafeInboundHostPorts: {
    ...FAILSAFES,
    default: [tcp(22), udp(68), ...CONTROL_PLANE],
    effect:
      'What host endpoints let in whatever policy says: destination port and, with `net`, source. Both families. An empty list means none. Untracked replies of outbound failsafes count as well.',
    differs: 'SCTP too',
    held: ['host-failsafes', 'host-failsafes-none', 'src/verdict/failsafes.test.ts', 'differential'],
  },
  failsafeOutboundHostPorts: {
    ...FAILSAFES,
    default: [udp(53), udp(67), ...CONTROL_PLANE],
    effect:
      'What host endpoints let out whatever policy says: destination port and, with `net`, destination. Both families. An empty list means none. Untracked replies of inbound failsafes count as well.',
    differs: 'SCTP too',
    held: ['host-failsafes', 'host-failsafes-none', 'src/verdict/failsafes.test.ts', 'differential'],
  },
  chainInsertMode: {
    values: ['Insert', 'Append'],
    anyCase: true,
    default: 'Insert',
    effect:
      'iptables: whether our jumps stand before or behind the rules of others in the kernel’s chains. nftables orders tables by priority instead.',
    example: 'Append',
    held: ['test/kernel/render-ipt.test.ts'],
  },
  nodeSelector: {
    type: 'selector, at most 1024 characters; not on `default` and `node.<name>`',
    without: 'the object counts for no node',
    effect: 'The nodes, by the labels of the Node, for which the object counts.',
    example: 'all()',
    held: ['src/policy/states.test.ts', 'test/library/configuration.test.ts'],
  },
};

export interface OtherFields {
  readonly about: string;
  readonly fields: string;
  readonly instead?: string;
}

export const OTHER_FIELDS: readonly OtherFields[] = [
  {
    about: 'Which dataplane',
    fields: 'nftablesMode iptablesBackend dataplaneDriver useInternalDataplaneDriver featureDetectOverride',
    instead: 'options of the command: `--dataplane` and `--iptables-backend`; features are found out',
  },
  {
    about: 'When the kernel is read or written again',
    fields:
      'iptablesRefreshInterval nftablesRefreshInterval ipsetsRefreshInterval iptablesPostWriteCheckInterval ' +
      'iptablesLockProbeInterval netlinkTimeout dataplaneWatchdogTimeout healthTimeoutOverrides',
    instead: 'a command works once and reads what it needs; it waits 10 s for the lock of iptables',
  },
  {
    about: 'Details of rules that tortie has not',
    fields:
      'logActionRateLimit logActionRateLimitBurst nftablesMangleAllowAction ipv6Support interfaceExclude ' +
      'debugDisableLogDropping',
    instead:
      'log rules have no rate limit; `Return` in mangle means nothing to nftables; both families always have rules',
  },
  {
    about: 'Services, load balancing and flow offload',
    fields:
      'kubeNodePortRanges serviceLoopPrevention floatingIPs nftablesFlowTableOffload ' +
      'nftablesFlowTableDataIfacePattern',
    instead: 'kube-proxy, or what stands in for it',
  },
  {
    about: 'eBPF and XDP',
    fields:
      'bpfAttachType bpfCTLBLogFilter bpfConnectTimeLoadBalancing bpfConnectTimeLoadBalancingEnabled ' +
      'bpfConntrackLogLevel bpfConntrackMode bpfConntrackTimeouts bpfDSROptoutCIDRs bpfDataIfacePattern ' +
      'bpfDisableGROForIfaces bpfDisableUnprivileged bpfEnabled bpfEnforceRPF bpfExcludeCIDRsFromNAT ' +
      'bpfExportBufferSizeMB bpfExtToServiceConnmark bpfExternalServiceMode bpfForceTrackPacketsFromIfaces ' +
      'bpfHostConntrackBypass bpfHostNetworkedNATWithoutCTLB bpfIPFragTimeout bpfIPFragmentReassemblyEnabled ' +
      'bpfJITHardening bpfKubeProxyHealthzPort bpfKubeProxyIptablesCleanupEnabled bpfKubeProxyMinSyncPeriod ' +
      'bpfL3IfacePattern bpfLogFilters bpfLogLevel bpfMaglevMaxEndpointsPerService bpfMaglevMaxServices ' +
      'bpfMapSizeConntrack bpfMapSizeConntrackCleanupQueue bpfMapSizeConntrackScaling bpfMapSizeIPSets ' +
      'bpfMapSizeIfState bpfMapSizeNATAffinity bpfMapSizeNATBackend bpfMapSizeNATFrontend bpfMapSizePerCpuConntrack ' +
      'bpfMapSizeRoute bpfOverlayHostSourceIP bpfPSNATPorts bpfPolicyDebugEnabled bpfProfiling bpfRedirectToPeer ' +
      'cgroupV2Path xdpEnabled genericXDPEnabled xdpRefreshInterval sidecarAccelerationEnabled',
  },
  {
    about: 'Encapsulation and encryption',
    fields:
      'ipipEnabled ipipMTU vxlanEnabled vxlanMTU vxlanMTUV6 vxlanVNI wireguardEnabled wireguardEnabledV6 ' +
      'wireguardHostEncryptionEnabled wireguardInterfaceName wireguardInterfaceNameV6 wireguardKeepAlive ' +
      'wireguardListeningPort wireguardListeningPortV6 wireguardMTU wireguardMTUV6 wireguardRoutingRulePriority ' +
      'wireguardThreadingEnabled',
    instead: 'who sets up the tunnels; with host endpoints, policy must allow what they carry',
  },
  {
    about: 'Routes, interfaces and sysctls',
    fields:
      'awsSrcDstCheck deviceRouteProtocol deviceRouteSourceAddress deviceRouteSourceAddressIPv6 ' +
      'interfaceRefreshInterval ipForwarding ipv4ElevatedRoutePriority ipv4NormalRoutePriority ' +
      'ipv6ElevatedRoutePriority ipv6NormalRoutePriority liveMigrationRouteConvergenceTime localSubnetL2Reachability ' +
      'localSubnetL2ReachabilityRefreshInterval mtuIfacePattern programClusterRoutes removeExternalRoutes ' +
      'requireMTUFile routeRefreshInterval routeSource routeSyncDisabled routeTableRange routeTableRanges',
    instead: 'the CNI plugin and the routing daemon',
  },
  {
    about: 'Logs, metrics, health and status of Felix',
    fields:
      'debugHost debugMemoryProfilePath debugPort debugSimulateCalcGraphHangAfter ' +
      'debugSimulateDataplaneApplyDelay debugSimulateDataplaneHangAfter endpointReportingDelay ' +
      'endpointReportingEnabled endpointStatusPathPrefix flowLogsCollectorDebugTrace flowLogsFlushInterval ' +
      'flowLogsGoldmaneServer flowLogsLocalReporter flowLogsPolicyEvaluationMode healthEnabled healthHost healthPort ' +
      'logDebugFilenameRegex logFilePath logSeverityFile logSeverityScreen logSeveritySys policySyncPathPrefix ' +
      'prometheusGoMetricsEnabled prometheusMetricsCAFile prometheusMetricsCertFile prometheusMetricsClientAuth ' +
      'prometheusMetricsEnabled prometheusMetricsHost prometheusMetricsKeyFile prometheusMetricsPort ' +
      'prometheusProcessMetricsEnabled prometheusWireGuardMetricsEnabled reportingInterval reportingTTL ' +
      'usageReportingEnabled usageReportingInitialDelay usageReportingInterval',
    instead: '`tortie status` and `tortie counters`',
  },
  {
    about: 'OpenStack, Istio, Windows, and the Go runtime',
    fields:
      'metadataAddr metadataPort openstackRegion istioAmbientMode istioDSCPMark windowsManageFirewallRules ' +
      'featureGates goGCThreshold goMaxProcs goMemoryLimitMB',
  },
];
