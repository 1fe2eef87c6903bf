// The little cluster of the suites, as data: namespaces w, x, y and z of pods a, b and c, two other nodes and an address
// on the internet; what a case changes in it; and the Kubernetes objects that `kubectl get` would show of it.
import type { Family } from '../../src/net/index.ts';

export type Labels = Readonly<Record<string, string>>;

export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

export interface PolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface PolicyPort {
  readonly protocol?: ProtocolName;
  readonly port?: number | string;
  readonly endPort?: number;
}

export interface PolicyRule {
  readonly from?: readonly PolicyPeer[];
  readonly to?: readonly PolicyPeer[];
  readonly ports?: readonly PolicyPort[];
}

export interface NetworkPolicy {
  readonly kind: 'NetworkPolicy';
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: {
    readonly podSelector: LabelSelector;
    readonly policyTypes?: readonly ('Ingress' | 'Egress')[];
    readonly ingress?: readonly PolicyRule[];
    readonly egress?: readonly PolicyRule[];
  };
}

export interface ClusterPeer {
  readonly namespaces?: LabelSelector;
  readonly pods?: { readonly namespaceSelector: LabelSelector; readonly podSelector: LabelSelector };
  readonly nodes?: LabelSelector;
  readonly networks?: readonly string[];
}

type DestinationPort =
  | { readonly number: number }
  | { readonly range: { readonly start: number; readonly end: number } };
export type ClusterProtocol =
  | { readonly [P in 'tcp' | 'udp' | 'sctp']?: { readonly destinationPort?: DestinationPort } }
  | { readonly destinationNamedPort: string };

export interface ClusterRule {
  readonly name?: string;
  readonly action: 'Accept' | 'Deny' | 'Pass';
  readonly from?: readonly ClusterPeer[];
  readonly to?: readonly ClusterPeer[];
  readonly protocols?: readonly ClusterProtocol[];
}

export interface ClusterNetworkPolicy {
  readonly kind: 'ClusterNetworkPolicy';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly tier: 'Admin' | 'Baseline';
    readonly priority: number;
    readonly subject: Pick<ClusterPeer, 'namespaces' | 'pods'>;
    readonly ingress?: readonly ClusterRule[];
    readonly egress?: readonly ClusterRule[];
  };
}

export type Policy = NetworkPolicy | ClusterNetworkPolicy;
export type ProtocolName = 'TCP' | 'UDP' | 'SCTP';

/** What the truth tables are about: six times 81 cells for the nine pods of x, y and z. */
export const PROTOCOLS: readonly ProtocolName[] = ['TCP', 'UDP', 'SCTP'];
export const PORTS = [80, 81] as const;
export const PROTOCOL_NUMBERS = { TCP: 6, UDP: 17, SCTP: 132 } as const;

/** A pod serves each port of each protocol under a name of its own. */
export const portName = (protocol: ProtocolName, port: number): string =>
  `serve-${port}-${protocol.toLowerCase()}`;

export interface Cluster {
  readonly namespaces: ReadonlyMap<string, Labels>;
  /** By `namespace/name`. */
  readonly pods: ReadonlyMap<string, Labels>;
  /** By `namespace/name`, or the name of a ClusterNetworkPolicy. */
  readonly policies: ReadonlyMap<string, Policy>;
}

/** One step of a case: what it changes, and what its suite says of the result. */
export interface Step {
  readonly what: string;
  /** Created, or replaced. */
  readonly apply?: readonly Policy[];
  /** Keys of policies. */
  readonly remove?: readonly string[];
  /** All labels of these from now on (the name label of a namespace stays). */
  readonly label?: Readonly<Record<string, Labels>>;
  /**
   * Hand-written: everything is open but for these lines, later ones win: `deny * > x/a`, `allow y/* > x/a TCP 80`.
   * Absent: the literal reading alone says what to expect.
   */
  readonly expect?: readonly string[];
}

export interface Case {
  readonly name: string;
  readonly tags: readonly string[];
  readonly cluster: Cluster;
  readonly steps: readonly Step[];
}

const NAME_LABEL = 'kubernetes.io/metadata.name';
const NAMESPACES = ['w', 'x', 'y', 'z'];
const PODS = ['a', 'b', 'c'];
/** In the order of their subnets: 10.65.1.0/24 and fd65::1:0/112 are x. */
const SITES = ['x', 'y', 'z', 'w'];

