// The layout (layout.ts) of each kind: facts about Calico's JSON, checked against recorded objects and against the
// schemas (layouts.test.ts).
import { FELIX_LAYOUT } from './felix-layout.ts';
import { type Layout, layoutOf } from './layout.ts';

const entity = layoutOf(
  `nets selector namespaceSelector services*:services ports:port notNets notSelector notPorts:port
   serviceAccounts*:accounts`,
  { services: layoutOf('name namespace'), accounts: layoutOf('names selector') },
);
const icmp = layoutOf('type* code*');
const rule = layoutOf(
  `action="" ipVersion* protocol*:protocol icmp*:icmp notProtocol*:protocol notICMP*:icmp source?:entity
   destination?:entity http*:http metadata*:metadata`,
  {
    entity,
    icmp,
    http: layoutOf('methods paths:path', { path: layoutOf('exact prefix') }),
    metadata: layoutOf('annotations:map'),
  },
);

const NETWORK_POLICY =
  'tier order* ingress:rule egress:rule selector types serviceAccountSelector performanceHints';
const GLOBAL_NETWORK_POLICY = `tier order* ingress:rule egress:rule selector types doNotTrack preDNAT applyOnForward
  serviceAccountSelector namespaceSelector performanceHints`;

const labelSelector = layoutOf('matchLabels:map matchExpressions:requirement', {
  requirement: layoutOf('key="" operator="" values'),
});
const peers = {
  peer: layoutOf('podSelector*:selector namespaceSelector*:selector ipBlock*:block', {
    selector: labelSelector,
    block: layoutOf('cidr="" except'),
  }),
  port: layoutOf('protocol* port* endPort*'),
};

const secret = { password: layoutOf('secretKeyRef*:ref', { ref: layoutOf('name key="" optional*') }) };
const block = { block: layoutOf('cidr') };

const SPECS: Readonly<Record<string, Layout>> = {
  BGPConfiguration: layoutOf(
    `logSeverityScreen nodeToNodeMeshEnabled* asNumber*:as serviceLoadBalancerIPs:block serviceExternalIPs:block
     serviceClusterIPs:block serviceLoadBalancerAggregation* communities:community
     prefixAdvertisements:advertisement listenPort nodeMeshPassword*:password nodeMeshMaxRestartTime*:duration
     bindMode* ignoredInterfaces localWorkloadPeeringIPV4 localWorkloadPeeringIPV6 programClusterRoutes*
     ipv4NormalRoutePriority* ipv6NormalRoutePriority*`,
    {
      ...secret,
      ...block,
      community: layoutOf('name value'),
      advertisement: layoutOf('cidr communities'),
    },
  ),
  BGPPeer: layoutOf(
    `node nodeSelector peerIP asNumber:as localASNumber*:as peerSelector keepOriginalNextHop nextHopMode*
     password*:password sourceAddress maxRestartTime*:duration keepaliveTime*:duration numAllowedLocalASNumbers*
     ttlSecurity* reachableBy filters localWorkloadSelector reversePeering*`,
    secret,
  ),
  ClusterInformation: layoutOf('clusterGUID clusterType calicoVersion datastoreReady* variant'),
  FelixConfiguration: FELIX_LAYOUT,
  GlobalNetworkPolicy: layoutOf(GLOBAL_NETWORK_POLICY, { rule }),
  GlobalNetworkSet: layoutOf('nets'),
  HostEndpoint: layoutOf('node interfaceName expectedIPs profiles ports:port', {
    port: layoutOf('name="" protocol="":protocol port=0'),
  }),
  IPPool: layoutOf(
    `cidr="" vxlanMode ipipMode natOutgoing disabled disableBGPExport blockSize nodeSelector namespaceSelector
     allowedUses assignmentMode*`,
  ),
  IPReservation: layoutOf('reservedCIDRs'),
  NetworkPolicy: layoutOf(NETWORK_POLICY, { rule }),
  NetworkSet: layoutOf('nets'),
  Node: layoutOf(
    `bgp*:bgp ipv4VXLANTunnelAddr vxlanTunnelMACAddr ipv6VXLANTunnelAddr vxlanTunnelMACAddrV6 orchRefs:orchRef
     wireguard*:wireguard addresses:address interfaces:interface`,
    {
      bgp: layoutOf('asNumber*:as ipv4Address ipv6Address ipv4IPIPTunnelAddr routeReflectorClusterID'),
      orchRef: layoutOf('nodeName orchestrator=""'),
      wireguard: layoutOf('interfaceIPv4Address interfaceIPv6Address'),
      address: layoutOf('address="" type'),
      interface: layoutOf('name addresses'),
    },
  ),
  Profile: layoutOf('ingress:rule egress:rule labelsToApply:map', { rule }),
  StagedGlobalNetworkPolicy: layoutOf(`stagedAction ${GLOBAL_NETWORK_POLICY}`, { rule }),
  StagedKubernetesNetworkPolicy: layoutOf(
    'stagedAction podSelector={}:selector ingress:in egress:out policyTypes',
    {
      selector: labelSelector,
      in: layoutOf('ports:port from:peer', peers),
      out: layoutOf('ports:port to:peer', peers),
    },
  ),
  StagedNetworkPolicy: layoutOf(`stagedAction ${NETWORK_POLICY}`, { rule }),
  Tier: layoutOf('order* defaultAction*'),
  WorkloadEndpoint: layoutOf(
    `orchestrator workload node containerID pod endpoint serviceAccountName ipNetworks ipNATs:nat ipv4Gateway
     ipv6Gateway profiles interfaceName mac ports:port allowSpoofedSourcePrefixes qosControls*:qos`,
    {
      nat: layoutOf('internalIP="" externalIP=""'),
      port: layoutOf('name="" protocol="":protocol port=0 hostPort=0 hostIP=""'),
      qos: layoutOf(
        `ingressBandwidth ingressBurst ingressPeakrate ingressMinburst egressBandwidth egressBurst egressPeakrate
         egressMinburst ingressPacketRate ingressPacketBurst egressPacketRate egressPacketBurst
         ingressMaxConnections egressMaxConnections dscp*:dscp`,
      ),
    },
  ),
};

/** Undefined for a kind that is passed untouched. */
export function specLayout(kind: string): Layout | undefined {
  return Object.hasOwn(SPECS, kind) ? SPECS[kind] : undefined;
}

const condition = layoutOf(
  'type="" status="" observedGeneration lastTransitionTime=null reason="" message=""',
);

/** Kinds whose status is written even when there is none have `always`. */
export const STATUSES: ReadonlyMap<string, { readonly always: boolean; readonly layout: Layout }> = new Map([
  ['IPPool', { always: false, layout: layoutOf('conditions:condition', { condition }) }],
  ['Node', { always: true, layout: layoutOf('wireguardPublicKey wireguardPublicKeyV6 podCIDRs') }],
  ['Tier', { always: true, layout: layoutOf('conditions:condition', { condition }) }],
]);

export const METADATA = layoutOf(
  `name generateName namespace selfLink uid resourceVersion generation creationTimestamp deletionTimestamp
   deletionGracePeriodSeconds* labels:map annotations:map ownerReferences:owner finalizers managedFields:managed`,
  {
    owner: layoutOf('apiVersion="" kind="" name="" uid="" controller* blockOwnerDeletion*'),
    managed: layoutOf('manager operation apiVersion time* fieldsType fieldsV1* subresource'),
  },
);
