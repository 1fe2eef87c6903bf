// NodePolicy → Program. Everything that is made from one NodePolicy object is kept beside it in a WeakMap, so that an
// unchanged policy or tier list costs a look-up and is the same object again.
import type { Family } from '../net/index.ts';
import { endpointsByInterface, hostInterfaces } from '../policy/index.ts';
import type {
  ActivePolicy,
  ActiveProfile,
  EndpointTier,
  HostEndpoint,
  HostFacts,
  IpSet,
  NodePolicy,
  Rule,
} from '../policy/index.ts';
import type { Direction } from '../resources/index.ts';
import { type RuleMatch, ruleMatch, sameInBothFamilies } from './conditions.ts';
import { type LogSubject, expandLogPrefix } from './log-prefix.ts';
import { masqueradeProgram } from './masquerade.ts';
import { mentionedSets } from './mentioned-sets.ts';
import type {
  Block,
  BlockId,
  CallList,
  EndpointProgram,
  HostProgram,
  Program,
  ProgramRule,
  TierCalls,
} from './program.ts';

const FAMILIES: readonly Family[] = [4, 6];
const ALL_INTERFACES = '*';

/** `facts`: only they tell which interface an expected address is on. */
export function buildProgram(policy: NodePolicy, facts?: HostFacts): Program {
  const interned = new Map<string, CallList>();
  const endpoints = [...endpointsByInterface(policy).values()].map((endpoint): EndpointProgram => {
    const lists = callLists(endpoint.tiers, endpoint.profiles, policy);
    return {
      endpoint: endpoint.id,
      interface: endpoint.interfaceName,
      egress: intern(lists.egress, interned),
      ingress: intern(lists.ingress, interned),
      ...(policy.config.allowSpoofing && endpoint.spoofable && { spoofable: endpoint.spoofable }),
    };
  });
  const hosts = hostPrograms(policy, facts, interned);
  const compiled = calledBlocks(policy, [...interned.values()]);
  const masquerade = masqueradeProgram(policy);
  const blocks = new Map(compiled.map(({ block }) => [block.id, block]));
  return {
    node: policy.node,
    config: policy.config,
    endpoints,
    hosts,
    blocks,
    masquerade: masquerade.rules,
    sets: setsOf(policy, compiled, masquerade.sets),
  };
}

// ── Call lists ────────────────────────────────────────────────────────────────────────────────────────────────────

type Lists = Readonly<Record<Direction, CallList>>;
const listCache = new WeakMap<readonly EndpointTier[], Map<string, Lists>>();
const listText = new WeakMap<CallList, string>();

function hostPrograms(
  policy: NodePolicy,
  facts: HostFacts | undefined,
  interned: Map<string, CallList>,
): HostProgram[] {
  const { named, any } = hostInterfaces(policy, facts);
  const all: (readonly [string, HostEndpoint])[] = [...named];
  if (any !== undefined) all.push([ALL_INTERFACES, any]);
  return all.map(([name, { id, lists, profiles }]): HostProgram => {
    const one = (list: CallList): CallList => intern(list, interned);
    const both = (tiers: readonly EndpointTier[], profileNames: readonly string[]): Lists => {
      const { ingress, egress } = callLists(tiers, profileNames, policy);
      return { ingress: one(ingress), egress: one(egress) };
    };
    // For all interfaces it would reach the packets of workloads: it has no effect.
    const untracked = name === ALL_INTERFACES ? [] : lists.untracked;
    return {
      endpoint: id,
      interface: name,
      ...(untracked.length > 0 && { untracked: both(untracked, []) }),
      ...(lists.preDnat.length > 0 && {
        preDnat: { ingress: one(callLists(lists.preDnat, [], policy).ingress) },
      }),
      forward: both(lists.forward, []),
      normal: both(lists.normal, profiles),
    };
  });
}

function callLists(
  tiers: readonly EndpointTier[],
  profileNames: readonly string[],
  policy: NodePolicy,
): Lists {
  let byProfiles = listCache.get(tiers);
  if (byProfiles === undefined) listCache.set(tiers, (byProfiles = new Map()));
  // A space is in no name.
  const key = profileNames.join(' ');
  let lists = byProfiles.get(key);
  if (lists === undefined) {
    const profiles = profileNames.map((name) => profileOf(policy, name));
    lists = { ingress: callList(tiers, profiles, 'ingress'), egress: callList(tiers, profiles, 'egress') };
    byProfiles.set(key, lists);
  }
  return lists;
}

function callList(
  tiers: readonly EndpointTier[],
  profiles: readonly ActiveProfile[],
  direction: Direction,
): CallList {
  const calls: TierCalls[] = [];
  for (const tier of tiers) {
    const keys = tier[direction];
    if (keys.length === 0) continue;
    const end = tier.defaultAction === 'Pass' ? 'next' : 'deny';
    calls.push({ name: tier.name, calls: keys.map((key) => blockId(key, direction)), end });
  }
  return { tiers: calls, profiles: profiles.map(({ key }) => blockId(key, direction)) };
}

