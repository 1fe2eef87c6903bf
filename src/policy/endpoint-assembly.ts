// Local endpoints, workloads and hosts, as values with the tier lists of their class, computed once per class.
import type { HostEndpoint, WorkloadEndpoint } from '../resources/index.ts';
import { UNFILED } from './classes.ts';
import { hostEndpoint, localEndpoint } from './endpoint-values.ts';
import { HOST, type LocalClass, type LocalEndpoints, type LocalItem, WORKLOAD } from './local-endpoints.ts';
import type { NodeState } from './node-state.ts';
import type { Policies } from './policies.ts';
import type { Profiles } from './profiles.ts';
import type { Source } from './source.ts';
import { buildTierLists, NO_TIERS, sameLists, TierInterner, type TierLists } from './tier-lists.ts';
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

  /** An endpoint of any node, new or changed; undefined when it is gone or is a workload without addresses. */
  put(key: string, found: { resource: WorkloadEndpoint | HostEndpoint; source: Source } | undefined): void {
    const node = found?.resource.spec.node;
    const local = found && node !== undefined && this.#parts.nodes.has(node) ? { ...found, node } : undefined;
    const before = this.#items.get(key);
    if (before && before.node !== local?.node) this.#remove(before);
    if (!local) return;
    const { resource, source } = local;
    const known = this.#items.get(key);
    const item: LocalItem = known ?? {
      key,
      node: local.node,
      group: resource.kind === 'HostEndpoint' ? HOST : WORKLOAD,
      resource,
      source,
      ...UNFILED,
    };
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
    const node = this.#parts.nodes.get(item.node);
    (item.group === HOST ? node?.hostEndpoints : node?.endpoints)?.set(item.key, undefined);
  }

  /** True when the lists of the class have changed. */
  #relist(cls: LocalClass): boolean {
    if (!this.#parts.endpoints.isPresent(cls)) return false;
    this.#parts.work.tierListsComputed++;
    const { policies, tiers } = this.#parts;
    const before = this.#lists.get(cls);
    const after = buildTierLists(policies.applyingTo(cls), cls.group === HOST, tiers, this.#interner);
    if (before && sameLists(before.enforced, after.enforced) && sameLists(before.staged, after.staged)) {
      return false;
    }
    this.#lists.set(cls, after);
    return true;
  }

  #assemble(item: LocalItem): void {
    const lists = (item.cls && this.#lists.get(item.cls)) ?? NO_TIERS;
    const node = this.#parts.nodes.get(item.node);
    if (!node) return;
    const { endpoints, hostEndpoints } = node;
    if (item.resource.kind === 'HostEndpoint') {
      hostEndpoints.set(item.key, hostEndpoint(item, lists, hostEndpoints.current.get(item.key)));
    } else endpoints.set(item.key, localEndpoint(item, lists, endpoints.current.get(item.key)));
  }
}
