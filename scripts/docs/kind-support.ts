// Which commands work on which kind in which datastore. test/datastore/kind-commands.ts tries them all, and its tests
// hold the columns of their stores to this table; docs/compatibility.md shows it.

export const COMMANDS = ['get', 'create', 'apply', 'replace', 'patch', 'label', 'delete'] as const;
export type CommandName = (typeof COMMANDS)[number];

export interface Support {
  readonly works: readonly CommandName[];
  /** Why the others do not. */
  readonly because?: string;
}

export const STORES = ['etcd', 'kubernetes', 'file', 'memory'] as const;
export type StoreName = (typeof STORES)[number];

const ALL: Support = { works: COMMANDS };
const only = (because: string, ...works: CommandName[]): Support => ({ works, because });

const INFORMATION = only('written by what it is about; as in calicoctl', 'get');

/** What is not said is ALL. */
const OTHERS: Readonly<Record<string, Partial<Record<StoreName, Support>>>> = {
  ClusterInformation: { etcd: INFORMATION, kubernetes: INFORMATION, file: INFORMATION, memory: INFORMATION },
  IPAMConfiguration: {
    etcd: { works: COMMANDS, because: 'in etcd Calico’s IPAM does not read it, see [commands](commands.md)' },
  },
  Node: { kubernetes: only('the node is Kubernetes’ own', 'get', 'apply', 'replace', 'patch', 'label') },
  Profile: { kubernetes: only('made of namespaces and service accounts', 'get') },
  WorkloadEndpoint: { kubernetes: only('made of pods', 'get') },
};

export const supportOf = (kind: string, store: StoreName): Support => OTHERS[kind]?.[store] ?? ALL;
