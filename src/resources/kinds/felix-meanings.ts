// What each field of FelixConfiguration means, and the default that Calico's node agent has when nobody sets it. One
// line a field, in Calico's order: name | default | meaning. An empty default: none.

import type * as z from 'zod';

const ROWS = `
nodeSelector | | Nodes that the object is for; only on objects called neither \`default\` nor \`node.<name>\`.
useInternalDataplaneDriver | true | The dataplane is part of the agent, not a program of its own.
dataplaneDriver | calico-iptables-plugin | Program that drives the dataplane, if it is not part of the agent.
dataplaneWatchdogTimeout | 1m30s | Older spelling of an entry of healthTimeoutOverrides.
ipv6Support | true | IPv6 is handled.
routeRefreshInterval | 1m30s | How often routes are compared with the kernel; 0s never.
interfaceRefreshInterval | 1m30s | How often interfaces are listed anew; 0s never.
iptablesRefreshInterval | 3m0s | How often iptables rules are compared with the kernel; 0s never.
iptablesPostWriteCheckInterval | 5s | When rules are looked at again after they were written.
iptablesLockProbeInterval | 50ms | How often the lock of iptables is tried.
featureDetectOverride | | Features of the kernel that are taken for granted or for missing: name=true,name=false.
featureGates | | Features that are being tried out: name=value,name=value.
ipsetsRefreshInterval | 1m30s | How often IP sets are compared with the kernel; 0s never.
maxIpsetSize | 1048576 | The most members that an IP set can have.
iptablesBackend | Auto | Which iptables is used, legacy or nft.
xdpRefreshInterval | 1m30s | How often XDP programs are compared with the kernel; 0s never.
netlinkTimeout | 10s | How long an answer of netlink is waited for.
metadataAddr | 127.0.0.1 | Address of the metadata server of OpenStack; None for none.
metadataPort | 8775 | Port of the metadata server of OpenStack.
openstackRegion | | Region of OpenStack that the node belongs to.
interfacePrefix | cali | How interfaces of workloads begin, separated by commas.
interfaceExclude | kube-ipvs0 | Interfaces that are no host interfaces: names, and patterns between slashes.
chainInsertMode | Insert | Whether jumps stand first or last in the chains of the kernel.
defaultEndpointToHostAction | Drop | What happens to traffic from workloads to the host that their policy allows.
iptablesFilterAllowAction | Accept | What allowed traffic does in the filter table: end, or go on to the rules of others.
iptablesMangleAllowAction | Accept | What allowed traffic does in the mangle table.
iptablesFilterDenyAction | Drop | What denied traffic gets: nothing, or a rejection.
logPrefix | calico-packet | How entries of rules that log begin.
logActionRateLimit | | How often rules that log may do so, such as 100/minute.
logActionRateLimitBurst | 5 | How many entries may exceed the rate at once.
logFilePath | /var/log/calico/felix.log | File of the log; none for none.
logSeverityFile | Info | What goes to the file.
logSeverityScreen | Info | What goes to the standard output.
logSeveritySys | Info | What goes to the log of the system.
logDebugFilenameRegex | | Source files whose debug messages are logged.
ipipEnabled | derived from pools | The IPIP device exists.
ipipMTU | 0 | MTU of the IPIP device; 0 finds it out.
vxlanEnabled | derived from pools | The VXLAN device exists.
vxlanMTU | 0 | MTU of the IPv4 VXLAN device; 0 finds it out.
vxlanMTUV6 | 0 | MTU of the IPv6 VXLAN device; 0 finds it out.
vxlanPort | 4789 | UDP port of VXLAN.
vxlanVNI | 4096 | Network identifier of VXLAN.
allowVXLANPacketsFromWorkloads | false | Workloads may send VXLAN themselves.
allowIPIPPacketsFromWorkloads | false | Workloads may send IPIP themselves.
reportingInterval | 30s | How often the node reports that it is alive; 0s never.
reportingTTL | 1m30s | How long such a report counts.
endpointReportingEnabled | false | The state of endpoints is written to the datastore.
endpointReportingDelay | 1s | How long changes of it are collected.
endpointStatusPathPrefix | /var/run/calico | Folder where the state of endpoints is written as files.
iptablesMarkMask | 0xffff0000 | Bits of the packet mark that may be used.
disableConntrackInvalidCheck | false | Packets that conntrack calls invalid are not dropped.
healthEnabled | false | Health is answered over HTTP.
healthHost | localhost | Address of the health server.
healthPort | 9099 | Port of the health server.
healthTimeoutOverrides | | How long a part of the agent may be silent before it counts as dead.
prometheusMetricsEnabled | false | Metrics are served for Prometheus.
prometheusMetricsHost | | Address of the metrics server; all addresses when absent.
prometheusMetricsPort | 9091 | Port of the metrics server.
prometheusGoMetricsEnabled | true | Metrics of the Go runtime are served too.
prometheusProcessMetricsEnabled | true | Metrics of the process are served too.
prometheusWireGuardMetricsEnabled | true | Metrics of WireGuard are served too.
prometheusMetricsCAFile | | Certificate authority of the clients of the metrics server.
prometheusMetricsCertFile | | Certificate of the metrics server.
prometheusMetricsKeyFile | | Key of the metrics server.
prometheusMetricsClientAuth | NoClientCert | What certificate clients of the metrics server must show.
failsafeInboundHostPorts | tcp 22, udp 68, tcp 179, 2379, 2380, 5473, 6443, 6666, 6667 | Ports of the host that stay reachable whatever policy says. An empty list: none.
failsafeOutboundHostPorts | udp 53, udp 67, tcp 179, 2379, 2380, 5473, 6443, 6666, 6667 | Ports that stay reachable from the host whatever policy says. An empty list: none.
kubeNodePortRanges | 30000:32767 | Ports that are node ports of Kubernetes services.
policySyncPathPrefix | | Folder of the socket that hands policy to proxies of workloads.
usageReportingEnabled | true | Version and size of the cluster are reported to the makers of Calico.
usageReportingInitialDelay | 5m0s | When the first such report is sent.
usageReportingInterval | 24h0m0s | How often such reports are sent.
natPortRange | all | Source ports that masquerade may choose.
natOutgoingAddress | | Source address of masqueraded traffic; that of the outgoing interface when absent.
natOutgoingExclusions | IPPoolsOnly | Which destinations are not masqueraded to: pools, or the addresses of nodes too.
deviceRouteSourceAddress | | Source address of IPv4 routes to workloads.
deviceRouteSourceAddressIPv6 | | Source address of IPv6 routes to workloads.
deviceRouteProtocol | 3 | Protocol number of routes to workloads.
removeExternalRoutes | true | Routes to workload interfaces that others made are removed.
programClusterRoutes | EnabledIPIPOnly | Which routes between nodes the agent programs; Enabled and Disabled are older spellings.
ipForwarding | Enabled | Forwarding is switched on in the kernel.
externalNodesList | | Hosts outside the cluster that may tunnel traffic to it.
debugMemoryProfilePath | | File of a memory profile.
debugDisableLogDropping | false | No entry of the log is dropped when there are too many.
debugSimulateCalcGraphHangAfter | 0s | For tests: the calculation stops after this time.
debugSimulateDataplaneHangAfter | 0s | For tests: the dataplane stops after this time.
debugSimulateDataplaneApplyDelay | 0s | For tests: each change of the dataplane takes so much longer.
debugHost | localhost | Address of the profiling server.
debugPort | | Port of the profiling server; none when absent.
iptablesNATOutgoingInterfaceFilter | | Only traffic that leaves by this interface is masqueraded.
sidecarAccelerationEnabled | false | Traffic between a workload and its sidecar takes a short way; experimental.
xdpEnabled | true | Untracked deny rules are judged in XDP where they can be.
genericXDPEnabled | false | XDP is used where drivers do not support it; for tests.
nftablesMode | Auto | Whether nftables is used instead of iptables.
nftablesFlowTableOffload | Disabled | Established flows pass through a flow table.
nftablesFlowTableDataIfacePattern | | Host interfaces whose flows may pass through the flow table.
nftablesRefreshInterval | 3m0s | How often nftables rules are compared with the kernel; 0s never.
nftablesFilterAllowAction | Accept | What allowed traffic does in the filter chains: end, or go on.
nftablesMangleAllowAction | Accept | What allowed traffic does in the mangle chains.
nftablesFilterDenyAction | Drop | What denied traffic gets: nothing, or a rejection.
nftablesMarkMask | 0xffff0000 | Bits of the packet mark that may be used.
bpfEnabled | false | The eBPF dataplane is used.
bpfOverlayHostSourceIP | TunnelAddress | Source address of the host in traffic to pods that are tunnelled to.
bpfDisableUnprivileged | true | Programs without privileges may not use BPF.
bpfJITHardening | Auto | Whether the kernel hardens compiled BPF programs.
bpfLogLevel | Off | What BPF programs log.
bpfConntrackLogLevel | Off | What the clean-up of the BPF connection table logs.
bpfConntrackMode | Auto | Who cleans up the BPF connection table.
bpfConntrackTimeouts | | How long connections stay in the BPF connection table.
bpfIPFragTimeout | 0s | How long fragments wait for the others.
bpfLogFilters | | Filters of what BPF programs log, by interface.
bpfCTLBLogFilter | | Filter of what the connect-time load balancer logs.
bpfDataIfacePattern | ^((en\\|wl\\|ww\\|sl\\|ib)[Popsx].*\\|(eth\\|wlan\\|wwan\\|bond).*) | Host interfaces that carry traffic of the cluster.
bpfL3IfacePattern | | Tunnel interfaces without Ethernet headers.
bpfConnectTimeLoadBalancingEnabled | | Older switch: overrides bpfConnectTimeLoadBalancing and bpfHostNetworkedNATWithoutCTLB.
bpfConnectTimeLoadBalancing | TCP | For which traffic services are resolved when a socket connects.
bpfHostNetworkedNATWithoutCTLB | Enabled | Services are resolved for processes of the host without that.
bpfExternalServiceMode | Tunnel | How traffic from outside reaches a service on another node: tunnelled, or answered directly.
bpfDSROptoutCIDRs | | Clients that are never answered directly.
bpfExtToServiceConnmark | 0 | Connection mark of traffic from outside to services.
bpfKubeProxyIptablesCleanupEnabled | true | Rules that kube-proxy left are removed.
bpfKubeProxyMinSyncPeriod | 1s | The least time between updates of services.
bpfKubeProxyHealthzPort | 10256 | Port of the health server for services.
bpfPSNATPorts | 20000:29999 | Source ports for conflicts in translation.
bpfMapSizeNATFrontend | 65536 | Size of the map of service addresses.
bpfMapSizeNATBackend | 262144 | Size of the map of service backends.
bpfMapSizeNATAffinity | 65536 | Size of the map of session affinity.
bpfMapSizeRoute | 262144 | Size of the map of routes.
bpfMapSizeConntrack | 512000 | Size of the connection table.
bpfMapSizePerCpuConntrack | 0 | Size of the connection table for each processor; 0 uses bpfMapSizeConntrack.
bpfMapSizeConntrackScaling | DoubleIfFull | Whether the connection table grows.
bpfMapSizeConntrackCleanupQueue | 100000 | Size of the queue of its clean-up.
bpfMapSizeIPSets | 1048576 | Size of the map of IP sets.
bpfMapSizeIfState | 1000 | Size of the map of interfaces.
bpfHostConntrackBypass | false | Traffic of workloads passes by the connection tracking of the host.
bpfIPFragmentReassemblyEnabled | true | Fragments are put together.
bpfEnforceRPF | Loose | Whether packets must come from where their source is reached.
bpfPolicyDebugEnabled | true | Policy programs are kept in a form that people can read.
bpfForceTrackPacketsFromIfaces | docker+ | Interfaces whose traffic the connection tracking of the host sees in any case.
bpfDisableGROForIfaces | | Interfaces on which packets are not merged.
bpfExcludeCIDRsFromNAT | | Networks to which services are not resolved.
bpfExportBufferSizeMB | 1 | Size of the buffer of flow events.
istioAmbientMode | Disabled | Workloads may be part of an Istio mesh without sidecars.
istioDSCPMark | 23 | DSCP of the traffic of that mesh.
cgroupV2Path | | Where the second version of control groups is mounted.
flowLogsPolicyEvaluationMode | Continuous | Whether flows are judged anew when policy changes.
bpfRedirectToPeer | Enabled | Traffic goes straight to the interface inside the pod.
bpfAttachType | Netkit | How programs are attached to interfaces.
flowLogsFlushInterval | 5m0s | How often flow logs are sent.
flowLogsCollectorDebugTrace | false | The collector of flow logs logs everything.
flowLogsGoldmaneServer | | Where flow logs are sent.
flowLogsLocalReporter | Disabled | Flow logs can be read on the node.
bpfProfiling | Disabled | Programs measure themselves.
routeSource | CalicoIPAM | Where routes to workloads on other nodes come from.
routeTableRanges | 1-250 | Routing tables that may be used.
routeTableRange | | Older spelling of routeTableRanges.
routeSyncDisabled | false | No routes to workloads are programmed.
ipv4NormalRoutePriority | 1024 | Metric of IPv4 routes.
ipv4ElevatedRoutePriority | 512 | Metric of IPv4 routes during a live migration.
ipv6NormalRoutePriority | 1024 | Metric of IPv6 routes.
ipv6ElevatedRoutePriority | 512 | Metric of IPv6 routes during a live migration.
liveMigrationRouteConvergenceTime | 30s | How long routes have that metric.
wireguardEnabled | false | IPv4 traffic between nodes is encrypted with WireGuard.
wireguardEnabledV6 | false | IPv6 traffic between nodes is encrypted with WireGuard.
wireguardThreadingEnabled | false | WireGuard uses several threads.
wireguardListeningPort | 51820 | UDP port of WireGuard for IPv4.
wireguardListeningPortV6 | 51821 | UDP port of WireGuard for IPv6.
wireguardRoutingRulePriority | 99 | Priority of its routing rule.
wireguardInterfaceName | wireguard.cali | Name of its IPv4 interface.
wireguardInterfaceNameV6 | wg-v6.cali | Name of its IPv6 interface.
wireguardMTU | 0 | MTU of its IPv4 interface; 0 finds it out.
wireguardMTUV6 | 0 | MTU of its IPv6 interface; 0 finds it out.
wireguardHostEncryptionEnabled | false | Traffic of the hosts themselves is encrypted too.
wireguardKeepAlive | 0s | How often a silent session is kept open.
awsSrcDstCheck | DoNothing | What becomes of the check of addresses that AWS does.
serviceLoopPrevention | Drop | What packets get that would go round between node and router.
workloadSourceSpoofing | Disabled | Whether workloads may ask to use sources other than their own.
mtuIfacePattern | ^((en\\|wl\\|ww\\|sl\\|ib)[Pcopsvx].*\\|(eth\\|wlan\\|wwan).*) | Host interfaces that tell the MTU.
floatingIPs | Disabled | Addresses that are translated to a workload's own are programmed.
localSubnetL2Reachability | Disabled | Addresses of the node's own subnet are answered for.
localSubnetL2ReachabilityRefreshInterval | 2m0s | How often that is refreshed.
windowsManageFirewallRules | Disabled | Rules of the Windows firewall are made.
goGCThreshold | 40 | When the Go runtime collects garbage, in per cent.
goMemoryLimitMB | -1 | How much memory the Go runtime aims at; -1 no limit.
goMaxProcs | -1 | How many processors the Go runtime uses; -1 all.
requireMTUFile | false | The agent waits for the file that tells the MTU.
bpfMaglevMaxEndpointsPerService | 100 | The most endpoints of a service with Maglev.
bpfMaglevMaxServices | 100 | The most services with Maglev.
`;

