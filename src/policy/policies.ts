// All policies, which of them apply on which node, and their compiled rules.
import type { Problem } from '../errors/problem.ts';
import { each, type Few, putInto, takeFrom } from './few.ts';
import type { LocalClass, LocalEndpoints } from './local-endpoints.ts';
import type { ActivePolicy } from './node-policy.ts';
import { isHostOnly, type PolicyHead, type PolicyResource, readPolicy } from './policy-head.ts';
import { comparePolicies, mergeSorted } from './order.ts';
import { compileRules } from './rules.ts';
import { sameValue } from './same-value.ts';
import type { SelectorCache } from './selector-cache.ts';
import type { SetDefinition } from './set-definition.ts';
import type { WorkCounters } from './work.ts';

export interface CompiledPolicy {
  readonly head: PolicyHead;
  readonly value: ActivePolicy;
  readonly sets: ReadonlyMap<string, SetDefinition>;
}

/** A policy came to apply on a node, changed there, or (`compiled` undefined) ceased to apply. */
export interface PolicyChange {
  readonly key: string;
  readonly node: string;
  readonly compiled: CompiledPolicy | undefined;
}

interface Active {
  readonly compiled: CompiledPolicy;
  readonly nodes: ReadonlySet<string>;
}

export class Policies {
  readonly #endpoints: LocalEndpoints;
  readonly #selectors: SelectorCache;
  readonly #work: WorkCounters;
  readonly #heads = new Map<string, PolicyHead>();
  readonly #bySelector = new Map<string, Few<PolicyHead>>();
  /** The same in order, once asked for. */
  readonly #ordered = new Map<string, readonly PolicyHead[]>();
  readonly #active = new Map<string, Active>();
  /** Policies that cannot be used, and why. They are absent. */
  readonly #broken = new Map<string, readonly Problem[]>();
  #changed = new Set<string>();
  /** Selectors of policies whose place in the lists of endpoints may have changed. */
  #concerned = new Set<string>();

  constructor(endpoints: LocalEndpoints, selectors: SelectorCache, work: WorkCounters) {
    this.#endpoints = endpoints;
    this.#selectors = selectors;
    this.#work = work;
  }

