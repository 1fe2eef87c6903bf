// The brute-force oracle: resources and a packet in, a verdict out, by reading the resources as docs/semantics.md and
// Calico's documentation say, rule by rule. It knows no graph, no NodePolicy and no evaluator, on purpose, and shares
// with the product only src/net, the parser of selectors and the types. Slow and plain.
import type { HostFacts } from '../../src/policy/host-facts.ts';
import type { Resource, Rule, WorkloadEndpoint } from '../../src/resources/index.ts';
import { resourceKey } from '../../src/resources/index.ts';
import type { Packet } from '../../src/verdict/packet.ts';
import type { Stage } from '../../src/verdict/trail.ts';
import { type Felix, failsafe, felixOf } from './felix.ts';
import { type HostAt, type HostItem, hostsOf, isIn, type List, type Policy } from './hosts.ts';
import { both, type Item, items, NAMESPACE, type Predicate, predicate, SERVICE_ACCOUNT } from './labels.ts';
import { createMatcher } from './rule.ts';
import { dropsSource, translated, type Translated } from './sources.ts';

/** What decided, for the generator's statistics: a rule (by its place), a default, or something built in. */
export interface Reason {
  readonly stage: Stage;
  readonly verdict: 'allow' | 'deny';
  /** `end`: the tiers of a host endpoint's list have ended, and nothing denied. */
  readonly by:
    | 'rule'
    | 'tier'
    | 'no-profile'
    | 'profile'
    | 'built-in'
    | 'conntrack'
    | 'failsafe'
    | 'discovery'
    | 'end';
  readonly rule?: Rule;
}
/** What to leave out: a rule that is then taken to match nothing, or the failsafes and neighbour discovery. */
export interface Without {
  readonly rule?: Rule;
  readonly failsafes?: boolean;
}
export interface Oracle {
  verdict(node: string, packet: Packet): 'allow' | 'deny';
  /** The decision of the first stage that denies, else of the last; `undefined` when nothing judges the packet. */
  reason(node: string, packet: Packet, without?: Without): Reason | undefined;
  /** The decisions of all stages, in order, up to the first that denies. */
  stages(node: string, packet: Packet, without?: Without): readonly Reason[];
  hostAt(node: string, list: List, name: string): HostItem | undefined;
  /** How the source of a packet that is allowed changes; undefined: it stays. */
  translation(node: string, packet: Packet): Translated | undefined;
}

interface NodeReading {
  readonly felix: Felix;
  isWorkload(name: string): boolean;
  readonly hostAt: HostAt;
}
type Direction = 'ingress' | 'egress';
type Decision = Omit<Reason, 'stage'>;
const FROM_WORKLOADS = new Set([130, 131, 132, 133, 135, 136]);

