// One local node: the parts of its NodePolicy, what is queued for them, and which IP sets it needs.
import { sortMembers } from '../net/index.ts';
import type { IpSetDelta, NodeDelta } from './delta.ts';
import type { SetChange } from './counted-set.ts';
import type { IpSets } from './ip-sets.ts';
import type { NodeConfig } from './node-config.ts';
import type {
  ActivePolicy,
  ActiveProfile,
  HostEndpoint,
  IpSet,
  LocalEndpoint,
  Masquerade,
  NodePolicy,
} from './node-policy.ts';
import { PendingMap } from './pending-map.ts';
import { NO_MASQUERADE } from './pools.ts';
import type { SetDefinition } from './set-definition.ts';

const PARTS = [
  'config',
  'endpoints',
  'hostEndpoints',
  'policies',
  'staged',
  'profiles',
  'ipSets',
  'masquerade',
] as const;

/** What a node has from elsewhere. */
interface Given {
  readonly config: NodeConfig;
  readonly masquerade: Masquerade;
}

type Sets = ReadonlyMap<string, SetDefinition>;

export class NodeState {
  readonly #ipSets: IpSets;
  readonly endpoints = new PendingMap<LocalEndpoint>();
  readonly hostEndpoints = new PendingMap<HostEndpoint>();
  readonly policies = new PendingMap<ActivePolicy>();
  readonly staged = new PendingMap<ActivePolicy>();
  readonly profiles = new PendingMap<ActiveProfile>();
  readonly #sets = new PendingMap<IpSet>();
  /** What each policy and profile refers to. */
  readonly #owned = new Map<string, Sets>();
  /** How many policies and profiles of this node refer to a set. */
  readonly #users = new Map<string, number>();
  /** Sets that this node began or ceased to need. */
  #switched = new Set<string>();
  #value: NodePolicy;

  constructor(name: string, config: NodeConfig, ipSets: IpSets) {
    this.#ipSets = ipSets;
    this.#value = this.#snapshot(name, { config, masquerade: NO_MASQUERADE });
  }

  get value(): NodePolicy {
    return this.#value;
  }

  /** The sets that a policy or profile refers to from now on; undefined when it is gone. */
  own(owner: string, sets: Sets | undefined): void {
    const before = this.#owned.get(owner);
    if (before === sets) return;
    for (const definition of sets?.values() ?? []) this.#count(definition, 1);
    for (const definition of before?.values() ?? []) this.#count(definition, -1);
    if (sets) this.#owned.set(owner, sets);
    else this.#owned.delete(owner);
  }

  /** Makes what is queued the value; undefined when nothing changed. Call after IpSets.flush. */
  commit(given: Given, setChanges: ReadonlyMap<string, SetChange>): NodeDelta | undefined {
    const before = this.#value;
    for (const id of this.#switched)
      this.#sets.set(id, this.#users.has(id) ? this.#ipSets.get(id) : undefined);
    this.#switched = new Set();
    for (const [id, { after }] of setChanges) if (this.#users.has(id)) this.#sets.set(id, after);
    const delta: NodeDelta = {
      ...(given.config !== before.config && { config: given.config }),
      ...(given.masquerade !== before.masquerade && { masquerade: given.masquerade }),
      endpoints: this.endpoints.commit(),
      hostEndpoints: this.hostEndpoints.commit(),
      policies: this.policies.commit(),
      staged: this.staged.commit(),
      profiles: this.profiles.commit(),
      ipSets: this.#commitSets(before.ipSets, setChanges),
    };
    const value = this.#snapshot(before.node, given);
    if (PARTS.every((part) => value[part] === before[part])) return undefined;
    this.#value = value;
    return delta;
  }

  #snapshot(node: string, { config, masquerade }: Given): NodePolicy {
    return {
      node,
      config,
      endpoints: this.endpoints.current,
      hostEndpoints: this.hostEndpoints.current,
      policies: this.policies.current,
      staged: this.staged.current,
      profiles: this.profiles.current,
      ipSets: this.#sets.current,
      masquerade,
    };
  }

  #commitSets(
    before: ReadonlyMap<string, IpSet>,
    setChanges: ReadonlyMap<string, SetChange>,
  ): NodeDelta['ipSets'] {
    const { changed: touched, removed } = this.#sets.commit();
    const added: IpSet[] = [];
    const changed: IpSetDelta[] = [];
    for (const set of touched) {
      const change = setChanges.get(set.id);
      if (!before.has(set.id) || !change) added.push(set);
      else changed.push({ id: set.id, add: sortMembers(change.add), remove: sortMembers(change.remove) });
    }
    return { added, removed, changed };
  }

  #count(definition: SetDefinition, by: 1 | -1): void {
    const { id } = definition;
    const before = this.#users.get(id) ?? 0;
    if (before + by > 0) this.#users.set(id, before + by);
    else this.#users.delete(id);
    if (before === 0) {
      this.#ipSets.acquire(definition);
      this.#switched.add(id);
    } else if (before + by === 0) {
      this.#ipSets.release(id);
      this.#switched.add(id);
    }
  }
}
