// NodePolicies by hand, for tests: a few words per policy, everything else at its default.
import { DEFAULT_CONFIG } from '../policy/index.ts';
import type {
  ActivePolicy,
  ActiveProfile,
  EndpointTier,
  IpSet,
  LocalEndpoint,
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

/** Endpoints by short name `a` → `WorkloadEndpoint/t/a` on `cali-a`; policies `p` → `NetworkPolicy/t/p`. */
export function nodePolicy(
  endpoints: Readonly<Record<string, EndpointSketch>>,
  more: {
    readonly node?: string;
    readonly config?: Partial<NodeConfig>;
    readonly ipSets?: readonly IpSet[];
  } = {},
): NodePolicy {
  const node = more.node ?? 'n1';
  const policies = new Map<ResourceKey, ActivePolicy>();
  const staged = new Map<ResourceKey, ActivePolicy>();
  const profiles = new Map<string, ActiveProfile>();
  const built = new Map<ResourceKey, LocalEndpoint>();
  for (const [short, sketch] of Object.entries(endpoints)) {
    const id = `WorkloadEndpoint/t/${short}`;
    const lists: { tiers: EndpointTier[]; staged: EndpointTier[] } = { tiers: [], staged: [] };
    for (const [tier, { defaultAction = 'Deny', policies: named }] of Object.entries(sketch.tiers ?? {})) {
      for (const [name, p] of Object.entries(named)) {
        const policy = activePolicy(name, tier, p);
        (p.staged === true ? staged : policies).set(policy.key, policy);
      }
      for (const isStaged of [false, true]) {
        const mine = Object.entries(named).filter(([, p]) => (p.staged === true) === isStaged);
        const inDirection = (d: Direction) =>
          mine.filter(([, p]) => p[d] !== undefined).map(([name, p]) => activePolicy(name, tier, p).key);
        if (mine.length === 0) continue;
        const list = isStaged ? lists.staged : lists.tiers;
        list.push({
          name: tier,
          defaultAction,
          ingress: inDirection('ingress'),
          egress: inDirection('egress'),
        });
      }
    }
    for (const [name, p] of Object.entries(sketch.profiles ?? {})) {
      const key = `Profile/${name}`;
      const both = { ingress: rules(key, 'ingress', p.ingress), egress: rules(key, 'egress', p.egress) };
      profiles.set(name, { name, key, missing: false, ...both });
    }
    built.set(id, {
      id,
      kind: 'workload',
      node,
      interfaceName: sketch.interfaceName ?? `cali-${short}`,
      addresses: sketch.addresses ?? [],
      ...lists,
      profiles: Object.keys(sketch.profiles ?? {}),
    });
  }
  const ipSets = new Map((more.ipSets ?? []).map((set) => [set.id, set]));
  return {
    node,
    config: { ...DEFAULT_CONFIG, ...more.config },
    endpoints: built,
    hostEndpoints: new Map(),
    policies,
    staged,
    profiles,
    ipSets,
  };
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
