// The layout (layout.ts) of FelixConfiguration's spec.
import { layoutOf } from './layout.ts';

export const FELIX_LAYOUT = layoutOf(
  `
  nodeSelector* useInternalDataplaneDriver* dataplaneDriver dataplaneWatchdogTimeout*:duration
  ipv6Support* routeRefreshInterval*:duration interfaceRefreshInterval*:duration
  iptablesRefreshInterval*:duration iptablesPostWriteCheckInterval*:duration
  iptablesLockProbeInterval*:duration featureDetectOverride featureGates ipsetsRefreshInterval*:duration
  maxIpsetSize* iptablesBackend* xdpRefreshInterval*:duration netlinkTimeout*:duration metadataAddr
  metadataPort* openstackRegion interfacePrefix interfaceExclude chainInsertMode
  defaultEndpointToHostAction iptablesFilterAllowAction iptablesMangleAllowAction
  iptablesFilterDenyAction logPrefix logActionRateLimit* logActionRateLimitBurst* logFilePath
  logSeverityFile logSeverityScreen logSeveritySys logDebugFilenameRegex ipipEnabled* ipipMTU*
  vxlanEnabled* vxlanMTU* vxlanMTUV6* vxlanPort* vxlanVNI* allowVXLANPacketsFromWorkloads*
  allowIPIPPacketsFromWorkloads* reportingInterval*:duration reportingTTL*:duration
  endpointReportingEnabled* endpointReportingDelay*:duration endpointStatusPathPrefix iptablesMarkMask*
  disableConntrackInvalidCheck* healthEnabled* healthHost* healthPort* healthTimeoutOverrides:override
  prometheusMetricsEnabled* prometheusMetricsHost prometheusMetricsPort* prometheusGoMetricsEnabled*
  prometheusProcessMetricsEnabled* prometheusWireGuardMetricsEnabled* prometheusMetricsCAFile*
  prometheusMetricsCertFile* prometheusMetricsKeyFile* prometheusMetricsClientAuth*
  failsafeInboundHostPorts*:failsafe failsafeOutboundHostPorts*:failsafe kubeNodePortRanges*:port
  policySyncPathPrefix usageReportingEnabled* usageReportingInitialDelay*:duration
  usageReportingInterval*:duration natPortRange*:port natOutgoingAddress natOutgoingExclusions*
  deviceRouteSourceAddress deviceRouteSourceAddressIPv6 deviceRouteProtocol* removeExternalRoutes*
  programClusterRoutes* ipForwarding externalNodesList* debugMemoryProfilePath debugDisableLogDropping*
  debugSimulateCalcGraphHangAfter*:duration debugSimulateDataplaneHangAfter*:duration
  debugSimulateDataplaneApplyDelay*:duration debugHost* debugPort* iptablesNATOutgoingInterfaceFilter
  sidecarAccelerationEnabled* xdpEnabled* genericXDPEnabled* nftablesMode* nftablesFlowTableOffload*
  nftablesFlowTableDataIfacePattern nftablesRefreshInterval*:duration nftablesFilterAllowAction
  nftablesMangleAllowAction nftablesFilterDenyAction nftablesMarkMask* bpfEnabled*
  bpfOverlayHostSourceIP* bpfDisableUnprivileged* bpfJITHardening* bpfLogLevel="" bpfConntrackLogLevel
  bpfConntrackMode* bpfConntrackTimeouts*:timeouts bpfIPFragTimeout*:duration bpfLogFilters*:map
  bpfCTLBLogFilter bpfDataIfacePattern bpfL3IfacePattern bpfConnectTimeLoadBalancingEnabled*
  bpfConnectTimeLoadBalancing* bpfHostNetworkedNATWithoutCTLB* bpfExternalServiceMode bpfDSROptoutCIDRs*
  bpfExtToServiceConnmark* bpfKubeProxyIptablesCleanupEnabled* bpfKubeProxyMinSyncPeriod*:duration
  bpfKubeProxyHealthzPort* bpfPSNATPorts*:port bpfMapSizeNATFrontend* bpfMapSizeNATBackend*
  bpfMapSizeNATAffinity* bpfMapSizeRoute* bpfMapSizeConntrack* bpfMapSizePerCpuConntrack*
  bpfMapSizeConntrackScaling bpfMapSizeConntrackCleanupQueue* bpfMapSizeIPSets* bpfMapSizeIfState*
  bpfHostConntrackBypass* bpfIPFragmentReassemblyEnabled* bpfEnforceRPF bpfPolicyDebugEnabled*
  bpfForceTrackPacketsFromIfaces* bpfDisableGROForIfaces bpfExcludeCIDRsFromNAT* bpfExportBufferSizeMB*
  istioAmbientMode* istioDSCPMark*:dscp cgroupV2Path flowLogsPolicyEvaluationMode* bpfRedirectToPeer
  bpfAttachType* flowLogsFlushInterval*:duration flowLogsCollectorDebugTrace* flowLogsGoldmaneServer*
  flowLogsLocalReporter* bpfProfiling routeSource routeTableRanges*:range routeTableRange*:range
  routeSyncDisabled* ipv4NormalRoutePriority* ipv4ElevatedRoutePriority* ipv6NormalRoutePriority*
  ipv6ElevatedRoutePriority* liveMigrationRouteConvergenceTime*:duration wireguardEnabled*
  wireguardEnabledV6* wireguardThreadingEnabled* wireguardListeningPort* wireguardListeningPortV6*
  wireguardRoutingRulePriority* wireguardInterfaceName wireguardInterfaceNameV6 wireguardMTU*
  wireguardMTUV6* wireguardHostEncryptionEnabled* wireguardKeepAlive*:duration awsSrcDstCheck*
  serviceLoopPrevention workloadSourceSpoofing mtuIfacePattern floatingIPs* localSubnetL2Reachability*
  localSubnetL2ReachabilityRefreshInterval*:duration windowsManageFirewallRules* goGCThreshold*
  goMemoryLimitMB* goMaxProcs* requireMTUFile* bpfMaglevMaxEndpointsPerService* bpfMaglevMaxServices*
`,
  {
    override: layoutOf('name="" timeout="0s":duration'),
    failsafe: layoutOf('protocol port=0 net'),
    range: layoutOf('min=0 max=0'),
    timeouts: layoutOf(
      `creationGracePeriod* tcpSynSent* tcpEstablished* tcpFinsSeen* tcpResetSeen* udpTimeout* genericTimeout*
       icmpTimeout*`,
    ),
  },
);
