// What matches what, without classes, counts or history: every selector against every set of labels. It reads the
// resources directly and shares with the graph only the parsers and the text of selectors.
import { formatPrefix, maskPrefix, parsePrefix, sortMembers } from '../../net/index.ts';
import type {
  GlobalNetworkPolicy,
  HostEndpoint,
  NetworkPolicy,
  Resource,
  WorkloadEndpoint,
} from '../../resources/index.ts';
import { matches, parseSelector } from '../../selector/index.ts';
import type { NodePolicy } from '../node-policy.ts';
import { policySelectorText } from '../selector-text.ts';
import { keyOf } from './resources.ts';

type Labels = ReadonlyMap<string, string>;

/** What is wrong in the members of sets and in the policies of endpoints. */
export function checkMatches(policy: NodePolicy, resources: readonly Resource[]): string[] {
  return [...checkSets(policy, resources), ...checkPolicies(policy, resources)];
}

function checkSets({ ipSets }: NodePolicy, resources: readonly Resource[]): string[] {
  const faults: string[] = [];
  for (const { type, description, members } of ipSets.values()) {
    const [, selector = description, protocol = '', name = ''] =
      type === 'port' ? (/^(.*) (\S+) (\S+)$/.exec(description) ?? []) : [];
    const expected = new Set<string>();
    for (const each of resources) {
      if (!satisfies(selector, labelsOf(each, resources))) continue;
      for (const member of type === 'net' ? netsOf(each) : portsOf(each, protocol, name))
        expected.add(member);
    }
    const [actual, wanted] = [sortMembers(members).join(), sortMembers(expected).join()];
    if (actual !== wanted) faults.push(`set ${description}: ${actual} instead of ${wanted}`);
  }
  return faults;
}

function checkPolicies(policy: NodePolicy, resources: readonly Resource[]): string[] {
  const endpoints = resources.filter(
    (each) => each.kind === 'WorkloadEndpoint' && each.spec.node === policy.node,
  );
  const faults: string[] = [];
  for (const endpoint of endpoints) {
    if (netsOf(endpoint).length === 0) continue;
    const labels = labelsOf(endpoint, resources);
    const wanted = resources.filter((each) => {
      if (each.kind !== 'NetworkPolicy' && each.kind !== 'GlobalNetworkPolicy') return false;
      if (!listsOf(each).includes('normal')) return false;
      const namespace = each.kind === 'NetworkPolicy' ? each.metadata.namespace : undefined;
      return satisfies(policySelectorText(each.spec, namespace), labels);
    });
    const tiers = policy.endpoints.get(keyOf(endpoint))?.tiers ?? [];
    const actual = new Set(tiers.flatMap(({ ingress, egress }) => [...ingress, ...egress]));
    const [a, b] = [[...actual].sort().join(), wanted.map(keyOf).sort().join()];
    if (a !== b) faults.push(`${keyOf(endpoint)}: ${a} instead of ${b}`);
  }
  return [...faults, ...checkHosts(policy, resources)];
}

const LISTS = ['untracked', 'preDnat', 'forward', 'normal'] as const;

function checkHosts(policy: NodePolicy, resources: readonly Resource[]): string[] {
  const faults: string[] = [];
  for (const host of resources) {
    if (host.kind !== 'HostEndpoint' || host.spec.node !== policy.node) continue;
    const labels = labelsOf(host, resources);
    for (const list of LISTS) {
      const wanted = resources.filter(
        (each) =>
          (each.kind === 'NetworkPolicy' || each.kind === 'GlobalNetworkPolicy') &&
          listsOf(each).includes(list) &&
          satisfies(policySelectorText(each.spec, each.metadata.namespace), labels),
      );
      const tiers = policy.hostEndpoints.get(keyOf(host))?.lists[list] ?? [];
      const actual = new Set(tiers.flatMap(({ ingress, egress }) => [...ingress, ...egress]));
      const [a, b] = [[...actual].sort().join(), wanted.map(keyOf).sort().join()];
      if (a !== b) faults.push(`${keyOf(host)} ${list}: ${a} instead of ${b}`);
    }
  }
  return faults;
}

function listsOf(each: NetworkPolicy | GlobalNetworkPolicy): readonly (typeof LISTS)[number][] {
  if (each.kind === 'NetworkPolicy') return ['normal'];
  if (each.spec.doNotTrack) return ['untracked'];
  if (each.spec.preDNAT) return ['preDnat'];
  return each.spec.applyOnForward ? ['forward', 'normal'] : ['normal'];
}

function satisfies(selector: string, labels: Labels): boolean {
  const { value } = parseSelector(selector);
  if (!value) throw new Error(`${selector} is no selector`);
  return matches(value, labels);
}

/** Own labels over those of profiles, the first profile over the later ones. */
function labelsOf(each: Resource, resources: readonly Resource[]): Labels {
  const { namespace, labels } = each.metadata;
  const isSet = each.kind === 'NetworkSet';
  const names = isEndpoint(each) ? (each.spec.profiles ?? []) : isSet ? [`kns.${namespace}`] : [];
  const inherited = names.toReversed().flatMap((name) => {
    const found = resources.find((other) => other.kind === 'Profile' && other.metadata.name === name);
    return found?.kind === 'Profile' ? [...(found.spec.labelsToApply ?? [])] : [];
  });
  const forced: [string, string][] = namespace ? [['projectcalico.org/namespace', namespace]] : [];
  if (each.kind === 'WorkloadEndpoint') forced.push(['projectcalico.org/orchestrator', 'k8s']);
  return new Map([...inherited, ...(labels ?? []), ...forced]);
}

function netsOf(each: Resource): string[] {
  const isSet = each.kind === 'NetworkSet' || each.kind === 'GlobalNetworkSet';
  const expected = each.kind === 'HostEndpoint' ? (each.spec.expectedIPs ?? []) : [];
  const nets = each.kind === 'WorkloadEndpoint' ? each.spec.ipNetworks : isSet ? each.spec.nets : expected;
  return nets.flatMap((net) => {
    const parsed = parsePrefix(net);
    return parsed ? [formatPrefix(maskPrefix(parsed.prefix))] : [];
  });
}

function isEndpoint(each: Resource): each is WorkloadEndpoint | HostEndpoint {
  return each.kind === 'WorkloadEndpoint' || each.kind === 'HostEndpoint';
}

function portsOf(each: Resource, protocol: string, name: string): string[] {
  if (!isEndpoint(each)) return [];
  const ports = (each.spec.ports ?? []).filter((port) => {
    return port.name === name && (protocol === 'any' || String(port.protocol).toLowerCase() === protocol);
  });
  return ports.flatMap((port) =>
    netsOf(each).map(
      (net) => `${net.replace(/\/.*/, '')},${String(port.protocol).toLowerCase()}:${port.port}`,
    ),
  );
}
