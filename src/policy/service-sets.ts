// The IP sets of services that rules name: what the EndpointSlices of a service hold, whether its endpoints are ready
// or not. A service without slices is an empty set.
import type { KubernetesEndpointSlice, ResourceKey } from '../resources/index.ts';
import { type CountedSet, countedSet, countMember, type SetChange, settle } from './counted-set.ts';
import type { IpSet } from './node-policy.ts';
import { sameValue } from './same-value.ts';
import type { ServiceSet } from './set-definition.ts';
import type { WorkCounters } from './work.ts';

export class ServiceSets {
  readonly #work: WorkCounters;
  readonly #slices = new Map<ResourceKey, KubernetesEndpointSlice>();
  /** Slices by `namespace/name` of their service. */
  readonly #byService = new Map<string, Set<ResourceKey>>();
  readonly #sets = new Map<string, CountedSet<ServiceSet>>();
  /** With and without ports: at most two for each service. */
  readonly #setsOf = new Map<string, Set<CountedSet<ServiceSet>>>();
  readonly #unused = new Set<CountedSet<ServiceSet>>();
  readonly #touched = new Set<CountedSet<ServiceSet>>();

  constructor(work: WorkCounters) {
    this.#work = work;
  }

  /** There is a slice of the service `namespace/name`. */
  has(service: string): boolean {
    return this.#byService.has(service);
  }

  put(key: ResourceKey, slice: KubernetesEndpointSlice | undefined): void {
    const before = this.#slices.get(key);
    if (before && slice && sameValue(before.spec, slice.spec)) return;
    if (slice) {
      this.#slices.set(key, slice);
      this.#file(serviceOf(slice), key);
      this.#countAll(slice, 1);
    } else this.#slices.delete(key);
    if (!before) return;
    this.#countAll(before, -1);
    if (!slice || serviceOf(slice) !== serviceOf(before)) this.#unfile(serviceOf(before), key);
  }

  acquire(definition: ServiceSet): void {
    let state = this.#sets.get(definition.id);
    if (!state) {
      state = countedSet(definition);
      this.#sets.set(definition.id, state);
      const peers = this.#setsOf.get(definition.service) ?? new Set();
      this.#setsOf.set(definition.service, peers.add(state));
      for (const key of this.#byService.get(definition.service) ?? []) {
        const slice = this.#slices.get(key);
        if (slice) this.#count(state, slice, 1);
      }
    }
    state.users++;
    this.#touched.add(state);
    this.#unused.delete(state);
  }

  release(id: string): void {
    const state = this.#sets.get(id);
    if (state && --state.users === 0) this.#unused.add(state);
  }

  get(id: string): IpSet | undefined {
    return this.#sets.get(id)?.value;
  }

  flush(): ReadonlyMap<string, SetChange> {
    for (const state of this.#unused) this.#forget(state);
    this.#unused.clear();
    const changes = new Map<string, SetChange>();
    for (const state of this.#touched) {
      const change = settle(state);
      if (change) changes.set(state.definition.id, change);
    }
    this.#touched.clear();
    return changes;
  }

  #forget(state: CountedSet<ServiceSet>): void {
    const { id, service } = state.definition;
    this.#sets.delete(id);
    this.#touched.delete(state);
    const peers = this.#setsOf.get(service);
    peers?.delete(state);
    if (peers?.size === 0) this.#setsOf.delete(service);
  }

  #file(service: string, key: ResourceKey): void {
    this.#byService.set(service, (this.#byService.get(service) ?? new Set()).add(key));
  }

  #unfile(service: string, key: ResourceKey): void {
    const keys = this.#byService.get(service);
    keys?.delete(key);
    if (keys?.size === 0) this.#byService.delete(service);
  }

  #countAll(slice: KubernetesEndpointSlice, by: 1 | -1): void {
    for (const state of this.#setsOf.get(serviceOf(slice)) ?? []) {
      this.#touched.add(state);
      this.#count(state, slice, by);
    }
  }

  #count(state: CountedSet<ServiceSet>, slice: KubernetesEndpointSlice, by: 1 | -1): void {
    for (const member of membersOf(state.definition, slice)) {
      this.#work.membersCounted++;
      countMember(state, member, by);
    }
  }
}

function serviceOf({ metadata, spec }: KubernetesEndpointSlice): string {
  return `${metadata.namespace}/${spec.service}`;
}

function membersOf({ type }: ServiceSet, { spec }: KubernetesEndpointSlice): string[] {
  if (type === 'net')
    return spec.addresses.map((address) => `${address}/${address.includes(':') ? 128 : 32}`);
  return spec.addresses.flatMap((address) =>
    spec.ports.map(({ protocol, port }) => `${address},${protocol.toLowerCase()}:${port}`),
  );
}
