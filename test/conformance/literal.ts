// The Kubernetes API definitions read literally: NetworkPolicy (networking.k8s.io/v1) and ClusterNetworkPolicy
// (policy.networking.k8s.io/v1alpha2) over the objects themselves. Shares nothing with what is under test: addresses are
// compared as text of bits, labels one by one.
import type { Family } from '../../src/net/index.ts';
import {
  addressOf,
  type Cluster,
  type ClusterNetworkPolicy,
  type ClusterPeer,
  type ClusterProtocol,
  type ClusterRule,
  type Labels,
  type LabelSelector,
  type NetworkPolicy,
  OUTSIDE,
  type PolicyPeer,
  type PolicyPort,
  PORTS,
  portName,
  type ProtocolName,
} from './cluster.ts';

export interface Connection {
  /** `namespace/pod`, or a name of the outside. */
  readonly from: string;
  readonly to: string;
  readonly protocol: ProtocolName;
  readonly port: number;
  readonly family: Family;
}

type Direction = 'Ingress' | 'Egress';

/** Allowed when it may leave its source and may enter its destination. A pod reaches itself, whatever policy says. */
export function literallyAllowed(cluster: Cluster, connection: Connection): boolean {
  const { from, to } = connection;
  if (from === to) return true;
  return decides(cluster, connection, 'Egress', from) && decides(cluster, connection, 'Ingress', to);
}

/** Admin tier, then network policies, then Baseline tier; what nobody speaks of is allowed. */
function decides(cluster: Cluster, connection: Connection, direction: Direction, pod: string): boolean {
  if (!cluster.pods.has(pod)) return true;
  const admin = ofTier(cluster, connection, direction, pod, 'Admin');
  if (admin !== 'Pass') return admin === 'Accept';
  const isolating = networkPolicies(cluster).filter((policy) => isolates(cluster, policy, direction, pod));
  if (isolating.length > 0) return isolating.some((policy) => admits(cluster, policy, connection, direction));
  return ofTier(cluster, connection, direction, pod, 'Baseline') !== 'Deny';
}

const networkPolicies = (cluster: Cluster): NetworkPolicy[] =>
  [...cluster.policies.values()].filter((policy) => policy.kind === 'NetworkPolicy');

