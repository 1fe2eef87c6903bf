// FelixConfiguration: how a node enforces policy. The fields that tortie reads are typed here; every other field of
// Calico's table is in felix-other-fields.ts.
import * as z from 'zod';
import { FELIX_RULES } from '../cel/felix.ts';
import { always, textThat } from '../schema.ts';
import { enumAnyCase, interfaceFilter, interfacePrefixes, logPrefix } from '../scalars/felix.ts';
import { addressV4, cidr, cidrV4 } from '../scalars/net.ts';
import { portRange } from '../scalars/port.ts';
import { anySelector } from '../scalars/selector.ts';
import { checkFelix } from './felix-checks.ts';
import { describeFelix } from './felix-meanings.ts';
import { otherFelixFields } from './felix-other-fields.ts';

const allowAction = enumAnyCase(['Accept', 'Return']).optional();
const denyAction = enumAnyCase(['Drop', 'Reject']).optional();
const markMask = z.int().min(0).max(0xffff_ffff).optional();
const flag = z.boolean().optional();
/** An empty list means no failsafes at all. */
const failsafePorts = z
  .array(
    z.strictObject({
      protocol: textThat(
        (value) => /^(tcp|udp|sctp)$/i.test(value),
        'protocol must be TCP, UDP or SCTP',
      ).describe('TCP, UDP or SCTP, in any case.'),
      port: z.int().min(0).max(65535).describe('The port.'),
      net: cidr.optional().describe('Only for peers in this network.'),
    }),
  )
  .optional();

const used = {
  interfacePrefix: interfacePrefixes.optional(),
  defaultEndpointToHostAction: enumAnyCase(['Drop', 'Accept', 'Return']).optional(),
  iptablesFilterAllowAction: allowAction,
  iptablesFilterDenyAction: denyAction,
  iptablesMangleAllowAction: allowAction,
  iptablesMarkMask: markMask,
  nftablesFilterAllowAction: allowAction,
  nftablesFilterDenyAction: denyAction,
  nftablesMarkMask: markMask,
  logPrefix: logPrefix.optional(),
  maxIpsetSize: z.int().optional(),
  disableConntrackInvalidCheck: flag,
  allowVXLANPacketsFromWorkloads: flag,
  allowIPIPPacketsFromWorkloads: flag,
  vxlanPort: z.int().optional(),
  workloadSourceSpoofing: enumAnyCase(['Disabled', 'Any']).optional(),
  natPortRange: portRange.optional(),
  natOutgoingAddress: addressV4.max(45).optional(),
  natOutgoingExclusions: z.enum(['IPPoolsOnly', 'IPPoolsAndHostIPs']).optional(),
  iptablesNATOutgoingInterfaceFilter: interfaceFilter.optional(),
  externalNodesList: z.array(cidrV4).optional(),
  failsafeInboundHostPorts: failsafePorts,
  failsafeOutboundHostPorts: failsafePorts,
  chainInsertMode: enumAnyCase(['Insert', 'Append']).optional(),
  /** Only on objects that are neither `default` nor `node.<name>`. */
  nodeSelector: anySelector.optional(),
  floatingIPs: z.enum(['Enabled', 'Disabled']).default('Disabled'),
  bpfConnectTimeLoadBalancing: z.enum(['TCP', 'Enabled', 'Disabled']).default('TCP'),
  bpfHostNetworkedNATWithoutCTLB: z.enum(['Enabled', 'Disabled']).default('Enabled'),
  bpfConnectTimeLoadBalancingEnabled: flag,
};

// The other fields are left out of the type on purpose: nothing may read them before they are moved to `used`.
const fields: typeof used = describeFelix(Object.assign({}, otherFelixFields, used));

export const felixConfigurationSpec = z.strictObject(fields).check(always(checkFelix)).meta(FELIX_RULES);

export type FelixConfigurationSpec = z.output<typeof felixConfigurationSpec>;
