// Objects that Calico takes or refuses, with the words in which it does: for our checks (src/resources/vectors.test.ts) and
// for the CRDs in an API server (crds.test.ts).

const TOO_SMALL =
  'IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size.';
const BLOCK_SIZES =
  'blockSize must be between 20 and 32 for IPv4 pools, and between 116 and 128 for IPv6 pools';
const rule = (more: object) => ({ ingress: [{ action: 'Allow', ...more }] });
const out = (more: object) => ({ egress: [{ action: 'Allow', ...more }] });
const services = { services: { name: 's', namespace: 'n' } };

type Vector = readonly [kind: string, spec: object, message?: string | undefined, name?: string];

/** Kind, spec, and what both say no with (nothing: both say yes); name of the object when it matters. */
export const VECTORS: readonly Vector[] = [
  ['IPPool', { cidr: '10.0.0.0/27' }, TOO_SMALL],
  ['IPPool', { cidr: '10.0.0.0/27', disabled: true }],
  ['IPPool', { cidr: '10.0.0.0/27', blockSize: 28 }],
  ['IPPool', { cidr: 'fd00::/124' }, TOO_SMALL],
  ['IPPool', { cidr: 'fd00::/64' }],
  ['IPPool', { cidr: '10.0.0.0/16', blockSize: 19 }, BLOCK_SIZES],
  ['IPPool', { cidr: '10.0.0.0/16', blockSize: 33 }, BLOCK_SIZES],
  ['IPPool', { cidr: 'fd00::/64', blockSize: 26 }, BLOCK_SIZES],
  ['IPPool', { cidr: '10.0.0.0/16', blockSize: 0 }],
  [
    'IPPool',
    { cidr: '10.0.0.0/16', ipipMode: 'Always', vxlanMode: 'CrossSubnet' },
    'ipipMode and vxlanMode cannot both be enabled',
  ],
  ['IPPool', { cidr: '10.0.0.0/16', ipipMode: 'Always', vxlanMode: 'Never' }],
  ['IPPool', { cidr: 'fd00::/64', ipipMode: 'Always' }, 'IPIP is not supported on IPv6 pools'],
  ['IPPool', { cidr: '169.254.3.0/24' }, 'IPPool CIDR overlaps with IPv4 link local range 169.254.0.0/16'],
  ['IPPool', { cidr: '128.0.0.0/1' }, 'IPPool CIDR overlaps with IPv4 link local range 169.254.0.0/16'],
  ['IPPool', { cidr: 'fe80:1::/64' }, 'IPPool CIDR overlaps with IPv6 link local range fe80::/10'],
  ['IPPool', { cidr: '10.0.0.0/16', allowedUses: ['LoadBalancer'] }],
  [
    'IPPool',
    { cidr: '10.0.0.0/16', allowedUses: ['LoadBalancer', 'Tunnel'] },
    'LoadBalancer cannot be combined with Workload or Tunnel allowed uses',
  ],
  [
    'IPPool',
    { cidr: '10.0.0.0/16', allowedUses: ['LoadBalancer'], vxlanMode: 'Always' },
    'LoadBalancer IP pool cannot have IPIP or VXLAN enabled',
  ],
  [
    'IPPool',
    { cidr: '10.0.0.0/16', allowedUses: ['LoadBalancer'], disableBGPExport: true },
    'LoadBalancer IP pools cannot disable BGP export',
  ],
  [
    'IPPool',
    { cidr: '10.0.0.0/16', allowedUses: ['LoadBalancer'], nodeSelector: 'a == "b"' },
    'IP Pool with AllowedUse LoadBalancer must have nodeSelector set to all()',
  ],
  [
    'IPPool',
    { cidr: '10.0.0.0/16', allowedUses: ['Tunnel'], namespaceSelector: 'a == "b"' },
    'IP Pool with AllowedUse Tunnel cannot have namespaceSelector',
  ],
  [
    'IPPool',
    { cidr: '10.0.0.0/16', nodeSelector: 'global()' },
    'global() selector is not valid for IPPool nodeSelector',
  ],
  ['IPPool', { cidr: '10.0.0.0/16', allowedUses: ['Workload', 'Workload'] }, 'uplicate'],
  ['IPReservation', { reservedCIDRs: ['10.0.0.1'] }, 'must be of type cidr: "10.0.0.1"'],
  ['IPReservation', { reservedCIDRs: ['10.0.0.1/24', 'fd00::/120'] }],
  [
    'NetworkPolicy',
    rule({ protocol: 'UDP', http: { methods: ['GET'] } }),
    'rules with HTTP match must have protocol TCP or unset',
  ],
  ['NetworkPolicy', rule({ protocol: 6, http: { methods: ['GET'] } })],
  [
    'NetworkPolicy',
    rule({ action: 'Deny', http: { methods: ['GET'] } }),
    'HTTP match is only valid on Allow rules',
  ],
  [
    'NetworkPolicy',
    out({ protocol: 'TCP', destination: { ...services, ports: [80] } }),
    'ports and notPorts cannot be specified with services',
  ],
  ['NetworkPolicy', out({ destination: services })],
  ['NetworkPolicy', rule({ icmp: { type: 8 } }), 'ICMP fields require protocol to be ICMP or ICMPv6'],
  ['NetworkPolicy', rule({ protocol: 58, icmp: { type: 8, code: 0 } })],
  [
    'NetworkPolicy',
    rule({ protocol: 'ICMP', icmp: { code: 0 } }),
    'ICMP code specified without an ICMP type',
  ],
  ['NetworkPolicy', rule({ notICMP: { code: 0 } }), 'ICMP code specified without an ICMP type'],
  ['NetworkPolicy', rule({ protocol: 1, ipVersion: 6 }), 'protocol ICMP requires ipVersion 4'],
  ['NetworkPolicy', rule({ notProtocol: 'ICMPv6', ipVersion: 4 }), 'protocol ICMPv6 requires ipVersion 6'],
  ['NetworkPolicy', rule({ protocol: 'ICMPv6', ipVersion: 6 })],
  [
    'NetworkPolicy',
    rule({ source: { selector: 'global()' } }),
    'global() can only be used in an EntityRule namespaceSelector',
  ],
  ['NetworkPolicy', rule({ source: { namespaceSelector: 'global()' } })],
  [
    'NetworkPolicy',
    rule({ source: { ...services, namespaceSelector: 'all()' } }),
    'cannot specify NamespaceSelector and Services on the same rule',
  ],
  [
    'NetworkPolicy',
    rule({ source: { ...services, serviceAccounts: {} } }),
    'cannot specify ServiceAccounts and Services on the same rule',
  ],
  [
    'NetworkPolicy',
    rule({ source: { ...services, notSelector: 'all()' } }),
    'cannot specify Selector/NotSelector and Services on the same rule',
  ],
  [
    'NetworkPolicy',
    rule({ source: { ...services, notNets: ['10.0.0.0/8'] } }),
    'cannot specify Nets/NotNets and Services on the same rule',
  ],
  [
    'NetworkPolicy',
    rule({ source: { services: { namespace: 'n' } } }),
    'services must specify a service name',
  ],
  ['NetworkPolicy', rule({ action: 'Alow' }), 'supported values: "Allow", "Deny", "Log", "Pass"'],
  ['NetworkPolicy', rule({ ipVersion: 5 }), 'supported values: "4", "6"'],
  ['NetworkPolicy', { selector: 'global()' }, 'global() can only be used in an EntityRule namespaceSelector'],
  ['NetworkPolicy', { types: ['Ingress', 'ingress'] }, 'supported values: "Ingress", "Egress"'],
  [
    'GlobalNetworkPolicy',
    { preDNAT: true },
    'applyOnForward must be true if either preDNAT or doNotTrack is true',
  ],
  [
    'GlobalNetworkPolicy',
    { preDNAT: true, applyOnForward: true, doNotTrack: true },
    'preDNAT and doNotTrack cannot both be true',
  ],
  [
    'GlobalNetworkPolicy',
    { preDNAT: true, applyOnForward: true, ...out({}) },
    'preDNAT policy cannot have any egress rules',
  ],
  [
    'GlobalNetworkPolicy',
    { preDNAT: true, applyOnForward: true, types: ['Egress'] },
    "preDNAT policy cannot have 'Egress' type",
  ],
  ['GlobalNetworkPolicy', { preDNAT: true, applyOnForward: true, ...rule({}) }],
  [
    'GlobalNetworkPolicy',
    { namespaceSelector: 'global()' },
    'global() can only be used in an EntityRule namespaceSelector',
  ],
  [
    'StagedGlobalNetworkPolicy',
    { doNotTrack: true },
    'applyOnForward must be true if either preDNAT or doNotTrack is true',
  ],
  ['StagedNetworkPolicy', { stagedAction: 'set' }, 'supported values: "Set", "Delete", "Learn", "Ignore"'],
  [
    'StagedKubernetesNetworkPolicy',
    { podSelector: {}, ingress: [{ ports: [{ port: 'http' }, { port: 80 }] }] },
  ],
  ['Tier', { order: 5 }, 'default tier order must be 1000000', 'default'],
  [
    'Tier',
    { order: 1e6, defaultAction: 'Pass' },
    "The 'default' tier must have default action 'Deny'",
    'default',
  ],
  ['Tier', { order: 1e6 }, undefined, 'default'],
  ['Tier', { order: 1000 }, "The 'kube-admin' tier must have default action 'Pass'", 'kube-admin'],
  ['Tier', { order: 10_000_000, defaultAction: 'Pass' }, undefined, 'kube-baseline'],
  ['Tier', { order: 0.5, defaultAction: 'Allow' }, 'supported values: "Deny", "Pass"'],
  ['HostEndpoint', { node: 'n' }, 'at least one of interfaceName or expectedIPs must be specified'],
  ['HostEndpoint', { interfaceName: 'eth0', node: '' }, 'node must be specified'],
  ['HostEndpoint', { node: 'n', expectedIPs: ['10.0.0.1'], ports: [{ name: 'a', protocol: 17, port: 53 }] }],
  ['NetworkSet', { nets: ['10.0.0.1', '10.0.0.0/8', 'fe80::1'] }],
  ['GlobalNetworkSet', { nets: ['10.0.0.1', '10.0.0.1'] }, 'uplicate'],
  [
    'BGPPeer',
    { node: 'a', nodeSelector: 'all()', peerIP: '192.0.2.1' },
    'node and nodeSelector cannot both be set',
  ],
  ['BGPPeer', { peerIP: '192.0.2.1', peerSelector: 'all()' }, 'peerIP and peerSelector cannot both be set'],
  ['BGPPeer', { asNumber: 64512, peerSelector: 'all()' }, 'asNumber must be empty when peerSelector is set'],
  ['BGPPeer', { localWorkloadSelector: 'all()' }, 'asNumber is required when localWorkloadSelector is set'],
  [
    'BGPPeer',
    { localWorkloadSelector: 'all()', asNumber: 1, peerIP: '192.0.2.1' },
    'peerIP must be empty when localWorkloadSelector is set',
  ],
  ['BGPPeer', { reachableBy: '192.0.2.1' }, 'reachableBy must be empty when peerIP is empty'],
  [
    'BGPPeer',
    { keepOriginalNextHop: true, nextHopMode: 'Self' },
    'keepOriginalNextHop and nextHopMode cannot both be set',
  ],
  [
    'BGPPeer',
    { peerIP: '[2001:db8::1]:1179', asNumber: 64512, password: { secretKeyRef: { name: 'a', key: 'b' } } },
  ],
  // All of 32 bits, although the schema says int32.
  ['BGPPeer', { peerIP: '192.0.2.1', asNumber: 4_294_967_295 }],
  [
    'BGPConfiguration',
    { nodeToNodeMeshEnabled: false, nodeMeshMaxRestartTime: '90s' },
    'nodeMeshMaxRestartTime cannot be set when nodeToNodeMeshEnabled is false',
    'default',
  ],
  [
    'BGPConfiguration',
    { communities: [{ name: 'a', value: '1:2' }] },
    'communities are defined but not used in prefixAdvertisements',
    'default',
  ],
  ['BGPConfiguration', { logSeverityScreen: 'dEBUG', asNumber: 64512 }, undefined, 'default'],
  [
    'FelixConfiguration',
    { nodeSelector: 'all()' },
    "nodeSelector must not be set on the 'default' or per-node ('node.*') FelixConfiguration",
    'node.a',
  ],
  ['FelixConfiguration', { nodeSelector: 'all()' }, undefined, 'edge'],
  ['FelixConfiguration', { natOutgoingAddress: '2001:db8::1' }, 'IPv4 address'],
  ['FelixConfiguration', { deviceRouteSourceAddressIPv6: '192.0.2.1' }, 'IPv6 address'],
  [
    'FelixConfiguration',
    { routeTableRange: { min: 1, max: 251 } },
    'must be a range of route table indices within 1..250',
  ],
  [
    'FelixConfiguration',
    { routeTableRange: { min: 1, max: 2 }, routeTableRanges: [] },
    'routeTableRange and routeTableRanges cannot both be set',
  ],
  ['FelixConfiguration', { routeTableRanges: [{ min: 1, max: 300 }], iptablesRefreshInterval: '1m30s' }],
  [
    'FelixConfiguration',
    { chainInsertMode: 'aPPend', bpfConntrackLogLevel: 'Off', natPortRange: '1000:2000' },
  ],
];

