// The fields of FelixConfiguration that tortie accepts and does not use: checked as far as Calico's table gives a
// simple type, so that a typing error is found although nothing depends on the field yet.
import * as z from 'zod';
import { numberOrText, stringMap, textThat } from '../schema.ts';
import { TABLE_RANGE_RULES, TABLE_RANGES_RULES } from '../cel/felix.ts';
import { decodeDscp } from '../scalars/dscp.ts';
import { addressV4, addressV6, cidr } from '../scalars/net.ts';
import { interfaceName, isDnsLabel, isInterfaceName } from '../scalars/names.ts';
import { decodePort } from '../scalars/port.ts';
import { goDuration, parseDuration } from '../scalars/duration.ts';
import {
  duration,
  durationWithFraction,
  enumAnyCase,
  host,
  interfaceFilter,
  regex,
} from '../scalars/felix.ts';

const SEVERITIES = ['Trace', 'Debug', 'Info', 'Warning', 'Error', 'Fatal'] as const;
const SWITCH = ['Enabled', 'Disabled'] as const;
const notNegative = textThat((value) => {
  const nanoseconds = parseDuration(value);
  return nanoseconds !== undefined && nanoseconds >= 0n;
}, 'Timeout should not be negative');
const port = z.int().min(0).max(65535);
const priority = z.int().min(1).max(2_147_483_646);
const portOrRange = numberOrText(decodePort);

function each(schema: () => z.ZodType, names: string): Record<string, z.ZodType> {
  return Object.fromEntries(names.split(' ').map((name) => [name, schema().optional()]));
}

const BOOLEANS =
  'bpfDisableUnprivileged bpfEnabled bpfHostConntrackBypass bpfIPFragmentReassemblyEnabled ' +
  'bpfKubeProxyIptablesCleanupEnabled bpfPolicyDebugEnabled debugDisableLogDropping endpointReportingEnabled ' +
  'flowLogsCollectorDebugTrace genericXDPEnabled healthEnabled ipipEnabled ipv6Support prometheusGoMetricsEnabled ' +
  'prometheusMetricsEnabled prometheusProcessMetricsEnabled prometheusWireGuardMetricsEnabled removeExternalRoutes ' +
  'requireMTUFile routeSyncDisabled sidecarAccelerationEnabled usageReportingEnabled useInternalDataplaneDriver ' +
  'vxlanEnabled wireguardEnabled wireguardEnabledV6 wireguardHostEncryptionEnabled wireguardThreadingEnabled xdpEnabled';
const DURATIONS =
  'bpfIPFragTimeout bpfKubeProxyMinSyncPeriod debugSimulateCalcGraphHangAfter debugSimulateDataplaneApplyDelay ' +
  'debugSimulateDataplaneHangAfter endpointReportingDelay flowLogsFlushInterval interfaceRefreshInterval ' +
  'ipsetsRefreshInterval iptablesLockProbeInterval iptablesPostWriteCheckInterval iptablesRefreshInterval ' +
  'netlinkTimeout reportingInterval reportingTTL routeRefreshInterval usageReportingInitialDelay ' +
  'usageReportingInterval wireguardKeepAlive xdpRefreshInterval';
/** Calico's schema refuses fractions in all durations but these. */
const FRACTIONAL_DURATIONS =
  'dataplaneWatchdogTimeout localSubnetL2ReachabilityRefreshInterval nftablesRefreshInterval';
const REGEXES =
  'bpfDataIfacePattern bpfDisableGROForIfaces bpfL3IfacePattern logDebugFilenameRegex mtuIfacePattern ' +
  'nftablesFlowTableDataIfacePattern';
const TEXTS =
  'bpfCTLBLogFilter cgroupV2Path dataplaneDriver debugMemoryProfilePath endpointStatusPathPrefix ' +
  'flowLogsGoldmaneServer interfaceExclude logFilePath metadataAddr ' +
  'policySyncPathPrefix prometheusMetricsCAFile prometheusMetricsCertFile prometheusMetricsKeyFile';
