// Local endpoints as values: addresses, profiles, and the tier lists of their class, computed once per class.
import { UNFILED } from './classes.ts';
import type { WorkloadEndpoint } from '../resources/index.ts';
import type { LocalClass, LocalEndpoints, LocalItem } from './local-endpoints.ts';
import type { LocalEndpoint } from './node-policy.ts';
import type { NodeState } from './node-state.ts';
import type { Policies } from './policies.ts';
import type { Profiles } from './profiles.ts';
import { sameValue } from './same-value.ts';
import type { Source } from './source.ts';
import { buildTierLists, NO_TIERS, TierInterner, type TierLists } from './tier-lists.ts';
import type { Tiers } from './tiers.ts';
import type { WorkCounters } from './work.ts';

interface Parts {
  readonly nodes: ReadonlyMap<string, NodeState>;
  readonly endpoints: LocalEndpoints;
  readonly policies: Policies;
  readonly profiles: Profiles;
  readonly tiers: Tiers;
  readonly work: WorkCounters;
}

export class EndpointAssembly {
  readonly #parts: Parts;
  readonly #items = new Map<string, LocalItem>();
  readonly #lists = new Map<LocalClass, TierLists>();
  readonly #interner = new TierInterner();
  readonly #changed = new Set<LocalItem>();
  #tiersChanged = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Endpoints of local nodes. */
  items(): Iterable<LocalItem> {
    return this.#items.values();
  }

  /** An endpoint of any node, new or changed; undefined when it is gone or has no addresses. */
  put(key: string, found: { resource: WorkloadEndpoint; source: Source } | undefined): void {
    const node = found?.resource.spec.node;
    const local = found && node !== undefined && this.#parts.nodes.has(node) ? { ...found, node } : undefined;
    const before = this.#items.get(key);
    if (before && before.node !== local?.node) this.#remove(before);
    if (!local) return;
    const { resource, source } = local;
    const known = this.#items.get(key);
    const item: LocalItem = known ?? { key, node: local.node, resource, source, ...UNFILED };
    this.#parts.profiles.use(source.parents, item.node, 1);
    if (known) this.#parts.profiles.use(known.source.parents, item.node, -1);
    item.resource = resource;
    item.source = source;
    this.#items.set(key, item);
    this.#changed.add(item);
    this.#parts.endpoints.put(item);
  }

  /** The order or the end of some tier changed: every list may. */
  tiersChanged(): void {
    this.#tiersChanged = true;
  }

  /** Queues at their nodes the endpoints that changed, or whose class did. Call after Policies.flush. */
  flush(classes: Iterable<LocalClass>, moved: Iterable<LocalItem>): void {
    const { endpoints } = this.#parts;
    const dirty = new Set(classes);
    if (this.#tiersChanged) for (const cls of endpoints.present()) dirty.add(cls);
    this.#tiersChanged = false;
    const items = new Set([...this.#changed, ...moved]);
    this.#changed.clear();
    for (const cls of dirty) if (this.#relist(cls)) for (const item of cls.items) items.add(item);
    for (const cls of this.#lists.keys()) if (!endpoints.isPresent(cls)) this.#lists.delete(cls);
    if (dirty.size > 0) this.#interner.sweep(this.#lists.values());
    for (const item of items) if (this.#items.get(item.key) === item) this.#assemble(item);
  }

  #remove(item: LocalItem): void {
    this.#items.delete(item.key);
    this.#parts.profiles.use(item.source.parents, item.node, -1);
    this.#parts.endpoints.remove(item);
    this.#parts.nodes.get(item.node)?.endpoints.set(item.key, undefined);
  }

  /** True when the lists of the class have changed. */
  #relist(cls: LocalClass): boolean {
    if (!this.#parts.endpoints.isPresent(cls)) return false;
    this.#parts.work.tierListsComputed++;
    const { policies, tiers } = this.#parts;
    const before = this.#lists.get(cls);
    const after = buildTierLists(policies.applyingTo(cls), tiers, this.#interner);
    if (before?.tiers === after.tiers && before.staged === after.staged) return false;
    this.#lists.set(cls, after);
    return true;
  }

  #assemble(item: LocalItem): void {
    const { tiers, staged } = (item.cls && this.#lists.get(item.cls)) ?? NO_TIERS;
    const list = this.#parts.nodes.get(item.node)?.endpoints;
    const before = list?.current.get(item.key);
    const { nets, parents } = item.source;
    const value: LocalEndpoint = {
      id: item.key,
      kind: 'workload',
      node: item.node,
      interfaceName: item.resource.spec.interfaceName,
      addresses: before && sameValue(before.addresses, nets) ? before.addresses : nets,
      tiers,
      profiles: before && sameValue(before.profiles, parents) ? before.profiles : parents,
      staged,
    };
    list?.set(item.key, before && sameEndpoint(before, value) ? before : value);
  }
}

function sameEndpoint(a: LocalEndpoint, b: LocalEndpoint): boolean {
  return (
    a.interfaceName === b.interfaceName &&
    a.addresses === b.addresses &&
    a.tiers === b.tiers &&
    a.profiles === b.profiles &&
    a.staged === b.staged
  );
}
