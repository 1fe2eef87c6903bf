// NetworkPolicy of Kubernetes → a policy of tier default with order 1000. Calico keeps the name; the kind in keys and
// trails is KubernetesNetworkPolicy. A staged one (a kind of Calico) has the same rules.
import type { Path } from '../errors/problem.ts';
import { formatPrefix, maskPrefix, parsePrefix } from '../net/index.ts';
import type {
  Direction,
  EntityRule,
  KubernetesNetworkPolicy,
  KubernetesObjectOf,
  KubernetesPeer,
  KubernetesPolicyRules,
  KubernetesPort,
  NetworkPolicySpec,
  StagedConverted,
  StagedKubernetesNetworkPolicy,
} from '../resources/index.ts';
import { type Conversion, type ConvertedRule, originsOfRules, specOf } from './conversion.ts';
import { groupPorts, type RulePort } from './ports.ts';
import { fanOut } from './rules.ts';
import { namespaceSelector, podSelector } from './selectors.ts';

export function convertNetworkPolicy(
  policy: KubernetesObjectOf<'NetworkPolicy'>,
): Conversion<KubernetesNetworkPolicy> {
  const { name, namespace = 'default' } = policy.metadata;
  const { spec, rules } = convertRules(policy.spec);
  const value: KubernetesNetworkPolicy = {
    apiVersion: 'projectcalico.org/v3',
    kind: 'KubernetesNetworkPolicy',
    metadata: { name, namespace },
    spec,
  };
  return { value, rules, problems: [] };
}

/** As Calico does it: the types are those given, else Ingress alone, since no API server has filled them in. */
export function convertStagedKubernetesNetworkPolicy(
  policy: StagedKubernetesNetworkPolicy,
): Conversion<StagedConverted> {
  const { spec, rules } = convertRules(policy.spec);
  const { stagedAction } = policy.spec;
  return { value: { ...policy, spec: { ...spec, stagedAction } }, rules, problems: [] };
}

function convertRules(from: KubernetesPolicyRules) {
  const ingress = (from.ingress ?? []).flatMap((rule, index) =>
    convertRule('ingress', index, rule.ports, rule.from, 'from'),
  );
  const egress = (from.egress ?? []).flatMap((rule, index) =>
    convertRule('egress', index, rule.ports, rule.to, 'to'),
  );
  const types = (['Ingress', 'Egress'] as const).filter((type) => from.policyTypes?.includes(type));
  const spec: NetworkPolicySpec = {
    tier: 'default',
    order: 1000,
    selector: podSelector(from.podSelector),
    types: types.length === 0 ? ['Ingress'] : types,
    ingress: specOf(ingress),
    egress: specOf(egress),
  };
  return { spec, rules: originsOfRules(ingress, egress) };
}

function convertRule(
  direction: Direction,
  index: number,
  ports: readonly KubernetesPort[] | undefined,
  peers: readonly KubernetesPeer[] | undefined,
  field: 'from' | 'to',
): ConvertedRule[] {
  const origin: Path = ['spec', direction, index];
  const converted = peers?.length
    ? peers.map((peer, at) => ({ peer: convertPeer(peer), origin: [...origin, field, at] }))
    : [{ peer: {}, origin }];
  return fanOut('Allow', direction, groupPorts((ports ?? []).map(convertPort)), converted);
}

function convertPeer(peer: KubernetesPeer): EntityRule {
  if (peer.ipBlock) {
    const { cidr, except = [] } = peer.ipBlock;
    return { nets: [masked(cidr)], ...(except.length > 0 && { notNets: except.map(masked) }) };
  }
  const selector = podSelector(peer.podSelector);
  const namespaces = namespaceSelector(peer.namespaceSelector);
  return namespaces === '' ? { selector } : { selector, namespaceSelector: namespaces };
}

/** The schema has checked that it is a network; what it did not would be refused where rules are compiled. */
export function masked(cidr: string): string {
  const parsed = parsePrefix(cidr);
  return parsed ? formatPrefix(maskPrefix(parsed.prefix)) : cidr;
}

function convertPort({ protocol = 'TCP', port, endPort }: KubernetesPort): RulePort {
  if (port === undefined) return { protocol };
  if (typeof port === 'string') return { protocol, port: { kind: 'name', name: port } };
  return { protocol, port: { kind: 'range', first: port, last: endPort ?? port } };
}
