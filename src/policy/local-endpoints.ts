// Local endpoints, workloads and hosts, and the selectors of policies: which policies apply to which class of endpoints,
// on which node. The two kinds are never in one class.
//
//   endpoints ─▶ classes ─▶ presence (class on node) ─▶ activity (selector on node)
//   policies ─▶ selectors ┘
import { ClassIndex, type ClassListener, type Item, type LabelClass } from './classes.ts';
import type { ParentLabels } from './inheritance.ts';
import type { HostEndpoint, WorkloadEndpoint } from '../resources/index.ts';
import type { ParsedSelector } from './selector-cache.ts';
import type { Source } from './source.ts';
import type { WorkCounters } from './work.ts';

/** What keeps the two kinds in classes of their own. */
export type EndpointGroup = 'host;' | 'workload;';
export const HOST = 'host;' satisfies EndpointGroup;
export const WORKLOAD = 'workload;' satisfies EndpointGroup;

export interface LocalItem extends Item<LocalItem> {
  readonly key: string;
  readonly node: string;
  readonly group: EndpointGroup;
  resource: WorkloadEndpoint | HostEndpoint;
  source: Source;
}

export type LocalClass = LabelClass<LocalItem>;

export class LocalEndpoints implements ClassListener<LocalItem> {
  readonly #index: ClassIndex<LocalItem>;
  /** How many endpoints of the class stand on each node. */
  readonly #presence = new Map<LocalClass, Map<string, number>>();
  /** How many classes that a selector matches are present on each node: of workloads, of hosts. */
  readonly #activity = {
    workload: new Map<string, Map<string, number>>(),
    host: new Map<string, Map<string, number>>(),
  };
  /** Selectors that became active or inactive on some node since the last call of takeChanges. */
  #switched = new Set<string>();
  #classes = new Set<LocalClass>();
  #moved = new Set<LocalItem>();

  constructor(parents: ParentLabels, work: WorkCounters) {
    this.#index = new ClassIndex(parents, this, work);
  }

  put(item: LocalItem): void {
    this.#index.put(item);
  }

  remove(item: LocalItem): void {
    this.#index.remove(item);
  }

  parentChanged(name: string): void {
    this.#index.parentChanged(name);
  }

  addSelector(selector: ParsedSelector): void {
    this.#index.addSelector(selector);
  }

  removeSelector(text: string): void {
    this.#index.removeSelector(text);
  }

  /** Brings matches up to date; gives what changed since the last flush. */
  flush(): {
    switched: ReadonlySet<string>;
    classes: ReadonlySet<LocalClass>;
    moved: ReadonlySet<LocalItem>;
  } {
    this.#index.flush();
    const changes = { switched: this.#switched, classes: this.#classes, moved: this.#moved };
    this.#switched = new Set();
    this.#classes = new Set();
    this.#moved = new Set();
    return changes;
  }

  /** Nodes on which the selector matches a host endpoint, or (unless `hostsOnly`) a workload, as of the last flush. */
  nodesOf(selector: string, hostsOnly: boolean): ReadonlySet<string> {
    const nodes = new Set(this.#activity.host.get(selector)?.keys());
    if (!hostsOnly) for (const node of this.#activity.workload.get(selector)?.keys() ?? []) nodes.add(node);
    return nodes;
  }

  isActive(selector: string): boolean {
    return this.#activity.workload.has(selector) || this.#activity.host.has(selector);
  }

  matching(selector: string): Iterable<LocalClass> {
    return this.#index.matching(selector);
  }

  /** Classes with at least one endpoint. */
  present(): Iterable<LocalClass> {
    return this.#presence.keys();
  }

  isPresent(cls: LocalClass): boolean {
    return this.#presence.has(cls);
  }

  moved(item: LocalItem, from: LocalClass | undefined, to: LocalClass | undefined): void {
    this.#moved.add(item);
    if (to) this.#arrive(to, item.node);
    if (from) this.#leave(from, item.node);
  }

  started(selector: string, cls: LocalClass): void {
    this.#classes.add(cls);
    for (const node of this.#presence.get(cls)?.keys() ?? []) this.#activate(selector, cls, node, 1);
  }

  stopped(selector: string, cls: LocalClass): void {
    this.#classes.add(cls);
    for (const node of this.#presence.get(cls)?.keys() ?? []) this.#activate(selector, cls, node, -1);
  }

  #arrive(cls: LocalClass, node: string): void {
    let nodes = this.#presence.get(cls);
    if (!nodes) {
      nodes = new Map();
      this.#presence.set(cls, nodes);
      this.#classes.add(cls);
    }
    const count = nodes.get(node) ?? 0;
    nodes.set(node, count + 1);
    if (count === 0) for (const selector of cls.matched) this.#activate(selector, cls, node, 1);
  }

  #leave(cls: LocalClass, node: string): void {
    const nodes = this.#presence.get(cls);
    const count = (nodes?.get(node) ?? 0) - 1;
    if (count > 0) {
      nodes?.set(node, count);
      return;
    }
    nodes?.delete(node);
    if (nodes?.size === 0) this.#presence.delete(cls);
    for (const selector of cls.matched) this.#activate(selector, cls, node, -1);
  }

  #activate(selector: string, cls: LocalClass, node: string, by: 1 | -1): void {
    const activity = cls.group === HOST ? this.#activity.host : this.#activity.workload;
    let nodes = activity.get(selector);
    if (!nodes) {
      nodes = new Map();
      activity.set(selector, nodes);
    }
    const before = nodes.get(node) ?? 0;
    const after = before + by;
    if (after > 0) nodes.set(node, after);
    else nodes.delete(node);
    if (nodes.size === 0) activity.delete(selector);
    if (before === 0 || after === 0) this.#switched.add(selector);
  }
}