function clusterOf(namespaces: readonly string[], pods: readonly string[]): Cluster {
  const keys = namespaces.flatMap((ns) => pods.map((pod) => `${ns}/${pod}`));
  return {
    namespaces: new Map(namespaces.map((ns) => [ns, { ns, [NAME_LABEL]: ns }])),
    pods: new Map(keys.map((key) => [key, { pod: key.slice(2) }])),
    policies: new Map(),
  };
}

/** Three namespaces of three pods. */
export const NINE = clusterOf(['x', 'y', 'z'], PODS);
/** Four namespaces of two pods. */
export const FOUR = clusterOf(NAMESPACES, ['a', 'b']);
/** Every pod that some cluster has: what the lab is built for. */
export const EVERYBODY = clusterOf(NAMESPACES, PODS);

export const keyOf = ({ metadata }: Policy): string =>
  'namespace' in metadata ? `${metadata.namespace}/${metadata.name}` : metadata.name;

export function change(cluster: Cluster, step: Step): Cluster {
  const policies = new Map(cluster.policies);
  for (const key of step.remove ?? [])
    if (!policies.delete(key)) throw new Error(`${step.what}: no policy is called ${key}`);
  for (const policy of step.apply ?? []) policies.set(keyOf(policy), policy);
  const namespaces = new Map(cluster.namespaces);
  const pods = new Map(cluster.pods);
  for (const [key, labels] of Object.entries(step.label ?? {})) {
    if (pods.has(key)) pods.set(key, labels);
    else if (namespaces.has(key)) namespaces.set(key, { ...labels, [NAME_LABEL]: key });
    else throw new Error(`${step.what}: neither a pod nor a namespace is called ${key}`);
  }
  return { namespaces, pods, policies };
}

export const NODE = 'node1';

/** What is no pod: other nodes, and the internet. Reached through the uplink. */
export const OUTSIDE: ReadonlyMap<
  string,
  { readonly node: boolean; readonly labels: Labels; readonly addresses: Readonly<Record<Family, string>> }
> = new Map([
  [
    'node2',
    { node: true, labels: { 'kubernetes.io/os': 'linux' }, addresses: { 4: '172.18.0.2', 6: 'fd18::2' } },
  ],
  [
    'node3',
    { node: true, labels: { 'kubernetes.io/os': 'windows' }, addresses: { 4: '172.18.0.3', 6: 'fd18::3' } },
  ],
  ['internet', { node: false, labels: {}, addresses: { 4: '198.51.100.1', 6: '2001:db8:9::1' } }],
]);

/** Address of a pod or of what is outside. */
export function addressOf(name: string, family: Family): string {
  const outside = OUTSIDE.get(name);
  if (outside !== undefined) return outside.addresses[family];
  const [ns = '', pod = ''] = name.split('/');
  const [site, host] = [SITES.indexOf(ns) + 1, PODS.indexOf(pod) + 1];
  return family === 4 ? `10.65.${site}.${host}` : `fd65::${site}:${host}`;
}

/** As `kubectl get … -o json` prints them, without what nobody reads. */
export function objectsOf(cluster: Cluster): object[] {
  const nodes = [...OUTSIDE].filter(([, { node }]) => node);
  return [
    ...[...cluster.namespaces].map(([name, labels]) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels },
    })),
    ...nodes.map(([name, { labels, addresses }]) => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels },
      status: { addresses: [4, 6].map((f) => ({ type: 'InternalIP', address: addresses[f as Family] })) },
    })),
    ...[...cluster.pods].map(([key, labels]) => podObject(key, labels)),
    ...[...cluster.policies.values()].map((policy) => ({
      apiVersion:
        policy.kind === 'NetworkPolicy' ? 'networking.k8s.io/v1' : 'policy.networking.k8s.io/v1alpha2',
      ...policy,
    })),
  ];
}

function podObject(key: string, labels: Labels): object {
  const [namespace, name] = key.split('/');
  const ips = [addressOf(key, 4), addressOf(key, 6)];
  const ports = PROTOCOLS.flatMap((protocol) =>
    PORTS.map((port) => ({ name: portName(protocol, port), protocol, containerPort: port })),
  );
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, labels },
    spec: {
      nodeName: NODE,
      serviceAccountName: 'default',
      containers: [{ name: 'server', image: 'server', ports }],
    },
    status: { phase: 'Running', podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) },
  };
}
