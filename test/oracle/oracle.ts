// The brute-force oracle: resources and a packet in, a verdict out, by reading the resources as docs/semantics.md and
// Calico's documentation say, rule by rule. It knows no graph, no NodePolicy and no evaluator, on purpose, and shares
// with the product only src/net, the parser of selectors and the types. Slow and plain.
import type {
  FelixConfigurationSpec,
  GlobalNetworkPolicy,
  NetworkPolicy,
  Resource,
  Rule,
  WorkloadEndpoint,
} from '../../src/resources/index.ts';
import { resourceKey } from '../../src/resources/index.ts';
import type { Packet } from '../../src/verdict/packet.ts';
import { felixOf } from './felix.ts';
import { both, type Item, items, NAMESPACE, type Predicate, predicate, SERVICE_ACCOUNT } from './labels.ts';
import { createMatcher } from './rule.ts';

/** What decided, for the generator's statistics: a rule (by its place), a default, or something built in. */
export interface Reason {
  readonly verdict: 'allow' | 'deny';
  readonly by: 'rule' | 'tier' | 'no-profile' | 'profile' | 'built-in' | 'conntrack';
  readonly rule?: Rule;
}
export interface Oracle {
  verdict(node: string, packet: Packet): 'allow' | 'deny';
  /**
   * The decision of the first stage that denies, else of the last; `undefined` when nothing judges the packet. A rule
   * given as `without` is taken to match nothing.
   */
  reason(node: string, packet: Packet, without?: Rule): Reason | undefined;
}

export type Policy = NetworkPolicy | GlobalNetworkPolicy;
type Direction = 'ingress' | 'egress';
const DISCOVERY = new Set([130, 131, 132, 133, 135, 136]);

