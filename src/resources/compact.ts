// Resources without repetition: of what hundreds of thousands of them have in common (labels, nodes, namespaces, lists
// of profiles, selectors, sides of rules that say nothing) each holds the one object that stands for it.
import { labelMap, shareText } from './label-map.ts';
import type { Resource } from './resource.ts';
import type { EntityRule } from './rule/entity-rule.ts';
import type { Rule } from './rule/rule.ts';
import type { Metadata, Writable } from './types.ts';

type Of<K extends Resource['kind']> = Extract<Resource, { kind: K }>;

/** Beyond this many lists they start anew. */
const LIMIT = 1 << 14;
const lists = new Map<string, string[]>();
// Frozen, though what zod infers for an array is mutable: nobody may change what others share.
const NO_PORTS: Of<'WorkloadEndpoint'>['spec']['ports'] = [];
Object.freeze(NO_PORTS);
const NO_RULES: Rule[] = [];
Object.freeze(NO_RULES);
const NO_PEER: EntityRule = Object.freeze({});

/** The frozen list that stands for all equal ones. */
function shareList<T extends string>(list: readonly T[]): T[] {
  const key = list.length === 1 ? (list[0] as string) : list.join('\n');
  const known = lists.get(key);
  if (known) return known as T[];
  if (lists.size >= LIMIT) lists.clear();
  const shared = list.map(shareText) as T[];
  Object.freeze(shared);
  lists.set(shareText(key), shared);
  return shared;
}

/** The same resource, sharing what it can with others. Of most kinds there are few: they stay as they are. */
export function compact<R extends Resource>(resource: R): R {
  return pack(resource) as R;
}

function pack(resource: Resource): Resource {
  const { metadata } = resource;
  switch (resource.kind) {
    case 'WorkloadEndpoint':
      return compactEndpoint(resource);
    case 'Profile': {
      const { labelsToApply } = resource.spec;
      const { ingress, egress } = resource.spec;
      return {
        ...resource,
        spec: {
          ...resource.spec,
          ...(ingress?.length === 0 && { ingress: NO_RULES }),
          ...(egress?.length === 0 && { egress: NO_RULES }),
          ...(labelsToApply && { labelsToApply: labelMap(labelsToApply) }),
        },
      };
    }
    case 'NetworkPolicy':
    case 'GlobalNetworkPolicy':
      return {
        ...resource,
        metadata: { ...metadata, ...(metadata.labels && { labels: labelMap(metadata.labels) }) },
        spec: compactRules(resource.spec),
      } as Resource;
    default:
      return resource;
  }
}

/** A copy whose fields are set anew, as below: one object, instead of one more for each field that may be absent. */
function compactEndpoint(endpoint: Of<'WorkloadEndpoint'>): Resource {
  const metadata: Writable<Metadata> = { ...endpoint.metadata };
  if (metadata.namespace !== undefined) metadata.namespace = shareText(metadata.namespace);
  if (metadata.labels) metadata.labels = labelMap(metadata.labels);
  const spec: Writable<Of<'WorkloadEndpoint'>['spec']> = { ...endpoint.spec };
  if (spec.orchestrator !== undefined) spec.orchestrator = shareText(spec.orchestrator);
  if (spec.node !== undefined) spec.node = shareText(spec.node);
  if (spec.profiles) spec.profiles = shareList(spec.profiles);
  if (spec.ports?.length === 0) spec.ports = NO_PORTS;
  return { ...endpoint, metadata, spec };
}

function compactRules<S extends Of<'NetworkPolicy' | 'GlobalNetworkPolicy'>['spec']>(given: S): S {
  const spec: Writable<S> = { ...given };
  if (spec.selector !== undefined) spec.selector = shareText(spec.selector);
  if (spec.types) spec.types = shareList(spec.types);
  if (spec.ingress) spec.ingress = compactList(spec.ingress);
  if (spec.egress) spec.egress = compactList(spec.egress);
  return spec;
}

function compactList(rules: Rule[]): Rule[] {
  return rules.length === 0 ? NO_RULES : rules.map(compactRule);
}

function compactRule(given: Rule): Rule {
  const rule: Writable<Rule> = { ...given };
  if (rule.source) rule.source = compactPeer(rule.source);
  if (rule.destination) rule.destination = compactPeer(rule.destination);
  return rule;
}

function compactPeer(given: EntityRule): EntityRule {
  if (Object.keys(given).length === 0) return NO_PEER;
  const peer: Writable<EntityRule> = { ...given };
  if (peer.selector !== undefined) peer.selector = shareText(peer.selector);
  // Mostly the same few: the cluster's DNS, all private networks.
  if (peer.nets && peer.nets.length <= 4) peer.nets = shareList(peer.nets);
  return peer;
}
