// Every kind of Calico v3: how it is called, whether it lives in a namespace, and what tortie does with it.

export type Enforcement =
  /** Changes what is enforced. */
  | 'yes'
  /** Accepted and shown, never enforced: that is its meaning. */
  | 'staged'
  /** Has nothing to do with policy. */
  | 'not-relevant';

export interface KindInfo {
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Short names of kubectl and calicoctl, lower case; kind and plural are accepted besides. */
  readonly aliases: readonly string[];
  /** There is a schema for it. */
  readonly modelled: boolean;
  readonly enforced: Enforcement;
}

type Row = readonly [
  kind: string,
  plural: string,
  scope: 'ns' | 'cluster',
  enforced: Enforcement,
  aliases: string,
];

const MODELLED: readonly Row[] = [
  ['BGPConfiguration', 'bgpconfigurations', 'cluster', 'not-relevant', 'bgpconfig bgpconfigs'],
  ['BGPPeer', 'bgppeers', 'cluster', 'not-relevant', 'bgpp bgpps bp bps'],
  ['ClusterInformation', 'clusterinformations', 'cluster', 'not-relevant', 'clusterinfo clusterinfos'],
  ['FelixConfiguration', 'felixconfigurations', 'cluster', 'yes', 'felixconfig felixconfigs'],
  ['GlobalNetworkPolicy', 'globalnetworkpolicies', 'cluster', 'yes', 'gnp gnps cgnp'],
  ['GlobalNetworkSet', 'globalnetworksets', 'cluster', 'yes', 'gnetsets gns'],
  ['HostEndpoint', 'hostendpoints', 'cluster', 'yes', 'hep heps'],
  ['IPPool', 'ippools', 'cluster', 'yes', 'ipp ipps pool pools'],
  ['IPReservation', 'ipreservations', 'cluster', 'not-relevant', 'reservation reservations'],
  ['NetworkPolicy', 'networkpolicies', 'ns', 'yes', 'policy np policies pol pols cnp caliconetworkpolicy'],
  ['NetworkSet', 'networksets', 'ns', 'yes', 'netsets'],
  ['Node', 'nodes', 'cluster', 'yes', 'no nos'],
  ['Profile', 'profiles', 'cluster', 'yes', 'pro pros'],
  ['StagedGlobalNetworkPolicy', 'stagedglobalnetworkpolicies', 'cluster', 'staged', 'sgnp sgnps'],
  [
    'StagedKubernetesNetworkPolicy',
    'stagedkubernetesnetworkpolicies',
    'ns',
    'staged',
    'stagedkubernetespolicy stagedkubernetespolicies sknp skpol skpols',
  ],
  [
    'StagedNetworkPolicy',
    'stagednetworkpolicies',
    'ns',
    'staged',
    'stagedpolicy stagedpolicies snp spol spols scnp',
  ],
  ['Tier', 'tiers', 'cluster', 'yes', ''],
  ['WorkloadEndpoint', 'workloadendpoints', 'ns', 'yes', 'wep weps'],
];

const KNOWN: readonly Row[] = [
  ['BGPFilter', 'bgpfilters', 'cluster', 'not-relevant', 'bgpf bgpfs bf bfs'],
  ['BlockAffinity', 'blockaffinities', 'cluster', 'not-relevant', 'affinity affinities'],
  ['CalicoNodeStatus', 'caliconodestatuses', 'cluster', 'not-relevant', 'nodestatus nodestatuses'],
  ['IPAMBlock', 'ipamblocks', 'cluster', 'not-relevant', ''],
  ['IPAMConfiguration', 'ipamconfigurations', 'cluster', 'not-relevant', 'ipamconfig ipamconfigs'],
  ['IPAMHandle', 'ipamhandles', 'cluster', 'not-relevant', ''],
  [
    'KubeControllersConfiguration',
    'kubecontrollersconfigurations',
    'cluster',
    'not-relevant',
    'kcc kccs kubecontrollersconfig kubecontrollersconfigs',
  ],
  ['LiveMigration', 'livemigrations', 'ns', 'not-relevant', ''],
];

const info =
  (modelled: boolean) =>
  ([kind, plural, scope, enforced, aliases]: Row): KindInfo => ({
    kind,
    plural,
    namespaced: scope === 'ns',
    aliases: aliases === '' ? [] : aliases.split(' '),
    modelled,
    enforced,
  });

export const KINDS: ReadonlyMap<string, KindInfo> = new Map(
  [...MODELLED.map(info(true)), ...KNOWN.map(info(false))]
    .sort((a, b) => (a.kind < b.kind ? -1 : 1))
    .map((entry) => [entry.kind, entry]),
);

/** Every accepted spelling in lower case (kind, plural, aliases) → kind. */
export const kindAliases: ReadonlyMap<string, string> = new Map(
  [...KINDS.values()].flatMap(({ kind, plural, aliases }) =>
    [kind.toLowerCase(), plural, ...aliases].map((alias) => [alias, kind] as const),
  ),
);