const INTEGERS =
  'bpfExportBufferSizeMB bpfMapSizeConntrack bpfMapSizeIPSets bpfMapSizeIfState bpfMapSizeNATAffinity ' +
  'bpfMapSizeNATBackend bpfMapSizeNATFrontend bpfMapSizePerCpuConntrack bpfMapSizeRoute deviceRouteProtocol ipipMTU ' +
  'vxlanMTU vxlanMTUV6 vxlanVNI wireguardMTU wireguardMTUV6';

/** `name=value,name=value`, each value like the pattern. */
function pairs(value: string) {
  const pair = `([a-zA-Z0-9-_]+=${value})`;
  const pattern = `^(${pair},)*(${pair})?$`;
  const matcher = new RegExp(pattern);
  return textThat((v) => matcher.test(v), 'invalid list', 'name=value, separated by commas')
    .optional()
    .meta({ pattern });
}

/** Their bounds are in felix-checks.ts. */
const tableRange = z.strictObject({
  min: z.int().describe('The first table.'),
  max: z.int().describe('The last table.'),
});
const TIMEOUT = /^(([0-9]*(\.[0-9]*)?(ms|s|h|m|us)+)+|Auto)$/;
const conntrackTimeout = textThat(
  (v) => TIMEOUT.test(v),
  'invalid duration',
  'a duration such as 90s, or Auto',
)
  .optional()
  .meta({ pattern: TIMEOUT.source });
const timeout = (of: string, fallback: string) =>
  conntrackTimeout.meta({ 'x-default': fallback }).describe(`Of ${of}.`);