/** The first list of those that say the same. */
function intern(list: CallList, known: Map<string, CallList>): CallList {
  let text = listText.get(list);
  if (text === undefined) listText.set(list, (text = JSON.stringify(list)));
  const first = known.get(text);
  if (first !== undefined) return first;
  known.set(text, list);
  return list;
}

// ── Blocks ────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Compiled {
  readonly logPrefix: string;
  readonly block: Block;
  /** The content sets of its rules. */
  readonly sets: readonly IpSet[];
}

const blockCache: Readonly<Record<Direction, WeakMap<ActivePolicy | ActiveProfile, Compiled>>> = {
  ingress: new WeakMap(),
  egress: new WeakMap(),
};

function calledBlocks(policy: NodePolicy, lists: readonly CallList[]): Compiled[] {
  const ids = new Set<BlockId>();
  for (const list of lists) {
    for (const tier of list.tiers) for (const id of tier.calls) ids.add(id);
    for (const id of list.profiles) ids.add(id);
  }
  const profiles = new Map([...policy.profiles.values()].map((profile) => [profile.key, profile]));
  return [...ids].sort().map((id) => {
    const slash = id.lastIndexOf('/');
    const key = id.slice(0, slash);
    const owner = policy.policies.get(key) ?? profiles.get(key);
    if (owner === undefined)
      throw new TypeError(`${key} is called by an endpoint but is not in the NodePolicy`);
    return compile(owner, id.slice(slash + 1) as Direction, policy.config.logPrefix);
  });
}

function compile(owner: ActivePolicy | ActiveProfile, direction: Direction, logPrefix: string): Compiled {
  const cached = blockCache[direction].get(owner);
  if (cached !== undefined && cached.logPrefix === logPrefix) return cached;
  const subject: LogSubject = 'tier' in owner ? owner : { kind: 'Profile', name: owner.name };
  const sets: IpSet[] = [];
  const rules: ProgramRule[] = [];
  for (const rule of owner[direction]) {
    const both = sameInBothFamilies(rule) ? ruleMatch(rule, rule.family ?? 4) : undefined;
    for (const family of FAMILIES) {
      const wanted = rule.family === undefined || rule.family === family;
      const match = both === undefined ? ruleMatch(rule, family) : wanted ? both : undefined;
      if (match === undefined) continue;
      rules.push(programRule(rule, family, match, logPrefix, subject));
      for (const set of match.sets) sets.push(set);
    }
  }
  const block: Block = {
    id: blockId(owner.key, direction),
    resource: owner.key,
    kind: 'tier' in owner ? 'policy' : 'profile',
    direction,
    ...('tier' in owner ? { tier: owner.tier } : {}),
    passes: rules.some((rule) => rule.action === 'pass'),
    rules,
  };
  const compiled = { logPrefix, block, sets };
  blockCache[direction].set(owner, compiled);
  return compiled;
}

function programRule(
  rule: Rule,
  family: Family,
  match: RuleMatch,
  logPrefix: string,
  subject: LogSubject,
): ProgramRule {
  const plain: ProgramRule = { id: rule.id, family, action: rule.action, conditions: match.conditions };
  if (rule.action !== 'log' && rule.annotations === undefined) return plain;
  return {
    ...plain,
    ...(rule.action === 'log' ? { logPrefix: expandLogPrefix(logPrefix, subject) } : {}),
    ...(rule.annotations === undefined ? {} : { annotations: rule.annotations }),
  };
}

/** Only sets that a condition mentions, and `others`; sorted by id. */
function setsOf(
  policy: NodePolicy,
  compiled: readonly Compiled[],
  others: readonly IpSet[],
): Map<string, IpSet> {
  const found = new Map(others.map((set) => [set.id, set]));
  for (const { block, sets } of compiled) {
    // The first one stays, so that the same content set is the same object as long as its first block is.
    for (const set of sets) if (!found.has(set.id)) found.set(set.id, set);
    for (const { set: id } of mentionedSets(block)) {
      if (found.has(id)) continue;
      const set = policy.ipSets.get(id);
      if (set === undefined) throw new TypeError(`set ${id} of ${block.id} is not in the NodePolicy`);
      found.set(id, set);
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function profileOf(policy: NodePolicy, name: string): ActiveProfile {
  const profile = policy.profiles.get(name);
  if (profile === undefined)
    throw new TypeError(`profile ${name} is listed by an endpoint but is not in the NodePolicy`);
  return profile;
}

function blockId(key: string, direction: Direction): BlockId {
  return `${key}/${direction}`;
}
