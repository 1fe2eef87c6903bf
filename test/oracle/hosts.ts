// The oracle's reading of HostEndpoints: which one an interface has, and which policies are in which of its lists.
import type { GlobalNetworkPolicy, HostEndpoint, NetworkPolicy } from '../../src/resources/index.ts';
import type { HostFacts } from '../../src/policy/host-facts.ts';
import { block, inBlock } from './addresses.ts';
import type { Item } from './labels.ts';

export type Policy = NetworkPolicy | GlobalNetworkPolicy;
export type List = 'untracked' | 'preDnat' | 'forward' | 'normal';
export type HostItem = Item & { readonly host: HostEndpoint };

/** In which lists of a host endpoint a policy is; a workload has the normal list alone. */
export function isIn(policy: Policy, list: List): boolean {
  const flags = policy.kind === 'GlobalNetworkPolicy' ? policy.spec : undefined;
  if (flags?.doNotTrack) return list === 'untracked';
  if (flags?.preDNAT) return list === 'preDnat';
  return list === 'normal' || (list === 'forward' && flags?.applyOnForward === true);
}

/** The host endpoint that judges in a stage of this list at this interface. */
export type HostAt = (list: List, name: string) => HostItem | undefined;

/** `has`: the host endpoint has tiers in that list. */
export function hostsOf(
  all: readonly Item[],
  node: string,
  facts: HostFacts,
  isWorkload: (name: string) => boolean,
  has: (item: HostItem, list: List) => boolean,
): HostAt {
  const mine = all
    .filter((item): item is HostItem => item.host?.spec.node === node)
    .sort((a, b) => (a.host.metadata.name < b.host.metadata.name ? -1 : 1));
  const any = mine.find((item) => item.host.spec.interfaceName === '*');
  const addressesOf = (name: string): readonly string[] =>
    facts.interfaces.find((one) => one.name === name)?.addresses ?? [];
  const expected = (item: HostItem, name: string): boolean =>
    addressesOf(name).some((text) => {
      const own = block(text);
      return own !== undefined && item.blocks.some((one) => inBlock(one, own.family, own.bits));
    });
  const named = (name: string): HostItem | undefined =>
    isWorkload(name)
      ? undefined
      : mine.find((item) =>
          item.host.spec.interfaceName ? item.host.spec.interfaceName === name : expected(item, name),
        );
  return (list, name) => {
    const own = named(name);
    if (list === 'untracked') return own && has(own, list) ? own : undefined;
    if (list === 'preDnat') return [own, any].find((item) => item && has(item, list));
    return isWorkload(name) && list === 'normal' ? undefined : (own ?? any);
  };
}