/** `resources` must hold the built-in tiers and profile too. */
export function createOracle(resources: readonly Resource[]): Oracle {
  const all = items(resources);
  const matches = createMatcher(all);
  const tiers = resources
    .filter((one) => one.kind === 'Tier')
    .sort((a, b) => a.spec.order - b.spec.order || byText(a.metadata.name, b.metadata.name));
  const policies = resources.filter(
    (one): one is Policy => one.kind === 'NetworkPolicy' || one.kind === 'GlobalNetworkPolicy',
  );
  const profiles = new Map(
    resources.flatMap((one) => (one.kind === 'Profile' ? [[one.metadata.name, one] as const] : [])),
  );
  const applies = new Map(policies.map((policy) => [policy, policySelector(policy)]));
  const inOrder = [...policies].sort(comparePolicies);

  let ignored: Rule | undefined;
  const decide = (rules: readonly Rule[], namespace: string | undefined, packet: Packet): Rule | undefined =>
    rules.find((rule) => rule.action !== 'Log' && rule !== ignored && matches(rule, namespace, packet));

  function judge(item: Item, endpoint: WorkloadEndpoint, direction: Direction, packet: Packet): Reason {
    for (const tier of tiers) {
      const mine = inOrder.filter(
        (policy) =>
          policy.spec.tier === tier.metadata.name &&
          applies.get(policy)?.(item) &&
          policy.spec.types.includes(direction === 'ingress' ? 'Ingress' : 'Egress') &&
          !isSpecial(policy),
      );
      if (mine.length === 0) continue;
      let decided: Rule | undefined;
      for (const policy of mine) {
        decided = decide(
          policy.spec[direction],
          policy.kind === 'NetworkPolicy' ? policy.metadata.namespace : undefined,
          packet,
        );
        if (decided) break;
      }
      if (decided?.action === 'Allow') return { verdict: 'allow', by: 'rule', rule: decided };
      if (decided?.action === 'Deny') return { verdict: 'deny', by: 'rule', rule: decided };
      if (decided === undefined && tier.spec.defaultAction === 'Deny') return { verdict: 'deny', by: 'tier' };
    }
    for (const name of endpoint.spec.profiles) {
      const profile = profiles.get(name);
      if (!profile) return { verdict: 'deny', by: 'profile' };
      const decided = decide(profile.spec[direction], undefined, packet);
      if (decided?.action === 'Allow') return { verdict: 'allow', by: 'profile', rule: decided };
      if (decided?.action === 'Deny') return { verdict: 'deny', by: 'profile', rule: decided };
    }
    return { verdict: 'deny', by: 'no-profile' };
  }

  function stage(
    node: string,
    name: string,
    direction: Direction,
    packet: Packet,
    felix: FelixConfigurationSpec,
  ): Reason {
    const here = all
      .filter((item) => item.endpoint?.spec.node === node && item.endpoint.spec.interfaceName === name)
      .sort((a, b) => byText(keyOf(a.endpoint), keyOf(b.endpoint)))[0];
    if (!here?.endpoint) return { verdict: 'deny', by: 'built-in' };
    const tracked = conntrack(packet, felix);
    if (tracked) return tracked;
    if (direction === 'egress') {
      const vxlan = packet.protocol === 17 && packet.destinationPort === (felix.vxlanPort ?? 4789);
      if (vxlan && !felix.allowVXLANPacketsFromWorkloads) return { verdict: 'deny', by: 'built-in' };
      if (packet.protocol === 4 && !felix.allowIPIPPacketsFromWorkloads)
        return { verdict: 'deny', by: 'built-in' };
    }
    return judge(here, here.endpoint, direction, packet);
  }

  function reason(node: string, packet: Packet, without?: Rule): Reason | undefined {
    ignored = without;
    const felix = felixOf(resources, node);
    const prefixes = (felix.interfacePrefix ?? 'cali').split(',');
    const isWorkload = (name: string | undefined): name is string =>
      name !== undefined &&
      (prefixes.some((prefix) => name.startsWith(prefix)) ||
        all.some((item) => item.endpoint?.spec.node === node && item.endpoint.spec.interfaceName === name));
    const from = isWorkload(packet.inInterface) ? packet.inInterface : undefined;
    const toHost = packet.outInterface === undefined;
    let last: Reason | undefined;
    if (from !== undefined) {
      const discovery =
        packet.family === 6 &&
        packet.protocol === 58 &&
        packet.icmpType !== undefined &&
        DISCOVERY.has(packet.icmpType);
      if (toHost && discovery) return { verdict: 'allow', by: 'built-in' };
      last = stage(node, from, 'egress', packet, felix);
      if (last.verdict === 'deny') return last;
      if (toHost) {
        const established = packet.state === 'established' || packet.state === 'related';
        const drops = (felix.defaultEndpointToHostAction ?? 'Drop') === 'Drop';
        return { verdict: drops && !established ? 'deny' : 'allow', by: 'built-in' };
      }
    }
    if (packet.inInterface !== undefined && isWorkload(packet.outInterface))
      return stage(node, packet.outInterface, 'ingress', packet, felix);
    return last;
  }

  return { reason, verdict: (node, packet) => reason(node, packet)?.verdict ?? 'allow' };
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const keyOf = (endpoint: WorkloadEndpoint | undefined): string =>
  endpoint ? resourceKey(endpoint.kind, endpoint.metadata.namespace, endpoint.metadata.name) : '';

function comparePolicies(a: Policy, b: Policy): number {
  const [first, second] = [
    a.spec.order ?? Number.POSITIVE_INFINITY,
    b.spec.order ?? Number.POSITIVE_INFINITY,
  ];
  if (first !== second) return first < second ? -1 : 1;
  const name = (policy: Policy): string =>
    `${policy.metadata.name}/${policy.metadata.namespace ?? ''}/${policy.kind}`;
  return byText(name(a), name(b));
}

/** Untracked and pre-DNAT policies concern host endpoints only. */
export function isSpecial(policy: Policy): boolean {
  return policy.kind === 'GlobalNetworkPolicy' && (policy.spec.doNotTrack || policy.spec.preDNAT);
}

function conntrack(packet: Packet, felix: FelixConfigurationSpec): Reason | undefined {
  if (packet.state === 'established' || packet.state === 'related')
    return { verdict: 'allow', by: 'conntrack' };
  return packet.state === 'invalid' && !felix.disableConntrackInvalidCheck
    ? { verdict: 'deny', by: 'conntrack' }
    : undefined;
}

/** To which endpoints a policy applies, as a workload's policy. Calico builds one text and then replaces every `all()` in it. */
export function policySelector(policy: Policy): Predicate {
  const { selector, serviceAccountSelector } = policy.spec;
  if (policy.kind === 'NetworkPolicy') {
    const own: Predicate = (item) => item.label(NAMESPACE) === policy.metadata.namespace;
    return (
      both(predicate(selector), own, predicate(serviceAccountSelector, { prefix: 'pcsa.' })) ?? (() => true)
    );
  }
  const has = (label: string) => ({ all: (item: Item) => item.label(label) !== undefined });
  const byNamespace = policy.spec.namespaceSelector?.trim() ? has(NAMESPACE) : undefined;
  const byAccount = serviceAccountSelector?.trim() ? has(SERVICE_ACCOUNT) : undefined;
  return (
    both(
      predicate(selector, byNamespace ?? byAccount ?? {}),
      predicate(policy.spec.namespaceSelector, { prefix: 'pcns.', ...byNamespace }),
      predicate(serviceAccountSelector, { prefix: 'pcsa.', ...byAccount }),
    ) ?? (() => true)
  );
}
