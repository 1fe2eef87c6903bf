// NodePolicies by hand, for tests: a few words per policy, everything else at its default.
import { DEFAULT_CONFIG, NO_MASQUERADE } from '../policy/index.ts';
import type {
  ActivePolicy,
  ActiveProfile,
  EndpointTier,
  HostEndpoint,
  HostLists,
  IpSet,
  LocalEndpoint,
  Masquerade,
  NodeConfig,
  NodePolicy,
  Rule,
  Side,
} from '../policy/index.ts';
import type { Direction, ResourceKey } from '../resources/types.ts';
import { formatAddress, parseAddress } from '../net/index.ts';
import type { Packet } from './packet.ts';
import type { Decider, Judgement } from './trail.ts';

export const NO_SIDE: Side = {
  nets: [],
  notNets: [],
  sets: [],
  notSets: [],
  ports: [],
  notPorts: [],
  namedPorts: [],
  notNamedPorts: [],
};

export type RuleSketch = Partial<Omit<Rule, 'source' | 'destination'>> & {
  readonly action: Rule['action'];
  readonly source?: Partial<Side>;
  readonly destination?: Partial<Side>;
};

export interface PolicySketch {
  readonly ingress?: readonly RuleSketch[];
  readonly egress?: readonly RuleSketch[];
  readonly order?: number;
  readonly staged?: boolean;
}

export interface TierSketch {
  readonly defaultAction?: 'Deny' | 'Pass';
  readonly policies: Readonly<Record<string, PolicySketch>>;
}

export interface EndpointSketch {
  readonly interfaceName?: string;
  readonly addresses?: readonly string[];
  readonly spoofable?: readonly string[];
  readonly tiers?: Readonly<Record<string, TierSketch>>;
  readonly profiles?: Readonly<Record<string, PolicySketch>>;
}

/** A rule matching everything unless more is said; its id is filled in by `nodePolicy`. */
export function rule(
  sketch: RuleSketch,
  id = 'NetworkPolicy/t/p/ingress/0',
  direction: Direction = 'ingress',
): Rule {
  return {
    direction,
    id,
    ...sketch,
    source: { ...NO_SIDE, ...sketch.source },
    destination: { ...NO_SIDE, ...sketch.destination },
  };
}

function rules(key: ResourceKey, direction: Direction, sketches: readonly RuleSketch[] = []): Rule[] {
  return sketches.map((sketch, i) => rule(sketch, `${key}/${direction}/${i}`, direction));
}

type Tiers = Readonly<Record<string, TierSketch>>;

/** Everything but `interfaceName` is empty unless said; the tiers of `untracked` and `preDnat` pass. */
export interface HostSketch {
  readonly interfaceName?: string;
  readonly expectedAddresses?: readonly string[];
  readonly lists?: { readonly [list in keyof HostLists]?: Tiers };
  readonly profiles?: Readonly<Record<string, PolicySketch>>;
}

/**
 * Endpoints by short name `a` → `WorkloadEndpoint/t/a` on `cali-a`; policies `p` → `NetworkPolicy/t/p`; hosts `h` →
 * `HostEndpoint/h`.
 */
export function nodePolicy(
  endpoints: Readonly<Record<string, EndpointSketch>>,
  more: {
    readonly node?: string;
    readonly config?: Partial<NodeConfig>;
    readonly ipSets?: readonly IpSet[];
    readonly masquerade?: Masquerade;
    readonly hosts?: Readonly<Record<string, HostSketch>>;
  } = {},
): NodePolicy {
  const node = more.node ?? 'n1';
  const known = {
    policies: new Map<ResourceKey, ActivePolicy>(),
    staged: new Map<ResourceKey, ActivePolicy>(),
    profiles: new Map<string, ActiveProfile>(),
  };
  const built = Object.entries(endpoints).map(([short, sketch]): LocalEndpoint => {
    return {
      id: `WorkloadEndpoint/t/${short}`,
      kind: 'workload',
      node,
      interfaceName: sketch.interfaceName ?? `cali-${short}`,
      addresses: sketch.addresses ?? [],
      ...(sketch.spoofable && { spoofable: sketch.spoofable }),
      tiers: tiersOf(sketch.tiers, false, known.policies),
      staged: tiersOf(sketch.tiers, true, known.staged),
      profiles: profilesOf(sketch.profiles, known.profiles),
    };
  });
  const hosts = Object.entries(more.hosts ?? {}).map(([short, sketch]): HostEndpoint => {
    const lists = (staged: boolean): HostLists => {
      const list = (name: keyof HostLists) =>
        tiersOf(sketch.lists?.[name], staged, staged ? known.staged : known.policies);
      const passing = (name: keyof HostLists) =>
        list(name).map((tier): EndpointTier => ({ ...tier, defaultAction: 'Pass' }));
      return {
        untracked: passing('untracked'),
        preDnat: passing('preDnat'),
        forward: list('forward'),
        normal: list('normal'),
      };
    };
    return {
      id: `HostEndpoint/${short}`,
      kind: 'host',
      node,
      ...(sketch.interfaceName !== undefined && { interfaceName: sketch.interfaceName }),
      expectedAddresses: sketch.expectedAddresses ?? [],
      lists: lists(false),
      profiles: profilesOf(sketch.profiles, known.profiles),
      staged: lists(true),
    };
  });
  const byId = <T extends { id: string }>(all: readonly T[]) => new Map(all.map((one) => [one.id, one]));
  return {
    node,
    config: { ...DEFAULT_CONFIG, ...more.config },
    endpoints: byId(built),
    hostEndpoints: byId(hosts),
    ...known,
    ipSets: byId(more.ipSets ?? []),
    masquerade: more.masquerade ?? NO_MASQUERADE,
  };
}

