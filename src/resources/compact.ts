// Resources without repetition: of what hundreds of thousands of them have in common (labels, nodes, namespaces, lists
// of profiles, selectors, sides of rules that say nothing) each holds the one object that stands for it.
import { labelMap, shareText } from './label-map.ts';
import type { Resource } from './resource.ts';
import type { EntityRule } from './rule/entity-rule.ts';
import type { Rule } from './rule/rule.ts';

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

function compactEndpoint(endpoint: Of<'WorkloadEndpoint'>): Resource {
  const { metadata, spec } = endpoint;
  const { namespace, labels } = metadata;
  return {
    ...endpoint,
    metadata: {
      ...metadata,
      ...(namespace !== undefined && { namespace: shareText(namespace) }),
      ...(labels && { labels: labelMap(labels) }),
    },
    spec: {
      ...spec,
      ...(spec.orchestrator !== undefined && { orchestrator: shareText(spec.orchestrator) }),
      ...(spec.node !== undefined && { node: shareText(spec.node) }),
      ...(spec.profiles && { profiles: shareList(spec.profiles) }),
      ...(spec.ports?.length === 0 && { ports: NO_PORTS }),
    },
  };
}

function compactRules<S extends Of<'NetworkPolicy' | 'GlobalNetworkPolicy'>['spec']>(spec: S): S {
  const { selector, types, ingress, egress } = spec;
  return {
    ...spec,
    ...(selector !== undefined && { selector: shareText(selector) }),
    ...(types && { types: shareList(types) }),
    ...(ingress && { ingress: compactList(ingress) }),
    ...(egress && { egress: compactList(egress) }),
  };
}

function compactList(rules: Rule[]): Rule[] {
  return rules.length === 0 ? NO_RULES : rules.map(compactRule);
}

function compactRule(rule: Rule): Rule {
  const { source, destination } = rule;
  return {
    ...rule,
    ...(source && { source: compactPeer(source) }),
    ...(destination && { destination: compactPeer(destination) }),
  };
}

function compactPeer(peer: EntityRule): EntityRule {
  if (Object.keys(peer).length === 0) return NO_PEER;
  const { selector, nets } = peer;
  return {
    ...peer,
    ...(selector !== undefined && { selector: shareText(selector) }),
    // Mostly the same few: the cluster's DNS, all private networks.
    ...(nets && nets.length <= 4 && { nets: shareList(nets) }),
  };
}
