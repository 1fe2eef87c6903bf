// IP pools and the addresses of Nodes: what is translated when it leaves, and for which destinations it is not. A pool
// that is disabled counts like any other: it gives out no new addresses, but the old ones are in use.
import { type Problem, problem } from '../errors/problem.ts';
import {
  canonicalHost,
  canonicalPrefix,
  comparePrefixes,
  disjoint,
  formatPrefix,
  parsePrefix,
  type Prefix,
  prefixCovers,
} from '../net/index.ts';
import { type IPPool, type Node, resourceKey } from '../resources/index.ts';
import type { MasqueradeConfig } from './node-config.ts';
import type { Masquerade } from './node-policy.ts';
import { sameValue } from './same-value.ts';

export const NO_MASQUERADE: Masquerade = Object.freeze({
  sources: Object.freeze([]),
  exceptions: Object.freeze([]),
});

export class Pools {
  readonly #pools = new Map<string, IPPool>();
  readonly #hosts = new Map<string, readonly string[]>();
  /** What nodes were told last, by what their configuration excepts; and what they are told now that it has changed. */
  #known: ReadonlyMap<string, Masquerade> = new Map();
  #next = new Map<string, Masquerade>();
  #dirty = false;

  put(name: string, pool: IPPool | undefined): void {
    if (pool) this.#pools.set(name, pool);
    else this.#pools.delete(name);
    this.#dirty = true;
  }

  putNode(name: string, node: Node | undefined): void {
    const after = node ? hostAddresses(node) : [];
    if (sameValue(this.#hosts.get(name) ?? [], after)) return;
    if (after.length > 0) this.#hosts.set(name, after);
    else this.#hosts.delete(name);
    this.#dirty = true;
  }

  /** Call `settle` when all nodes have asked. The same object as long as it says the same. */
  resolve({ exceptHosts }: MasqueradeConfig): Masquerade {
    const key = exceptHosts === undefined ? '' : `hosts ${exceptHosts.join(' ')}`;
    const told = this.#next.get(key);
    if (told) return told;
    const before = this.#known.get(key);
    const fresh = before && !this.#dirty ? before : this.#compute(exceptHosts);
    const after = before && sameValue(before, fresh) ? before : fresh;
    this.#next.set(key, after);
    return after;
  }

  settle(): void {
    this.#known = this.#next;
    this.#next = new Map();
    this.#dirty = false;
  }

  #compute(exceptHosts: readonly string[] | undefined): Masquerade {
    const pools = [...this.#pools.values()].map(({ spec }) => spec);
    const sources = pools.filter((spec) => spec.natOutgoing).map((spec) => spec.cidr);
    if (sources.length === 0) return NO_MASQUERADE;
    // What is behind the address of a load balancer is no workload.
    const kept = pools.filter((spec) => spec.allowedUses.some((use) => use !== 'LoadBalancer'));
    const hosts = exceptHosts === undefined ? [] : [...exceptHosts, ...[...this.#hosts.values()].flat()];
    return { sources: texts(sources), exceptions: texts([...kept.map((spec) => spec.cidr), ...hosts]) };
  }

  /** Pools that lie in others: Calico gives out no addresses of them, and here the wider one decides. */
  problems(): Problem[] {
    const found: Problem[] = [];
    const enclosing: { readonly name: string; readonly prefix: Prefix }[] = [];
    for (const pool of this.#sorted()) {
      while (enclosing.length > 0 && !prefixCovers(enclosing.at(-1)!.prefix, pool.prefix)) enclosing.pop();
      const outer = enclosing.at(-1);
      enclosing.push(pool);
      if (outer === undefined) continue;
      const key = resourceKey('IPPool', undefined, pool.name);
      const message = `${formatPrefix(pool.prefix)} overlaps with ${formatPrefix(outer.prefix)} of ${resourceKey('IPPool', undefined, outer.name)}`;
      found.push(
        problem('policy/overlapping-pools', message, {
          severity: 'warning',
          resource: key,
          path: ['spec', 'cidr'],
          hint: 'an address in both is masqueraded if either pool has natOutgoing',
        }),
      );
    }
    return found;
  }

  #sorted(): { readonly name: string; readonly prefix: Prefix }[] {
    return [...this.#pools]
      .flatMap(([name, { spec }]) => {
        const parsed = parsePrefix(spec.cidr);
        return parsed ? [{ name, prefix: parsed.prefix }] : [];
      })
      .sort((a, b) => comparePrefixes(a.prefix, b.prefix) || (a.name < b.name ? -1 : 1));
  }
}

/** Sorted, none within another. */
function texts(prefixes: readonly string[]): readonly string[] {
  const parsed = prefixes.flatMap((text) => parsePrefix(canonicalPrefix(text) ?? '')?.prefix ?? []);
  return disjoint(parsed).map(formatPrefix);
}

/** Where other hosts see it: what BGP announces, else the first InternalIP, else the first ExternalIP, of each family. */
function hostAddresses({ spec }: Node): readonly string[] {
  const known = (spec.addresses ?? []).map(({ type, address }) => ({ type, address }));
  return ([4, 6] as const).flatMap((family) => {
    const fits = (text: string): boolean => text.includes(':') === (family === 6);
    const of = (type: string): string | undefined =>
      known.find((one) => one.type === type && fits(one.address))?.address;
    const bgp = family === 4 ? spec.bgp?.ipv4Address : spec.bgp?.ipv6Address;
    // The length that BGP's address is written with is that of its network.
    const [text = ''] = (bgp ?? of('InternalIP') ?? of('ExternalIP') ?? '').split('/');
    return canonicalHost(text) ?? [];
  });
}
