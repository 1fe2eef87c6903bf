// NodePolicy as compact text, for expected outputs that a person can read and check; and as a full dump, in which two
// values differ whenever anything in them does, the order of maps included.
import { sortMembers } from '../../net/index.ts';
import { DEFAULT_CONFIG } from '../felix-config.ts';
import type {
  EndpointTier,
  HostEndpoint,
  IpSet,
  LocalEndpoint,
  NodePolicy,
  Rule,
  Side,
} from '../node-policy.ts';

/** IP sets are shown by description in brackets; what is default or empty is left out. */
export function describe(policy: NodePolicy): string {
  const lines = [
    ...describeConfig(policy),
    ...[...policy.endpoints.values()].flatMap(describeEndpoint),
    ...[...policy.hostEndpoints.values()].flatMap(describeHost),
    ...[...policy.policies.values()].flatMap((active) =>
      describeRules(`policy ${active.key}`, active, policy),
    ),
    ...[...policy.staged.values()].flatMap((active) => describeRules(`staged ${active.key}`, active, policy)),
    ...[...policy.profiles.values()].flatMap((active) =>
      describeRules(`profile ${active.name}${active.missing ? ' missing' : ''}`, active, policy),
    ),
    ...[...policy.ipSets.values()].map(describeSet).sort(),
    ...describeMasquerade(policy),
  ];
  return lines.join('\n');
}

export function dump(policy: NodePolicy): string {
  return dumpValue(policy);
}

export function dumpValue(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (isMap(part)) return [...part];
    return isSet(part) ? sortMembers(part) : part;
  });
}

function isSet(value: unknown): value is ReadonlySet<string> {
  return typeof value === 'object' && value !== null && 'has' in value && !('get' in value);
}

function isMap(value: unknown): value is ReadonlyMap<string, unknown> {
  return typeof value === 'object' && value !== null && 'has' in value && 'get' in value;
}

function describeConfig({ config }: NodePolicy): string[] {
  const differing = Object.entries(config).filter(
    ([field, value]) =>
      JSON.stringify(value) !== JSON.stringify(DEFAULT_CONFIG[field as keyof typeof config]),
  );
  return differing.map(([field, value]) => `config ${field} ${JSON.stringify(value)}`);
}

function describeMasquerade({ masquerade: { sources, exceptions } }: NodePolicy): string[] {
  return sources.length === 0 ? [] : [`masquerade ${sources.join(' ')} except ${exceptions.join(' ')}`];
}

/** The pod, for `Kind/namespace/node-k8s-pod-eth0`. */
function podName(key: string): string {
  return key.replace(/^WorkloadEndpoint\//, '').replace(/\/.*-k8s-(.*)-eth0$/, '/$1');
}

function describeEndpoint(endpoint: LocalEndpoint): string[] {
  const profiles = endpoint.profiles.length === 0 ? '' : ` profiles ${endpoint.profiles.join(' ')}`;
  const spoofable = endpoint.spoofable ? ` spoofable ${endpoint.spoofable.join(' ')}` : '';
  return [
    `endpoint ${podName(endpoint.id)} ${endpoint.interfaceName} ${endpoint.addresses.join(' ')}${profiles}${spoofable}`,
    ...endpoint.tiers.map((tier) => `  ${describeTier(tier)}`),
    ...endpoint.staged.map((tier) => `  staged ${describeTier(tier)}`),
  ];
}

/** Each tier under the name of its list. */
function describeHost({
  id,
  interfaceName,
  expectedAddresses,
  lists,
  staged,
  profiles,
}: HostEndpoint): string[] {
  const head = ['host', id.slice(id.indexOf('/') + 1), interfaceName ?? '-', ...expectedAddresses];
  if (profiles.length > 0) head.push('profiles', ...profiles);
  const tiers = (word: string, all: HostEndpoint['lists']) =>
    Object.entries({ ...all }).flatMap(([list, those]) =>
      those.map((tier) => `  ${word}${list} ${describeTier(tier)}`),
    );
  return [head.join(' '), ...tiers('', lists), ...tiers('staged ', staged)];
}

function describeTier({ name, defaultAction, ingress, egress }: EndpointTier): string {
  const list = (keys: readonly string[]) => keys.map((key) => key.slice(key.indexOf('/') + 1)).join(' ');
  const parts = [`tier ${name} ${defaultAction}`];
  if (ingress.length > 0) parts.push(`in ${list(ingress)}`);
  if (egress.length > 0) parts.push(`out ${list(egress)}`);
  return parts.join(', ');
}

function describeRules(
  title: string,
  lists: { readonly ingress: readonly Rule[]; readonly egress: readonly Rule[] },
  policy: NodePolicy,
): string[] {
  const rule = (word: string) => (each: Rule) => `  ${word} ${describeRule(each, policy)}`;
  return [title, ...lists.ingress.map(rule('in')), ...lists.egress.map(rule('out'))];
}

function describeRule(rule: Rule, policy: NodePolicy): string {
  const icmp = (match: Rule['icmp']) => `${match?.type}${match?.code === undefined ? '' : `/${match.code}`}`;
  const parts: string[] = [rule.action];
  if (rule.never) parts.push(`never(${rule.never})`);
  if (rule.family !== undefined) parts.push(`v${rule.family}`);
  if (rule.protocol !== undefined) parts.push(`proto ${rule.protocol}`);
  if (rule.notProtocol !== undefined) parts.push(`not-proto ${rule.notProtocol}`);
  if (rule.icmp) parts.push(`icmp ${icmp(rule.icmp)}`);
  if (rule.notIcmp) parts.push(`not-icmp ${icmp(rule.notIcmp)}`);
  parts.push(...describeSide('from', rule.source, policy), ...describeSide('to', rule.destination, policy));
  for (const [key, value] of rule.annotations ?? []) parts.push(`${key}=${value}`);
  return parts.join(' ');
}

function describeSide(word: string, side: Side, policy: NodePolicy): string[] {
  const set = (id: string) => `[${policy.ipSets.get(id)?.description ?? `unknown ${id}`}]`;
  const port = ({ first, last }: Side['ports'][number]) => (first === last ? `${first}` : `${first}:${last}`);
  const parts = [
    ...side.nets,
    ...side.notNets.map((net) => `!${net}`),
    ...side.sets.map(set),
    ...side.notSets.map((id) => `!${set(id)}`),
    ...side.ports.map((range) => `:${port(range)}`),
    ...side.namedPorts.map((id) => `:${set(id)}`),
    ...side.notPorts.map((range) => `!:${port(range)}`),
    ...side.notNamedPorts.map((id) => `!:${set(id)}`),
  ];
  return parts.length === 0 ? [] : [word, ...parts];
}

function describeSet(set: IpSet): string {
  return [`set [${set.description}]`, ...sortMembers(set.members)].join(' ');
}