/** A pod is isolated in the directions of the policies of its namespace that select it. */
function isolates(
  cluster: Cluster,
  { metadata, spec }: NetworkPolicy,
  direction: Direction,
  pod: string,
): boolean {
  const given = spec.policyTypes ?? [];
  // Without types: always Ingress, and Egress when there are egress rules.
  const types =
    given.length > 0 ? given : (spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  return (
    types.includes(direction) &&
    namespaceOf(pod) === metadata.namespace &&
    selects(spec.podSelector, labelsOf(cluster, pod))
  );
}

/** Some rule names the other end and the port; an empty list of either names all. */
function admits(
  cluster: Cluster,
  { metadata, spec }: NetworkPolicy,
  connection: Connection,
  direction: Direction,
): boolean {
  const rules = direction === 'Ingress' ? spec.ingress : spec.egress;
  return (rules ?? []).some((rule) => {
    const peers = (direction === 'Ingress' ? rule.from : rule.to) ?? [];
    const other = direction === 'Ingress' ? connection.from : connection.to;
    const ports = rule.ports ?? [];
    return (
      (peers.length === 0 ||
        peers.some((peer) => isPeer(cluster, peer, other, metadata.namespace, connection.family))) &&
      (ports.length === 0 || ports.some((port) => isPort(cluster, port, connection)))
    );
  });
}

/** A peer is an address block, or pods: of the policy's namespace, or of the namespaces selected. */
function isPeer(
  cluster: Cluster,
  peer: PolicyPeer,
  other: string,
  namespace: string,
  family: Family,
): boolean {
  if (peer.ipBlock !== undefined) {
    const { cidr, except = [] } = peer.ipBlock;
    const address = addressOf(other, family);
    return isWithin(address, cidr) && !except.some((block) => isWithin(address, block));
  }
  if (!cluster.pods.has(other)) return false;
  const here =
    peer.namespaceSelector === undefined
      ? namespaceOf(other) === namespace
      : selects(peer.namespaceSelector, cluster.namespaces.get(namespaceOf(other)) ?? {});
  return here && selects(peer.podSelector ?? {}, labelsOf(cluster, other));
}

function isPort(
  cluster: Cluster,
  { protocol = 'TCP', port, endPort }: PolicyPort,
  connection: Connection,
): boolean {
  if (protocol !== connection.protocol) return false;
  if (port === undefined) return true;
  if (typeof port === 'string') return isNamed(cluster, port, connection);
  return connection.port >= port && connection.port <= (endPort ?? port);
}

/** A named port is what the destination pod calls so. */
function isNamed(cluster: Cluster, name: string, { to, protocol, port }: Connection): boolean {
  return cluster.pods.has(to) && PORTS.some((one) => one === port && portName(protocol, one) === name);
}

/** The first rule that matches, of the policies in order of priority; `Pass` also when none does. */
function ofTier(
  cluster: Cluster,
  connection: Connection,
  direction: Direction,
  pod: string,
  tier: 'Admin' | 'Baseline',
): ClusterRule['action'] {
  const policies = [...cluster.policies.values()]
    .filter(
      (policy): policy is ClusterNetworkPolicy =>
        policy.kind === 'ClusterNetworkPolicy' && policy.spec.tier === tier,
    )
    .filter(({ spec }) => isClusterPeer(cluster, spec.subject, pod, connection.family))
    .toSorted((a, b) => a.spec.priority - b.spec.priority);
  for (const { spec } of policies) {
    for (const rule of (direction === 'Ingress' ? spec.ingress : spec.egress) ?? []) {
      const peers = (direction === 'Ingress' ? rule.from : rule.to) ?? [];
      const other = direction === 'Ingress' ? connection.from : connection.to;
      const protocols = rule.protocols ?? [];
      const matches =
        peers.some((peer) => isClusterPeer(cluster, peer, other, connection.family)) &&
        (protocols.length === 0 || protocols.some((one) => isProtocol(cluster, one, connection)));
      if (matches) return rule.action;
    }
  }
  return 'Pass';
}

function isClusterPeer(cluster: Cluster, peer: ClusterPeer, other: string, family: Family): boolean {
  if (peer.networks !== undefined)
    return peer.networks.some((net) => isWithin(addressOf(other, family), net));
  if (peer.nodes !== undefined) {
    const outside = OUTSIDE.get(other);
    return outside?.node === true && selects(peer.nodes, outside.labels);
  }
  if (!cluster.pods.has(other)) return false;
  const namespace = cluster.namespaces.get(namespaceOf(other)) ?? {};
  if (peer.namespaces !== undefined) return selects(peer.namespaces, namespace);
  return (
    peer.pods !== undefined &&
    selects(peer.pods.namespaceSelector, namespace) &&
    selects(peer.pods.podSelector, labelsOf(cluster, other))
  );
}

function isProtocol(cluster: Cluster, one: ClusterProtocol, connection: Connection): boolean {
  if ('destinationNamedPort' in one) return isNamed(cluster, one.destinationNamedPort, connection);
  const name = connection.protocol.toLowerCase() as 'tcp' | 'udp' | 'sctp';
  const here = one[name];
  if (here === undefined) return false;
  const { destinationPort } = here;
  if (destinationPort === undefined) return true;
  if ('number' in destinationPort) return destinationPort.number === connection.port;
  return connection.port >= destinationPort.range.start && connection.port <= destinationPort.range.end;
}

const namespaceOf = (pod: string): string => pod.split('/')[0] ?? '';
const labelsOf = (cluster: Cluster, pod: string): Labels => cluster.pods.get(pod) ?? {};

/** All requirements hold; an empty selector selects everything. */
function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  const value = (key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  return (
    Object.entries(matchLabels).every(([key, wanted]) => value(key) === wanted) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const has = value(key);
      switch (operator) {
        case 'In':
          return has !== undefined && values.includes(has);
        case 'NotIn':
          return has === undefined || !values.includes(has);
        case 'Exists':
          return has !== undefined;
        case 'DoesNotExist':
          return has === undefined;
        default:
          throw new Error(`${operator} is no operator`);
      }
    })
  );
}

function isWithin(address: string, cidr: string): boolean {
  const [net = '', length = ''] = cidr.split('/');
  if (net.includes(':') !== address.includes(':')) return false;
  return bitsOf(net).slice(0, Number(length)) === bitsOf(address).slice(0, Number(length));
}

/** All bits as text. */
function bitsOf(address: string): string {
  if (!address.includes(':'))
    return address
      .split('.')
      .map((byte) => Number(byte).toString(2).padStart(8, '0'))
      .join('');
  const [head = '', tail] = address.split('::');
  const words = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [left, right] = [words(head), words(tail ?? '')];
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right]
    .map((word) => Number.parseInt(word, 16).toString(2).padStart(16, '0'))
    .join('');
}
