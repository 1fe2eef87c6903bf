// Profiles: the labels that they hand down, and their rules on the nodes where an endpoint lists them.
import type { Problem } from '../errors/problem.ts';
import {
  type Direction,
  type LabelMap,
  labelMap,
  type Profile,
  resourceKey,
  ruleId,
} from '../resources/index.ts';
import type { ParentLabels } from './inheritance.ts';
import type { ActiveProfile, Rule } from './node-policy.ts';
import { EMPTY_SIDE } from './peers.ts';
import { compileRules } from './rules.ts';
import { sameValue } from './same-value.ts';
import { type Shape, Shapes } from './shapes.ts';
import type { SelectorCache } from './selector-cache.ts';
import type { SetDefinition } from './set-definition.ts';

export interface CompiledProfile {
  readonly value: ActiveProfile;
  readonly sets: ReadonlyMap<string, SetDefinition>;
}

export interface ProfileChange {
  readonly name: string;
  readonly node: string;
  readonly compiled: CompiledProfile | undefined;
}

interface Known {
  readonly name: string;
  readonly profile: Profile;
  /** Those that it hands down. */
  readonly labels: LabelMap | undefined;
  shape: Shape<Known> | undefined;
}

export class Profiles implements ParentLabels {
  readonly #selectors: SelectorCache;
  readonly #known = new Map<string, Known>();
  /** Profiles by the names of the labels that they hand down. */
  readonly #shapes = new Shapes<Known>();
  /** How many endpoints of each node list the profile. */
  readonly #users = new Map<string, Map<string, number>>();
  readonly #compiled = new Map<string, CompiledProfile>();
  readonly #problems = new Map<string, readonly Problem[]>();
  readonly #changed = new Set<string>();
  #changes = new Map<string, { name: string; node: string }>();

  constructor(selectors: SelectorCache) {
    this.#selectors = selectors;
  }

  /** The labels that the profile hands down. */
  get(name: string): LabelMap | undefined {
    return this.#known.get(name)?.labels;
  }

  *carrying(label: string, values: ReadonlySet<string> | undefined): Iterable<string> {
    for (const { names, members } of this.#shapes.carrying(label)) {
      const place = names.places.get(label) as number;
      for (const { name, labels } of members)
        if (!values || values.has(labels?.texts[place] as string)) yield name;
    }
  }

  has(name: string): boolean {
    return this.#known.has(name);
  }

  /** True when the labels handed down have changed. */
  put(name: string, profile: Profile | undefined): boolean {
    const before = this.#known.get(name);
    const given = profile?.spec.labelsToApply;
    const labels = given && labelMap(given);
    const same = sameValue(before?.labels, labels);
    if (before?.shape) this.#shapes.remove(before.shape, before);
    if (profile) {
      const known: Known = { name, profile, labels, shape: undefined };
      known.shape = labels && this.#shapes.add(labels, known);
      this.#known.set(name, known);
    } else this.#known.delete(name);
    this.#changed.add(name);
    return !same;
  }

  /** One endpoint of the node lists these profiles (1), or does so no longer (-1). */
  use(names: Iterable<string>, node: string, by: 1 | -1): void {
    for (const name of names) {
      const users = this.#users.get(name) ?? new Map<string, number>();
      this.#users.set(name, users);
      const before = users.get(node) ?? 0;
      if (before + by > 0) users.set(node, before + by);
      else users.delete(node);
      if (users.size === 0) this.#users.delete(name);
      if (before === 0 || before + by === 0) this.#changes.set(`${node}/${name}`, { name, node });
    }
  }

  problems(): Problem[] {
    return [...this.#problems.values()].flat();
  }

  flush(): ProfileChange[] {
    for (const name of this.#changed) {
      if (!this.#users.has(name)) continue;
      const before = this.#compiled.get(name);
      if (this.#compile(name) === before) continue;
      for (const node of this.#users.get(name)?.keys() ?? [])
        this.#changes.set(`${node}/${name}`, { name, node });
    }
    this.#changed.clear();
    const changes = [...this.#changes.values()].map(({ name, node }): ProfileChange => {
      const used = this.#users.get(name)?.has(node);
      return { name, node, compiled: used ? (this.#compiled.get(name) ?? this.#compile(name)) : undefined };
    });
    this.#changes = new Map();
    for (const { name } of changes) if (!this.#users.has(name)) this.#forget(name);
    return changes;
  }

  #forget(name: string): void {
    this.#compiled.delete(name);
    this.#problems.delete(name);
  }

  #compile(name: string): CompiledProfile {
    const key = resourceKey('Profile', undefined, name);
    const spec = this.#known.get(name)?.profile.spec;
    const { ingress, egress, sets, problems } = compileRules({ key }, spec ?? {}, this.#selectors);
    this.#problems.delete(name);
    if (problems.length > 0) this.#problems.set(name, problems);
    // What cannot be used is as if it were not there, and that denies.
    const value: ActiveProfile =
      spec && problems.length === 0
        ? { name, key, missing: false, ingress, egress }
        : { name, key, missing: true, ingress: [denyAll(key, 'ingress')], egress: [denyAll(key, 'egress')] };
    const before = this.#compiled.get(name);
    if (before && sameValue(before.value, value)) return before;
    const compiled = { value, sets: value.missing ? new Map<string, SetDefinition>() : sets };
    this.#compiled.set(name, compiled);
    return compiled;
  }
}

function denyAll(key: string, direction: Direction): Rule {
  return {
    id: ruleId(key, direction, 0),
    direction,
    action: 'deny',
    source: EMPTY_SIDE,
    destination: EMPTY_SIDE,
  };
}
