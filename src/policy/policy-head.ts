// What the graph must know of every policy, active or not: where it applies and where it stands in the order. Rules
// are compiled only once a policy applies to a local endpoint.
import { type Problem, problem } from '../errors/problem.ts';
import type { Resource, ResourceKey, StagedConverted } from '../resources/index.ts';
import { isParsed, type ParsedSelector, type SelectorCache } from './selector-cache.ts';
import { policySelectorText } from './selector-text.ts';

export type PolicyResource =
  | Extract<
      Resource,
      {
        kind:
          | 'NetworkPolicy'
          | 'GlobalNetworkPolicy'
          | 'KubernetesNetworkPolicy'
          | 'KubernetesClusterNetworkPolicy'
          | 'StagedNetworkPolicy'
          | 'StagedGlobalNetworkPolicy';
      }
    >
  | StagedConverted;

/** Which lists of host endpoints it is in; `forward`: in `normal` as well. Workloads have `normal` alone. */
export type PolicyUse = 'untracked' | 'preDnat' | 'forward' | 'normal';

export interface PolicyHead {
  readonly key: ResourceKey;
  readonly kind: PolicyResource['kind'];
  readonly namespace: string | undefined;
  readonly name: string;
  readonly staged: boolean;
  readonly tier: string;
  readonly order: number | undefined;
  /** Directions it applies in, from its types; none given means both. */
  readonly ingress: boolean;
  readonly egress: boolean;
  readonly use: PolicyUse;
  readonly selector: ParsedSelector;
  readonly resource: PolicyResource;
}

/**
 * Undefined when the policy is a staged one that deletes. Problems when its selector is no selector.
 */
export function readPolicy(
  key: ResourceKey,
  resource: PolicyResource,
  selectors: SelectorCache,
): PolicyHead | undefined | readonly Problem[] {
  const { spec, metadata } = resource;
  if ('stagedAction' in spec && spec.stagedAction === 'Delete') return undefined;
  const namespace = isGlobal(resource) ? undefined : (metadata.namespace ?? '');
  const selector = selectors.parse(policySelectorText(spec, namespace));
  if (!isParsed(selector))
    return selector.map(({ code, message }) => problem(code, message, { resource: key }));
  const types = spec.types ?? [];
  const use = useOf(spec);
  return {
    key,
    kind: resource.kind,
    namespace,
    name: metadata.name,
    staged: isStaged(resource),
    tier: spec.tier || 'default',
    order: spec.order,
    ingress: types.length === 0 || types.includes('Ingress'),
    egress: use !== 'preDnat' && (types.length === 0 || types.includes('Egress')),
    use,
    selector,
    resource,
  };
}

/** Untracked and pre-DNAT policy has no effect on workloads, whatever it selects. */
export function isHostOnly({ use }: PolicyHead): boolean {
  return use === 'untracked' || use === 'preDnat';
}

function useOf(spec: PolicyResource['spec']): PolicyUse {
  if (!('doNotTrack' in spec)) return 'normal';
  if (spec.doNotTrack) return 'untracked';
  if (spec.preDNAT) return 'preDnat';
  return spec.applyOnForward ? 'forward' : 'normal';
}

const GLOBAL = new Set([
  'GlobalNetworkPolicy',
  'StagedGlobalNetworkPolicy',
  'KubernetesClusterNetworkPolicy',
]);

function isGlobal(resource: PolicyResource): boolean {
  return GLOBAL.has(resource.kind);
}

function isStaged(resource: PolicyResource): boolean {
  return resource.kind.startsWith('Staged');
}
