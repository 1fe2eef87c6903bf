// Where each kind of resource goes. The key alone tells the kind of what was deleted.
import { convertStagedKubernetesNetworkPolicy } from '../convert/index.ts';
import type { Resource, ResourceKey, Tier } from '../resources/index.ts';
import type { EndpointAssembly } from './endpoint-assembly.ts';
import type { FelixConfigs } from './felix-config.ts';
import type { IpSets } from './ip-sets.ts';
import type { LocalEndpoints } from './local-endpoints.ts';
import type { Policies } from './policies.ts';
import type { Pools } from './pools.ts';
import type { Profiles } from './profiles.ts';
import { endpointSource, hostEndpointSource, networkSetSource } from './source.ts';
import type { Tiers } from './tiers.ts';

interface Targets {
  readonly assembly: EndpointAssembly;
  readonly configs: FelixConfigs;
  readonly endpoints: LocalEndpoints;
  readonly ipSets: IpSets;
  readonly policies: Policies;
  readonly pools: Pools;
  readonly profiles: Profiles;
  readonly tiers: Tiers;
}

type Of<K extends Resource['kind']> = Extract<Resource, { kind: K }>;

export class Intake {
  readonly #to: Targets;
  /** Endpoints that count as absent, because they have no address. */
  readonly withoutAddresses = new Set<ResourceKey>();

  constructor(targets: Targets) {
    this.#to = targets;
  }

  /** Files a resource, new, changed or (undefined) gone. Kinds that say nothing about policy are ignored. */
  put(key: ResourceKey, resource: Resource | undefined): void {
    const kind: string = resource?.kind ?? key.slice(0, key.indexOf('/'));
    const as = <K extends Resource['kind']>(): Of<K> | undefined => resource as Of<K> | undefined;
    const to = this.#to;
    switch (kind) {
      case 'WorkloadEndpoint':
        return this.#putEndpoint(key, as<'WorkloadEndpoint'>());
      case 'HostEndpoint':
        return this.#putHostEndpoint(key, as<'HostEndpoint'>());
      case 'NetworkSet':
      case 'GlobalNetworkSet': {
        const set = as<'NetworkSet' | 'GlobalNetworkSet'>();
        return to.ipSets.put(key, set && networkSetSource(set));
      }
      case 'NetworkPolicy':
      case 'GlobalNetworkPolicy':
      case 'KubernetesNetworkPolicy':
      case 'KubernetesClusterNetworkPolicy':
      case 'StagedNetworkPolicy':
      case 'StagedGlobalNetworkPolicy':
        return to.policies.put(key, as<typeof kind>());
      case 'Profile':
        return this.#putProfile(nameOf(key), as<'Profile'>());
      case 'Tier':
        return this.#putTier(nameOf(key), as<'Tier'>());
      case 'FelixConfiguration':
        return to.configs.put(nameOf(key), as<'FelixConfiguration'>());
      case 'Node':
        to.pools.putNode(nameOf(key), as<'Node'>());
        return to.configs.putNode(nameOf(key), as<'Node'>());
      case 'IPPool':
        return to.pools.put(nameOf(key), as<'IPPool'>());
      case 'StagedKubernetesNetworkPolicy': {
        const policy = as<typeof kind>();
        return to.policies.put(key, policy && convertStagedKubernetesNetworkPolicy(policy).value);
      }
      case 'KubernetesEndpointSlice':
        return to.ipSets.services.put(key, as<typeof kind>());
    }
  }

  #putEndpoint(key: ResourceKey, resource: Of<'WorkloadEndpoint'> | undefined): void {
    const source = resource && endpointSource(resource);
    if (resource && !source) this.withoutAddresses.add(key);
    else this.withoutAddresses.delete(key);
    this.#to.ipSets.put(key, source);
    this.#to.assembly.put(key, resource && source && { resource, source });
  }

  /** Without addresses it still stands for an interface. */
  #putHostEndpoint(key: ResourceKey, resource: Of<'HostEndpoint'> | undefined): void {
    const source = resource && hostEndpointSource(resource);
    this.#to.ipSets.put(key, source && (source.nets.length > 0 ? source : undefined));
    this.#to.assembly.put(key, resource && source && { resource, source });
  }

  #putProfile(name: string, profile: Of<'Profile'> | undefined): void {
    if (!this.#to.profiles.put(name, profile)) return;
    this.#to.endpoints.parentChanged(name);
    this.#to.ipSets.parentChanged(name);
  }

  #putTier(name: string, tier: Tier | undefined): void {
    if (this.#to.tiers.put(name, tier)) this.#to.assembly.tiersChanged();
  }
}

function nameOf(key: ResourceKey): string {
  return key.slice(key.lastIndexOf('/') + 1);
}