/** `resources` must hold the built-in tiers and profile too; `factsOf` says what the hosts themselves contribute. */
export function createOracle(resources: readonly Resource[], factsOf: (node: string) => HostFacts): Oracle {
  const all = items(resources);
  const matches = createMatcher(all);
  const tiers = resources
    .filter((one) => one.kind === 'Tier')
    .sort((a, b) => a.spec.order - b.spec.order || byText(a.metadata.name, b.metadata.name));
  const profiles = new Map(
    resources.flatMap((one) => (one.kind === 'Profile' ? [[one.metadata.name, one] as const] : [])),
  );
  const inOrder = resources
    .filter(
      (one): one is Policy =>
        (one.kind === 'NetworkPolicy' || one.kind === 'GlobalNetworkPolicy') &&
        tiers.some((tier) => tier.metadata.name === one.spec.tier),
    )
    .sort(comparePolicies);
  const selectors = new Map(inOrder.map((policy) => [policy, policySelector(policy)]));
  const known = new Map<Item, readonly Policy[]>();
  const policiesOf = (item: Item): readonly Policy[] => {
    const found = known.get(item) ?? inOrder.filter((policy) => selectors.get(policy)?.(item));
    known.set(item, found);
    return found;
  };

  let ignored: Without = {};
  const decide = (rules: readonly Rule[], namespace: string | undefined, packet: Packet): Rule | undefined =>
    rules.find((rule) => rule.action !== 'Log' && rule !== ignored.rule && matches(rule, namespace, packet));

  function judgeTiers(item: Item, list: List, direction: Direction, packet: Packet): Decision | undefined {
    for (const tier of tiers) {
      const mine = policiesOf(item).filter(
        (policy) =>
          policy.spec.tier === tier.metadata.name &&
          policy.spec.types.includes(direction === 'ingress' ? 'Ingress' : 'Egress') &&
          isIn(policy, list),
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
      const denies = tier.spec.defaultAction === 'Deny' && (list === 'normal' || list === 'forward');
      if (decided === undefined && denies) return { verdict: 'deny', by: 'tier' };
    }
    return undefined;
  }

  function judgeProfiles(names: readonly string[], direction: Direction, packet: Packet): Decision {
    for (const name of names) {
      const profile = profiles.get(name);
      if (!profile) return { verdict: 'deny', by: 'profile' };
      const decided = decide(profile.spec[direction], undefined, packet);
      if (decided?.action === 'Allow') return { verdict: 'allow', by: 'profile', rule: decided };
      if (decided?.action === 'Deny') return { verdict: 'deny', by: 'profile', rule: decided };
    }
    return { verdict: 'deny', by: 'no-profile' };
  }

  const endpointAt = (node: string, name: string): Item | undefined =>
    all
      .filter((item) => item.endpoint?.spec.node === node && item.endpoint.spec.interfaceName === name)
      .sort((a, b) => byText(keyOf(a.endpoint), keyOf(b.endpoint)))[0];

  function workload(
    node: string,
    name: string,
    direction: Direction,
    packet: Packet,
    felix: Felix,
  ): Decision {
    const here = endpointAt(node, name);
    if (!here?.endpoint) return { verdict: 'deny', by: 'built-in' };
    const tracked = conntrack(packet, felix);
    if (tracked) return tracked;
    if (direction === 'egress') {
      const vxlan = packet.protocol === 17 && packet.destinationPort === (felix.vxlanPort ?? 4789);
      if (vxlan && !felix.allowVXLANPacketsFromWorkloads) return { verdict: 'deny', by: 'built-in' };
      if (packet.protocol === 4 && !felix.allowIPIPPacketsFromWorkloads)
        return { verdict: 'deny', by: 'built-in' };
    }
    return (
      judgeTiers(here, 'normal', direction, packet) ??
      judgeProfiles(here.endpoint.spec.profiles, direction, packet)
    );
  }

  function host(item: HostItem, list: List, direction: Direction, packet: Packet, felix: Felix): Decision {
    const tracked = list === 'untracked' ? undefined : conntrack(packet, felix);
    if (tracked) return tracked;
    if (list !== 'forward' && !ignored.failsafes) {
      const out = direction === 'egress';
      const far = out ? 'destination' : 'source';
      const [own, other] = out
        ? [felix.failsafesOut, felix.failsafesIn]
        : [felix.failsafesIn, felix.failsafesOut];
      const replies = list === 'untracked' && failsafe(other, packet, 'sourcePort', far);
      if (replies || failsafe(own, packet, 'destinationPort', far))
        return { verdict: 'allow', by: 'failsafe' };
      const type = isIcmp6(packet) ? (packet.icmpType ?? 0) : 0;
      if (felix.neighbourDiscovery && type >= 133 && type <= 136)
        return { verdict: 'allow', by: 'discovery' };
    }
    return (
      judgeTiers(item, list, direction, packet) ??
      (list === 'normal'
        ? judgeProfiles(item.host.spec.profiles ?? [], direction, packet)
        : { verdict: 'allow', by: 'end' })
    );
  }

  const nodes = new Map<string, NodeReading>();
  const readNode = (node: string): NodeReading => {
    const before = nodes.get(node);
    if (before) return before;
    const felix = felixOf(resources, node);
    const own = new Set(
      all.flatMap(({ endpoint }) => (endpoint?.spec.node === node ? [endpoint.spec.interfaceName] : [])),
    );
    const prefixes = (felix.interfacePrefix ?? 'cali').split(',');
    const isWorkload = (name: string): boolean =>
      own.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
    const has = (item: HostItem, list: List): boolean =>
      policiesOf(item).some((policy) => isIn(policy, list));
    const made = { felix, isWorkload, hostAt: hostsOf(all, node, factsOf(node), isWorkload, has) };
    nodes.set(node, made);
    return made;
  };

  function stages(node: string, packet: Packet, without: Without = {}): readonly Reason[] {
    ignored = without;
    const { felix, hostAt, ...here } = readNode(node);
    const isWorkload = (name: string) => here.isWorkload(name);

    const { inInterface: from, outInterface: to } = packet;
    const fromWorkload = from !== undefined && isWorkload(from);
    const trail: Reason[] = [];
    let accepted = false;
    let after = packet;
    const ask = (stage: Stage, decision: Decision): boolean => {
      trail.push({ stage, ...decision });
      return decision.verdict === 'allow';
    };
    const askHost = (stage: Stage, name: string, list: List, direction: Direction, met: Packet): boolean => {
      const item = hostAt(list, name);
      if (!item || accepted) return true;
      const decision = host(item, list, direction, met, felix);
      if (decision.verdict === 'allow' && decision.by === 'rule') {
        accepted = list === 'untracked' || list === 'preDnat';
        if (list === 'untracked') after = { ...packet, state: 'untracked' };
      }
      return ask(stage, decision);
    };

    if (from !== undefined) {
      if (fromWorkload && dropsSource(endpointAt(node, from)?.endpoint, packet, felix)) {
        ask('reverse-path', { verdict: 'deny', by: 'built-in' });
        return trail;
      }
      const before = beforeNat(packet);
      if (!askHost('host-untracked', from, 'untracked', 'ingress', before)) return trail;
      if (!askHost('host-pre-dnat', from, 'preDnat', 'ingress', before)) return trail;
      if (to === undefined && !fromWorkload) {
        askHost('host-ingress', from, 'normal', 'ingress', after);
        return trail;
      }
      if (to !== undefined && !askHost('host-forward-in', from, 'forward', 'ingress', after)) return trail;
      if (fromWorkload) {
        const discovery = isIcmp6(packet) && FROM_WORKLOADS.has(packet.icmpType ?? 0);
        if (to === undefined && discovery) {
          ask('workload-egress', { verdict: 'allow', by: 'built-in' });
          return trail;
        }
        if (!ask('workload-egress', workload(node, from, 'egress', after, felix))) return trail;
        if (to === undefined) {
          const drops = (felix.defaultEndpointToHostAction ?? 'Drop') === 'Drop' && !isKnown(after);
          ask('endpoint-to-host', { verdict: drops ? 'deny' : 'allow', by: 'built-in' });
        }
      }
      if (to === undefined) return trail;
      if (isWorkload(to) && !ask('workload-ingress', workload(node, to, 'ingress', after, felix)))
        return trail;
      // This stage comes after those that could have accepted, and asks nothing of it.
      accepted = false;
      askHost('host-forward-out', to, 'forward', 'egress', after);
      return trail;
    }
    if (to === undefined) return trail;
    if (!askHost('host-untracked-out', to, 'untracked', 'egress', beforeNat(packet))) return trail;
    askHost('host-egress', to, 'normal', 'egress', after);
    return trail;
  }

  return {
    stages,
    hostAt: (node, list, name) => readNode(node).hostAt(list, name),
    reason: (node, packet, without) => stages(node, packet, without).at(-1),
    verdict: (node, packet) => stages(node, packet).at(-1)?.verdict ?? 'allow',
    translation: (node, packet) => {
      const trail = stages(node, packet);
      if (trail.at(-1)?.verdict === 'deny') return undefined;
      const untracked = trail.some(({ stage, by }) => stage.startsWith('host-untracked') && by === 'rule');
      return untracked ? undefined : translated(resources, readNode(node).felix, packet);
    },
  };
}

const isIcmp6 = (packet: Packet): boolean => packet.family === 6 && packet.protocol === 58;
const isKnown = (packet: Packet): boolean => packet.state === 'established' || packet.state === 'related';

/** The packet as hooks before DNAT see it. */
export function beforeNat(packet: Packet): Packet {
  if (packet.originalDestination === undefined) return packet;
  const port = packet.originalDestinationPort ?? packet.destinationPort;
  return {
    ...packet,
    destination: packet.originalDestination,
    ...(port !== undefined && { destinationPort: port }),
  };
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

function conntrack(packet: Packet, felix: Felix): Decision | undefined {
  if (isKnown(packet)) return { verdict: 'allow', by: 'conntrack' };
  return packet.state === 'invalid' && !felix.disableConntrackInvalidCheck
    ? { verdict: 'deny', by: 'conntrack' }
    : undefined;
}

/** To which endpoints a policy applies. Calico builds one text and then replaces every `all()` in it. */
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
