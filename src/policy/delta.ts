// What changed between two flushes, per local node. Applying a delta to the previous NodePolicy gives the new one.
import type { ResourceKey } from '../resources/types.ts';
import type { NodeConfig } from './node-config.ts';
import type {
  ActivePolicy,
  ActiveProfile,
  HostEndpoint,
  IpSet,
  LocalEndpoint,
  Masquerade,
} from './node-policy.ts';

/** By node name, sorted; only nodes on which something changed. */
export type NodePolicyDelta = ReadonlyMap<string, NodeDelta>;

export interface NodeDelta {
  readonly config?: NodeConfig;
  readonly masquerade?: Masquerade;
  readonly endpoints: Changes<LocalEndpoint>;
  readonly hostEndpoints: Changes<HostEndpoint>;
  readonly policies: Changes<ActivePolicy>;
  readonly staged: Changes<ActivePolicy>;
  readonly profiles: Changes<ActiveProfile>;
  readonly ipSets: IpSetChanges;
}

/** Both sorted by key; `changed` holds new and replaced values. */
export interface Changes<T> {
  readonly changed: readonly T[];
  readonly removed: readonly ResourceKey[];
}

export interface IpSetChanges {
  readonly added: readonly IpSet[];
  readonly removed: readonly string[];
  readonly changed: readonly IpSetDelta[];
}

/** Net difference, sorted: a member that came and went between two flushes is in neither list. */
export interface IpSetDelta {
  readonly id: string;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}
