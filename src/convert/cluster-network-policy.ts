// ClusterNetworkPolicy → a policy of tier kube-admin or kube-baseline, in the order of its priority. Two deviations from
// Calico: node peers are the InternalIPs of the nodes they select (Calico does not support them), and what Calico
// would skip or replace is refused by the schema. Domain names fail closed, as there.
import { type Path, type Problem, problem } from '../errors/problem.ts';
import type {
  ClusterPeer,
  ClusterProtocol,
  ClusterSubject,
  Direction,
  EntityRule,
  KubernetesClusterNetworkPolicy,
  KubernetesObjectOf,
  LabelSelector,
  Node,
  Rule,
} from '../resources/index.ts';
import { matches, parseSelector } from '../selector/index.ts';
import { type Conversion, type ConvertedRule, originsOfRules, specOf } from './conversion.ts';
import { masked } from './network-policy.ts';
import { groupPorts, type RulePort } from './ports.ts';
import { type ConvertedPeer, fanOut } from './rules.ts';
import { namespaceSelector, podSelector } from './selectors.ts';

const TIERS = { Admin: 'kube-admin', Baseline: 'kube-baseline' } as const;
const ACTIONS = { Accept: 'Allow', Deny: 'Deny', Pass: 'Pass' } as const;

/** `nodes`: all of the cluster; read only for node peers. */
export function convertClusterNetworkPolicy(
  policy: KubernetesObjectOf<'ClusterNetworkPolicy'>,
  nodes: readonly Node[],
): Conversion<KubernetesClusterNetworkPolicy> {
  const { spec } = policy;
  const problems: Problem[] = [];
  const ingress = (spec.ingress ?? []).flatMap((rule, index) =>
    convertRule('ingress', index, rule, rule.from, nodes, problems),
  );
  const egress = (spec.egress ?? []).flatMap((rule, index) =>
    convertRule('egress', index, rule, rule.to, nodes, problems),
  );
  const types = [
    ...(spec.ingress?.length ? (['Ingress'] as const) : []),
    ...(spec.egress?.length ? (['Egress'] as const) : []),
  ];
  // No types would mean both directions, and no rules at all is no policy.
  if (types.length === 0) return { problems };
  const value: KubernetesClusterNetworkPolicy = {
    apiVersion: 'projectcalico.org/v3',
    kind: 'KubernetesClusterNetworkPolicy',
    metadata: { name: policy.metadata.name },
    spec: {
      tier: TIERS[spec.tier],
      order: spec.priority,
      ...convertSubject(spec.subject),
      types,
      doNotTrack: false,
      preDNAT: false,
      applyOnForward: false,
      ingress: specOf(ingress),
      egress: specOf(egress),
    },
  };
  return { value, rules: originsOfRules(ingress, egress), problems };
}

/** Whether node peers make it depend on the nodes of the cluster. */
export function dependsOnNodes({ spec }: KubernetesObjectOf<'ClusterNetworkPolicy'>): boolean {
  return (spec.egress ?? []).some(({ to }) => to.some(({ nodes }) => nodes !== undefined));
}

function convertSubject({ namespaces, pods }: ClusterSubject) {
  return {
    selector: podSelector(pods?.podSelector),
    namespaceSelector: namespaceSelector(pods?.namespaceSelector ?? namespaces),
  };
}

interface AnyRule {
  readonly name?: string | undefined;
  readonly action: keyof typeof ACTIONS;
  readonly protocols?: readonly ClusterProtocol[] | undefined;
}

function convertRule(
  direction: Direction,
  index: number,
  { name, action, protocols }: AnyRule,
  peers: readonly ClusterPeer[],
  nodes: readonly Node[],
  problems: Problem[],
): ConvertedRule[] {
  const origin: Path = ['spec', direction, index];
  const field = direction === 'ingress' ? 'from' : 'to';
  const converted: ConvertedPeer[] = [];
  for (const [at, given] of peers.entries()) {
    const path = [...origin, field, at];
    if (given.domainNames) {
      problems.push(unsupportedNames(action, path));
      return failClosed(action, origin);
    }
    const peer = convertPeer(given, nodes);
    // No node is selected, or none has an address: an empty peer would match everything.
    if (peer) converted.push({ peer, origin: path });
    else problems.push(noNodes(path));
  }
  return fanOut(ACTIONS[action], direction, groupPorts((protocols ?? []).map(convertPort)), converted, name);
}

/** What cannot be matched must not let through more: a Deny or a Pass (which may be to a Deny) becomes a full stop. */
function failClosed(action: keyof typeof ACTIONS, origin: Path): ConvertedRule[] {
  const rule: Rule = { action: 'Deny', source: {}, destination: {} };
  return action === 'Accept' ? [] : [{ rule, origin }];
}

function unsupportedNames(action: string, path: Path): Problem {
  const effect = action === 'Accept' ? 'the rule is left out' : 'the rule denies everything instead';
  return problem('convert/domain-names', `domain names are not supported: ${effect}`, {
    severity: 'warning',
    path: [...path, 'domainNames'],
  });
}

function noNodes(path: Path): Problem {
  return problem('convert/no-nodes', 'selects no node with an InternalIP, and matches nothing', {
    severity: 'warning',
    path: [...path, 'nodes'],
    hint: 'node peers need the Node objects of the cluster in the input',
  });
}

function convertPeer(
  { namespaces, pods, networks, nodes: selected }: ClusterPeer,
  nodes: readonly Node[],
): EntityRule | undefined {
  if (networks) return { nets: networks.map(masked) };
  if (selected) {
    const nets = addressesOf(selected, nodes);
    return nets.length === 0 ? undefined : { nets };
  }
  const namespaceText = namespaceSelector(pods?.namespaceSelector ?? namespaces);
  return pods
    ? { selector: podSelector(pods.podSelector), namespaceSelector: namespaceText }
    : { namespaceSelector: namespaceText };
}

function addressesOf(selector: LabelSelector, nodes: readonly Node[]): string[] {
  const parsed = parseSelector(namespaceSelector(selector)).value;
  if (!parsed) return [];
  const nets = nodes
    .filter(({ metadata }) => matches(parsed, metadata.labels ?? new Map()))
    .flatMap(({ spec }) => spec.addresses ?? [])
    .flatMap(({ type, address }) => (type === 'InternalIP' ? [masked(address)] : []));
  return [...new Set(nets)].sort();
}

function convertPort(given: ClusterProtocol): RulePort {
  if (given.destinationNamedPort !== undefined)
    return { port: { kind: 'name', name: given.destinationNamedPort } };
  const protocol = given.tcp ? 'TCP' : given.udp ? 'UDP' : 'SCTP';
  const { number, range } = (given.tcp ?? given.udp ?? given.sctp)?.destinationPort ?? {};
  if (number !== undefined) return { protocol, port: { kind: 'range', first: number, last: number } };
  return range ? { protocol, port: { kind: 'range', first: range.start, last: range.end } } : { protocol };
}
