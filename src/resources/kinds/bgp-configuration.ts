// BGPConfiguration: how nodes speak BGP, for the cluster (`default`) or for one node (`node.<name>`).
import * as z from 'zod';
import { BGP_CONFIGURATION_RULES } from '../cel/bgp.ts';
import { always, numberOrText, set, textThat } from '../schema.ts';
import { AS_NUMBER, decodeAsNumber } from '../scalars/as-number.ts';
import { enumAnyCase } from '../scalars/felix.ts';
import { goDuration } from '../scalars/duration.ts';
import { addressV4, addressV6, network } from '../scalars/net.ts';
import { bgpPassword } from './bgp-password.ts';
import { checkBgpConfiguration, COMMUNITY } from './bgp-configuration-checks.ts';

const SEVERITIES = ['Trace', 'Debug', 'Info', 'Warning', 'Error', 'Fatal'] as const;
const priority = z.int().min(1).max(2_147_483_646).optional().meta({ 'x-default': '1024' });

const block = z.strictObject({ cidr: network.optional().describe('A network.') });
const blocks = z.array(block).optional();

const community = z.strictObject({
  name: z.string().max(253).optional().describe('How prefixAdvertisements refer to it.'),
  value: textThat((v) => COMMUNITY.test(v), 'invalid community value or format used.')
    .max(40)
    .optional()
    .meta({ pattern: COMMUNITY.source })
    .describe('aa:nn of 16 bits each, or aa:nn:mm of 32 bits each.'),
});

const advertisement = z.strictObject({
  cidr: network.optional().describe('The network whose routes carry the communities.'),
  communities: z
    .array(z.string())
    .max(50)
    .optional()
    .describe('Names of communities defined here, or values.'),
});

export const bgpConfigurationSpec = z
  .strictObject({
    logSeverityScreen: enumAnyCase(SEVERITIES)
      .optional()
      .meta({ 'x-crd-default': 'Info' })
      .describe('What is logged.'),
    nodeToNodeMeshEnabled: z
      .boolean()
      .optional()
      .meta({ 'x-default': 'true' })
      .describe('Every node peers with every other one. Only on `default`.'),
    asNumber: numberOrText(decodeAsNumber)
      .optional()
      .meta({ ...AS_NUMBER, 'x-default': '64512' })
      .describe('AS number of nodes that have none of their own. Only on `default`.'),
    serviceLoadBalancerIPs: blocks.describe(
      'Load balancer addresses that are advertised. Only on `default`.',
    ),
    serviceExternalIPs: blocks.describe(
      'External addresses of services that are advertised. Only on `default`.',
    ),
    serviceClusterIPs: blocks.describe(
      'Cluster addresses of services that are advertised. Only on `default`.',
    ),
    serviceLoadBalancerAggregation: z
      .enum(['Enabled', 'Disabled'])
      .optional()
      .meta({ 'x-crd-default': 'Enabled' })
      .describe('Whether load balancer addresses are advertised as blocks, or one by one.'),
    communities: z.array(community).max(500).optional().describe('BGP communities by name.'),
    prefixAdvertisements: z
      .array(advertisement)
      .max(500)
      .optional()
      .describe('Which routes carry which communities.'),
    listenPort: z.int().min(1).max(65535).optional().meta({ 'x-default': '179' }).describe('Port of BGP.'),
    nodeMeshPassword: bgpPassword.optional().describe('Password of the mesh. Only on `default`.'),
    nodeMeshMaxRestartTime: goDuration
      .optional()
      .meta({ 'x-default': '120s' })
      .describe('How long routes outlive a restart of a node in the mesh. Only on `default`.'),
    bindMode: z
      .enum(['None', 'NodeIP'])
      .optional()
      .meta({ 'x-default': 'None' })
      .describe('Whether BGP listens on all addresses, or on that of the node.'),
    ignoredInterfaces: set(
      textThat((v) => /^[a-zA-Z0-9_.*-]{1,15}$/.test(v) && v !== '*', 'invalid interface name'),
    )
      .optional()
      .describe('Interfaces whose routes are not exported; `*` stands for any characters.'),
    localWorkloadPeeringIPV4: addressV4.optional().describe('Address with which workloads on a node peer.'),
    localWorkloadPeeringIPV6: addressV6.optional().describe('Address with which workloads on a node peer.'),
    programClusterRoutes: z
      .enum(['Enabled', 'Disabled', 'EnabledIPIPOnly', 'EnabledNoEncapOnly'])
      .optional()
      .meta({ 'x-default': 'EnabledNoEncapOnly' })
      .describe(
        'Which routes between nodes the BGP daemon programs; Enabled and Disabled are older spellings.',
      ),
    ipv4NormalRoutePriority: priority.describe('Metric of the IPv4 routes that it programs.'),
    ipv6NormalRoutePriority: priority.describe('Metric of the IPv6 routes that it programs.'),
  })
  .check(always(checkBgpConfiguration))
  .meta(BGP_CONFIGURATION_RULES);

export type BGPConfigurationSpec = z.output<typeof bgpConfigurationSpec>;