/** The tiers that have an enforced, or a staged, policy, which are added to `known`. */
function tiersOf(tiers: Tiers = {}, staged: boolean, known: Map<ResourceKey, ActivePolicy>): EndpointTier[] {
  return Object.entries(tiers).flatMap(([name, { defaultAction = 'Deny', policies }]) => {
    const mine = Object.entries(policies)
      .filter(([, sketch]) => (sketch.staged === true) === staged)
      .map(([short, sketch]) => ({ sketch, policy: activePolicy(short, name, sketch) }));
    for (const { policy } of mine) known.set(policy.key, policy);
    const keys = (direction: Direction) =>
      mine.filter(({ sketch }) => sketch[direction] !== undefined).map(({ policy }) => policy.key);
    return mine.length === 0
      ? []
      : [{ name, defaultAction, ingress: keys('ingress'), egress: keys('egress') }];
  });
}

function profilesOf(
  sketches: Readonly<Record<string, PolicySketch>> = {},
  known: Map<string, ActiveProfile>,
): string[] {
  for (const [name, sketch] of Object.entries(sketches)) {
    const key = `Profile/${name}`;
    const both = {
      ingress: rules(key, 'ingress', sketch.ingress),
      egress: rules(key, 'egress', sketch.egress),
    };
    known.set(name, { name, key, missing: false, ...both });
  }
  return Object.keys(sketches);
}

function activePolicy(name: string, tier: string, sketch: PolicySketch): ActivePolicy {
  const kind = sketch.staged === true ? 'StagedNetworkPolicy' : 'NetworkPolicy';
  const key = `${kind}/t/${name}`;
  return {
    key,
    kind,
    namespace: 't',
    name,
    tier,
    ...(sketch.order !== undefined && { order: sketch.order }),
    ingress: rules(key, 'ingress', sketch.ingress),
    egress: rules(key, 'egress', sketch.egress),
  };
}

export function netSet(id: string, ...members: string[]): IpSet {
  return { id, type: 'net', description: id, members: new Set(members) };
}

export function portSet(id: string, ...members: string[]): IpSet {
  return { id, type: 'port', description: id, members: new Set(members) };
}

/** A new TCP connection to port 80 between workloads `a` and `b` of node `n1` unless more is said. */
export function packet(
  more: Partial<Omit<Packet, 'source' | 'destination' | 'family'>> & { from?: string; to?: string } = {},
): Packet {
  const { from = '10.0.0.1', to = '10.0.0.2', ...rest } = more;
  const [source, destination] = [parseAddress(from), parseAddress(to)];
  if (source === undefined || destination === undefined)
    throw new TypeError(`${from} or ${to} is no address`);
  if (source.family !== destination.family)
    throw new TypeError(`${formatAddress(source)} to ${to}: two families`);
  const tcp = rest.protocol === undefined ? { sourcePort: 40_000, destinationPort: 80 } : {};
  return {
    family: source.family,
    protocol: 6,
    source: source.bits,
    destination: destination.bits,
    ...tcp,
    ...rest,
  };
}

/** `allow`, or `deny` with the stage and what decided there. */
export function said({ verdict, stages }: Judgement): string {
  return verdict === 'allow' ? 'allow' : `deny ${stages.at(-1)?.stage} ${decider(stages.at(-1)?.decidedBy)}`;
}
function decider(by: Decider | undefined): string {
  switch (by?.kind) {
    case 'rule':
      return by.rule;
    case 'tier-default':
      return `${by.tier}/${by.direction}`;
    case 'built-in':
      return by.what;
    default:
      return by?.kind ?? 'nothing';
  }
}