export const otherFelixFields: Record<string, z.ZodType> = {
  ...each(() => z.boolean(), BOOLEANS),
  ...each(() => duration, DURATIONS),
  ...each(() => goDuration, FRACTIONAL_DURATIONS),
  ...each(() => regex, REGEXES),
  ...each(() => z.string(), TEXTS),
  ...each(() => z.int(), INTEGERS),
  ...each(() => port, 'bpfKubeProxyHealthzPort debugPort healthPort metadataPort prometheusMetricsPort'),
  ...each(() => port.min(1), 'wireguardListeningPort wireguardListeningPortV6'),
  ...each(() => z.int().min(1).max(3000), 'bpfMaglevMaxEndpointsPerService bpfMaglevMaxServices'),
  ...each(() => z.int().min(-1), 'goGCThreshold goMaxProcs goMemoryLimitMB'),
  ...each(
    () => priority,
    'ipv4ElevatedRoutePriority ipv4NormalRoutePriority ipv6ElevatedRoutePriority ipv6NormalRoutePriority',
  ),
  ...each(() => host, 'debugHost healthHost prometheusMetricsHost'),
  ...each(() => interfaceName, 'wireguardInterfaceName wireguardInterfaceNameV6'),
  ...each(() => addressV4.max(45), 'deviceRouteSourceAddress'),
  ...each(() => portOrRange, 'bpfPSNATPorts'),
  ...each(() => enumAnyCase(SEVERITIES), 'logSeverityFile logSeverityScreen logSeveritySys'),
  ...each(() => enumAnyCase(['Accept', 'Return']), 'nftablesMangleAllowAction'),
  ...each(
    () => z.enum(SWITCH),
    'bpfProfiling flowLogsLocalReporter ipForwarding istioAmbientMode windowsManageFirewallRules',
  ),
  ...each(() => z.array(cidr), 'bpfDSROptoutCIDRs bpfExcludeCIDRsFromNAT'),
  awsSrcDstCheck: z.enum(['DoNothing', 'Enable', 'Disable']).optional(),
  bpfAttachType: z.enum(['TC', 'TCX', 'Netkit']).optional(),
  bpfConntrackLogLevel: z.enum(['Off', 'Debug']).optional(),
  bpfConntrackMode: z.enum(['Auto', 'Userspace', 'BPFProgram']).optional(),
  bpfConntrackTimeouts: z
    .strictObject({
      creationGracePeriod: timeout('entries that were just made', '10s'),
      tcpSynSent: timeout('connections that were not answered', '20s'),
      tcpEstablished: timeout('established connections', '1h'),
      tcpFinsSeen: timeout('connections that both sides closed', 'Auto'),
      tcpResetSeen: timeout('connections that were reset', '40s'),
      udpTimeout: timeout('UDP', '60s'),
      genericTimeout: timeout('other protocols', '10m'),
      icmpTimeout: timeout('ICMP', '5s'),
    })
    .optional(),
  bpfEnforceRPF: enumAnyCase(['Disabled', 'Strict', 'Loose']).optional(),
  bpfExtToServiceConnmark: z.int().min(0).max(0xffff_ffff).optional(),
  bpfExternalServiceMode: enumAnyCase(['Tunnel', 'DSR']).optional(),
  bpfForceTrackPacketsFromIfaces: z.array(interfaceFilter).optional(),
  bpfJITHardening: z.enum(['Auto', 'Strict']).optional(),
  bpfLogFilters: stringMap((key, _value, report) => {
    if (!isInterfaceName(key)) report({ message: 'invalid interface name', path: [key] });
  }).optional(),
  bpfLogLevel: enumAnyCase(['Off', 'Info', 'Debug']).optional(),
  bpfMapSizeConntrackCleanupQueue: z.int().min(1).optional(),
  bpfMapSizeConntrackScaling: enumAnyCase(['Disabled', 'DoubleIfFull']).optional(),
  bpfOverlayHostSourceIP: z.enum(['TunnelAddress', 'HostAddress']).optional(),
  bpfRedirectToPeer: z.enum(SWITCH).optional(),
  deviceRouteSourceAddressIPv6: addressV6.max(45).optional(),
  featureDetectOverride: pairs('(true|false|)'),
  featureGates: pairs('([^=]+)'),
  flowLogsPolicyEvaluationMode: z.enum(['None', 'Continuous']).optional(),
  healthTimeoutOverrides: z
    .array(
      z.strictObject({
        name: textThat(
          (v) => /^[a-zA-Z0-9_ -]+$/.test(v),
          'name should match regex [a-zA-Z0-9_ -]+',
        ).describe('Part of the agent.'),
        timeout: notNegative.describe('How long it may be silent.'),
      }),
    )
    .optional(),
  iptablesBackend: z.enum(['Legacy', 'NFT', 'Auto']).optional(),
  istioDSCPMark: numberOrText(decodeDscp).optional(),
  kubeNodePortRanges: z.array(portOrRange).max(7, 'node port ranges list is too long (max 7)').optional(),
  liveMigrationRouteConvergenceTime: durationWithFraction.optional(),
  localSubnetL2Reachability: z.enum(['Disabled', 'PodsAndLoadBalancers']).optional(),
  logActionRateLimit: textThat(
    (v) => /^[1-9]\d{0,3}\/(second|minute|hour|day)$/.test(v),
    'invalid rate',
    'such as 100/minute',
  )
    .optional()
    .meta({ pattern: '^[1-9]\\d{0,3}/(second|minute|hour|day)$' }),
  logActionRateLimitBurst: z.int().min(0).max(9999).optional(),
  nftablesFlowTableOffload: z.enum(['All', 'Disabled']).optional(),
  nftablesMode: z.enum(['Disabled', 'Enabled', 'Auto']).optional(),
  openstackRegion: textThat(
    (v) => v === '' || (v.length <= 46 && isDnsLabel(v)),
    'must be a valid DNS label',
  ).optional(),
  programClusterRoutes: z.enum(['Enabled', 'Disabled', 'EnabledIPIPOnly', 'EnabledNoEncapOnly']).optional(),
  prometheusMetricsClientAuth: z
    .enum(['RequireAndVerifyClientCert', 'RequireAnyClientCert', 'VerifyClientCertIfGiven', 'NoClientCert'])
    .optional(),
  routeSource: enumAnyCase(['WorkloadIPs', 'CalicoIPAM']).optional(),
  routeTableRange: tableRange.meta(TABLE_RANGE_RULES).optional(),
  routeTableRanges: z.array(tableRange.meta(TABLE_RANGES_RULES)).optional(),
  serviceLoopPrevention: enumAnyCase(['Drop', 'Reject', 'Disabled']).optional(),
  wireguardRoutingRulePriority: z.int().min(1).max(32_765).optional(),
};

/** Fields of FelixConfiguration that are accepted and change nothing here. */
export const UNUSED_FELIX_FIELDS: ReadonlySet<string> = new Set(Object.keys(otherFelixFields).sort());