const MEANINGS: ReadonlyMap<string, { readonly fallback: string; readonly meaning: string }> = new Map(
  ROWS.trim()
    .split('\n')
    .map((row) => {
      const [name = '', fallback = '', meaning = ''] = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
      return [name, { fallback: fallback.replaceAll('\\|', '|'), meaning }] as const;
    }),
);

/** Defaults that the schema of Calico fills in, not the agent. */
const FILLED_IN: ReadonlyMap<string, string> = new Map([
  ['nftablesMode', 'Auto'],
  ['nftablesFlowTableOffload', 'Disabled'],
]);

/** The fields with their meanings, in Calico's order. Throws when a field has none: it is ours to write. */
export function describeFelix<T extends Readonly<Record<string, z.ZodType>>>(fields: T): T {
  const names = Object.keys(fields);
  if (names.length !== MEANINGS.size) throw new Error('fields and meanings of FelixConfiguration differ');
  const described = [...MEANINGS].map(([name, { fallback, meaning }]) => {
    const field = fields[name];
    if (field === undefined) throw new Error(`no field ${name} of FelixConfiguration`);
    const filledIn = FILLED_IN.get(name);
    const facts = {
      ...(fallback === '' ? {} : { 'x-default': fallback }),
      ...(filledIn === undefined ? {} : { 'x-crd-default': filledIn }),
    };
    return [name, field.meta(facts).describe(meaning)];
  });
  return Object.fromEntries(described) as T;
}
