// The values that stand for endpoints in a NodePolicy. What did not change is taken over from the value before, and so
// is the value itself when nothing in it changed.
import { canonicalPrefix } from '../net/index.ts';
import type { LocalItem } from './local-endpoints.ts';
import type { HostEndpoint, HostLists, LocalEndpoint } from './node-policy.ts';
import { sameValue } from './same-value.ts';
import { sameLists, type TierLists } from './tier-lists.ts';

export function localEndpoint(
  item: LocalItem,
  lists: TierLists,
  before: LocalEndpoint | undefined,
): LocalEndpoint {
  const { nets, parents } = item.source;
  const spoofable = spoofablePrefixes(item);
  const after: LocalEndpoint = {
    id: item.key,
    kind: 'workload',
    node: item.node,
    interfaceName: item.resource.spec.interfaceName ?? '',
    addresses: keep(before?.addresses, nets),
    ...(spoofable && { spoofable: keep(before?.spoofable, spoofable) }),
    tiers: lists.enforced.normal,
    profiles: keep(before?.profiles, parents),
    staged: lists.staged.normal,
  };
  return before && sameParts(before, after) ? before : after;
}

function spoofablePrefixes({ resource }: LocalItem): readonly string[] | undefined {
  const prefixes =
    resource.kind === 'WorkloadEndpoint' ? resource.spec.allowSpoofedSourcePrefixes : undefined;
  if (!prefixes?.length) return undefined;
  return [...new Set(prefixes.flatMap((text) => canonicalPrefix(text) ?? []))].sort();
}

export function hostEndpoint(
  item: LocalItem,
  lists: TierLists,
  before: HostEndpoint | undefined,
): HostEndpoint {
  const { nets, parents } = item.source;
  const { interfaceName } = item.resource.spec;
  const after: HostEndpoint = {
    id: item.key,
    kind: 'host',
    node: item.node,
    ...(interfaceName && { interfaceName }),
    expectedAddresses: keep(before?.expectedAddresses, nets),
    lists: keepLists(before?.lists, lists.enforced),
    profiles: keep(before?.profiles, parents),
    staged: keepLists(before?.staged, lists.staged),
  };
  return before && sameParts(before, after) ? before : after;
}

function keep(before: readonly string[] | undefined, after: readonly string[]): readonly string[] {
  return before && sameValue(before, after) ? before : after;
}

function keepLists(before: HostLists | undefined, after: HostLists): HostLists {
  return before && sameLists(before, after) ? before : after;
}

function sameParts<T extends object>(a: T, b: T): boolean {
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof T>;
  return [...fields].every((field) => a[field] === b[field]);
}