/** Both refuse, each in its own words. */
export const REFUSED: readonly (readonly [kind: string, spec: object])[] = [
  ['IPPool', {}],
  ['IPPool', { cidr: '10.0.0.1/16' }],
  ['IPPool', { cidr: '10.0.0.1', blockSize: 32 }],
  ['NetworkPolicy', { selector: 'x'.repeat(1025) }],
  ['NetworkPolicy', rule({ protocol: true })],
  ['NetworkPolicy', { order: '1' }],
  ['BGPConfiguration', { serviceClusterIPs: [{ cidr: '10.0.0.1' }] }],
  ['BGPConfiguration', { logSeverityScreen: 'loud' }],
  ['FelixConfiguration', { iptablesRefreshInterval: '1.5s' }],
  ['FelixConfiguration', { chainInsertMode: 'Prepend' }],
  ['FelixConfiguration', { healthPort: 70_000 }],
  ['FelixConfiguration', { routeTableRanges: [{ min: 3, max: 2 }] }],
];

const NAMESPACED = /^(Staged)?(Kubernetes)?Network(Policy|Set)$/;

export function manifest(
  kind: string,
  spec: unknown,
  name: string,
  apiVersion = 'projectcalico.org/v3',
): Record<string, unknown> {
  const namespace = NAMESPACED.test(kind) ? { namespace: 'default' } : {};
  return { apiVersion, kind, metadata: { name, ...namespace }, spec };
}