  put(key: string, resource: PolicyResource | undefined): void {
    const wasBroken = this.#broken.delete(key);
    let head = resource && readPolicy(key, resource, this.#selectors);
    if (isProblems(head)) {
      this.#broken.set(key, head);
      head = undefined;
    }
    const before = this.#heads.get(key);
    if (head && before?.selector.text === head.selector.text) this.#replace(before, head);
    else {
      if (before) this.#unfile(before);
      if (head) this.#file(head);
    }
    if (wasBroken && head) this.#concerned.add(head.selector.text);
    if (before || head) this.#changed.add(key);
  }

  problems(): Problem[] {
    return [...this.#broken.values()].flat();
  }

  heads(): Iterable<PolicyHead> {
    return this.#heads.values();
  }

  /** Policies whose selector matches a class of endpoints, in the order inside a tier. */
  applyingTo(cls: LocalClass): readonly PolicyHead[] {
    const heads = mergeSorted(
      [...cls.matched].map((selector) => this.#inOrder(selector)),
      comparePolicies,
    );
    return this.#broken.size === 0 ? heads : heads.filter(({ key }) => !this.#broken.has(key));
  }

  /**
   * Call after LocalEndpoints.flush. `switched`: selectors whose activity changed on some node. Gives the changes per
   * node, and the classes whose policies may have changed.
   */
  flush(switched: Iterable<string>): { changes: PolicyChange[]; classes: Set<LocalClass> } {
    const keys = this.#changed;
    for (const selector of switched)
      for (const { key } of each(this.#bySelector.get(selector))) keys.add(key);
    const changes: PolicyChange[] = [];
    for (const key of keys) this.#settle(key, changes);
    const classes = new Set<LocalClass>();
    for (const selector of this.#concerned)
      for (const cls of this.#endpoints.matching(selector)) classes.add(cls);
    this.#changed = new Set();
    this.#concerned = new Set();
    return { changes, classes };
  }

  #inOrder(selector: string): readonly PolicyHead[] {
    let ordered = this.#ordered.get(selector);
    if (!ordered) {
      ordered = [...each(this.#bySelector.get(selector))].sort(comparePolicies);
      this.#ordered.set(selector, ordered);
    }
    return ordered;
  }

  #file(head: PolicyHead): void {
    const { text } = head.selector;
    this.#ordered.delete(text);
    this.#heads.set(head.key, head);
    this.#concerned.add(text);
    if (!this.#bySelector.has(text)) this.#endpoints.addSelector(head.selector);
    putInto(this.#bySelector, text, head);
  }

  /** A change of rules alone leaves the lists of endpoints as they are. */
  #replace(before: PolicyHead, head: PolicyHead): void {
    const { text } = head.selector;
    this.#ordered.delete(text);
    this.#heads.set(head.key, head);
    putInto(this.#bySelector, text, head);
    takeFrom(this.#bySelector, text, before);
    if (!sameStanding(before, head)) this.#concerned.add(text);
  }

  #unfile(head: PolicyHead): void {
    const { text } = head.selector;
    this.#ordered.delete(text);
    this.#heads.delete(head.key);
    this.#concerned.add(text);
    takeFrom(this.#bySelector, text, head);
    if (!this.#bySelector.has(text)) this.#endpoints.removeSelector(text);
  }

  #settle(key: string, changes: PolicyChange[]): void {
    const head = this.#heads.get(key);
    const before = this.#active.get(key);
    // Most policies of a cluster apply to no endpoint of ours.
    if (head && !before && !this.#endpoints.isActive(head.selector.text)) {
      this.#broken.delete(key);
      return;
    }
    let nodes: ReadonlySet<string> = head
      ? this.#endpoints.nodesOf(head.selector.text, isHostOnly(head))
      : new Set();
    const compiled = head && nodes.size > 0 ? this.#compile(head, before?.compiled) : undefined;
    if (nodes.size === 0 && head) this.#broken.delete(key);
    if (!compiled) nodes = new Set();
    for (const node of before?.nodes ?? [])
      if (!nodes.has(node)) changes.push({ key, node, compiled: undefined });
    for (const node of nodes) {
      if (compiled !== before?.compiled || !before?.nodes.has(node)) changes.push({ key, node, compiled });
    }
    if (compiled) this.#active.set(key, { compiled, nodes });
    else this.#active.delete(key);
  }

  /** Undefined, and the policy is broken, when its rules cannot be compiled. */
  #compile(head: PolicyHead, before: CompiledPolicy | undefined): CompiledPolicy | undefined {
    if (before?.head === head) return before;
    this.#work.policiesCompiled++;
    const { ingress, egress, sets, problems } = compileRules(head, head.resource.spec, this.#selectors);
    if (problems.length > 0) {
      this.#broken.set(head.key, problems);
      this.#concerned.add(head.selector.text);
      return undefined;
    }
    const { key, kind, namespace, name, tier, order } = head;
    const previous = before?.value;
    const value: ActivePolicy = {
      key,
      kind,
      ...(namespace !== undefined && { namespace }),
      name,
      tier,
      ...(order !== undefined && { order }),
      ingress: previous && sameValue(previous.ingress, ingress) ? previous.ingress : ingress,
      egress: previous && sameValue(previous.egress, egress) ? previous.egress : egress,
    };
    return { head, value: previous && sameValue(previous, value) ? previous : value, sets };
  }
}

function sameStanding(a: PolicyHead, b: PolicyHead): boolean {
  return (
    a.tier === b.tier &&
    a.order === b.order &&
    a.ingress === b.ingress &&
    a.egress === b.egress &&
    a.use === b.use
  );
}

function isProblems(value: PolicyHead | undefined | readonly Problem[]): value is readonly Problem[] {
  return Array.isArray(value);
}
