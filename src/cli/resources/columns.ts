// The columns of each kind, as calicoctl has them: which there are, which are shown, and which more with `-o wide`.
import type { ApiObject } from '../../resources/api-object.ts';
import { listOf } from '../../resources/fields.ts';
import { at, count, flag, joined, labels, labelSelector, orNil, text, truncated } from './go-text.ts';

/** What a cell needs that is not in its object. */
export interface Surroundings {
  /** AS number of nodes that have none of their own. */
  readonly defaultAs: string;
}

export interface Column {
  readonly heading: string;
  readonly cell: (object: ApiObject, surroundings: Surroundings) => string;
}

export interface Columns {
  /** Headings. */
  readonly shown: readonly string[];
  readonly wide: readonly string[];
  readonly all: ReadonlyMap<string, Column>;
}

type Cells = Readonly<Record<string, string | Column['cell']>>;

const NAME: Cells = { NAME: 'metadata.name', NAMESPACE: 'metadata.namespace' };

/** A path stands for the text there. Without `shown`: all in the order in which they are given. */
function columns(cells: Cells, shown?: string, wide?: string): Columns {
  const all = new Map(
    Object.entries({ ...NAME, ...cells }).map(([heading, cell]) => [
      heading,
      { heading, cell: typeof cell === 'string' ? (object: ApiObject) => text(at(object, cell)) : cell },
    ]),
  );
  const usual = shown?.split(' ') ?? ['NAME', ...Object.keys(cells)];
  return { shown: usual, wide: wide?.split(' ') ?? usual, all };
}

const from =
  (path: string, show: (value: unknown) => string): Column['cell'] =>
  (object) =>
    show(at(object, path));
const dashed = (value: unknown) => text(value) || '-';

const policy = columns(
  // Files may leave it out.
  {
    TIER: from('spec.tier', (tier) => text(tier) || 'default'),
    ORDER: from('spec.order', orNil),
    SELECTOR: 'spec.selector',
  },
  'NAME TIER',
  'NAME TIER ORDER SELECTOR',
);
const networkSet = columns({ NETS: from('spec.nets', truncated) }, 'NAME', 'NAME NETS');

const BY_KIND: Readonly<Record<string, Columns>> = {
  BGPConfiguration: columns({
    LOGSEVERITY: 'spec.logSeverityScreen',
    MESHENABLED: from('spec.nodeToNodeMeshEnabled', dashed),
    ASNUMBER: from('spec.asNumber', dashed),
  }),
  BGPFilter: columns({
    NUMEXPORTV4: from('spec.exportV4', count),
    NUMIMPORTV4: from('spec.importV4', count),
    NUMEXPORTV6: from('spec.exportV6', count),
    NUMIMPORTV6: from('spec.importV6', count),
  }),
  BGPPeer: columns({
    PEERIP: 'spec.peerIP',
    NODE: ({ spec }) => text(at(spec, 'node')) || text(at(spec, 'nodeSelector')) || '(global)',
    ASN: from('spec.asNumber', (as) => text(as ?? 0)),
  }),
  CalicoNodeStatus: columns(
    { NODE: 'spec.node', CLASSES: from('spec.classes', joined) },
    'NAME NODE',
    'NAME NODE CLASSES',
  ),
  ClusterInformation: columns({
    CLUSTERGUID: 'spec.clusterGUID',
    CLUSTERTYPE: 'spec.clusterType',
    CALICOVERSION: 'spec.calicoVersion',
    DATASTOREREADY: from('spec.datastoreReady', orNil),
  }),
  GlobalNetworkPolicy: policy,
  GlobalNetworkSet: networkSet,
  HostEndpoint: columns(
    {
      NODE: 'spec.node',
      INTERFACE: 'spec.interfaceName',
      IPS: from('spec.expectedIPs', joined),
      PROFILES: from('spec.profiles', joined),
    },
    'NAME NODE',
    'NAME NODE INTERFACE IPS PROFILES',
  ),
  IPAMConfiguration: columns(
    {
      STRICTAFFINITY: from('spec.strictAffinity', flag),
      AUTOALLOCATEBLOCKS: from('spec.autoAllocateBlocks', flag),
      MAXBLOCKSPERHOST: from('spec.maxBlocksPerHost', (most) => text(most ?? 0)),
    },
    'NAME STRICTAFFINITY AUTOALLOCATEBLOCKS',
    'NAME STRICTAFFINITY AUTOALLOCATEBLOCKS MAXBLOCKSPERHOST',
  ),
  IPPool: columns(
    {
      CIDR: 'spec.cidr',
      NAT: from('spec.natOutgoing', flag),
      IPIPMODE: 'spec.ipipMode',
      VXLANMODE: 'spec.vxlanMode',
      DISABLED: from('spec.disabled', flag),
      DISABLEBGPEXPORT: from('spec.disableBGPExport', flag),
      SELECTOR: 'spec.nodeSelector',
      ASSIGNMENTMODE: from('spec.assignmentMode', orNil),
    },
    'NAME CIDR SELECTOR',
    'NAME CIDR NAT IPIPMODE VXLANMODE DISABLED DISABLEBGPEXPORT SELECTOR ASSIGNMENTMODE',
  ),
  IPReservation: columns({ CIDRS: from('spec.reservedCIDRs', truncated) }, 'NAME', 'NAME CIDRS'),
  NetworkPolicy: policy,
  NetworkSet: networkSet,
  Node: columns(
    {
      ASN: ({ spec }, { defaultAs }) =>
        at(spec, 'bgp') === undefined ? '' : text(at(spec, 'bgp.asNumber')) || `(${defaultAs})`,
      IPV4: 'spec.bgp.ipv4Address',
      IPV6: 'spec.bgp.ipv6Address',
    },
    'NAME',
    'NAME ASN IPV4 IPV6',
  ),
  Profile: columns({ LABELS: from('spec.labelsToApply', labels) }, 'NAME', 'NAME LABELS'),
  StagedGlobalNetworkPolicy: policy,
  StagedKubernetesNetworkPolicy: columns(
    { PODSELECTOR: from('spec.podSelector', labelSelector) },
    'NAME',
    'NAME PODSELECTOR',
  ),
  StagedNetworkPolicy: policy,
  Tier: columns({ ORDER: from('spec.order', orNil) }),
  WorkloadEndpoint: columns(
    {
      WORKLOAD: ({ spec }) => text(at(spec, 'workload')) || text(at(spec, 'pod')),
      NODE: 'spec.node',
      NETWORKS: from('spec.ipNetworks', joined),
      INTERFACE: 'spec.interfaceName',
      PROFILES: from('spec.profiles', joined),
      NATS: from('spec.ipNATs', (nats) =>
        listOf(nats)
          .map((nat) => `${text(at(nat, 'externalIP'))}->${text(at(nat, 'internalIP'))}`)
          .join(','),
      ),
      ORCHESTRATOR: 'spec.orchestrator',
    },
    'WORKLOAD NODE NETWORKS INTERFACE',
    'NAME WORKLOAD NODE NETWORKS INTERFACE PROFILES NATS',
  ),
};

const ONLY_NAME = columns({});

export const columnsOf = (kind: string): Columns => BY_KIND[kind] ?? ONLY_NAME;
