// The rules that span objects, or that ask the store, one file a kind. Each throws a DatastoreError in Calico's words.
import type { CallOptions, Datastore, DeleteOptions, ObjectKey } from '../../datastore/index.ts';
import type { ApiObject } from '../../resources/api-object.ts';
import { bgpPeerRules } from './bgp.ts';
import { ipPoolRules } from './ip-pool.ts';
import { onlyDefault } from './only-default.ts';
import { nodeRules } from './node.ts';
import { profileRules } from './profile.ts';
import { tierRules } from './tier.ts';
import { TIERED_KINDS, tieredRules } from './tiered.ts';

export interface Asked {
  readonly store: Datastore;
  readonly options: CallOptions | undefined;
}

/** `given` is what the caller wrote, before it was defaulted. */
export interface Writing extends Asked {
  readonly given: ApiObject;
}

export interface Rules {
  /** Before the object itself is checked: of a create, and of an update. */
  readonly beforePreparing?: (object: ApiObject, asked: Asked) => Promise<void>;
  readonly beforePreparingUpdate?: (object: ApiObject, asked: Asked) => Promise<void>;
  readonly beforeCreate?: (object: ApiObject, writing: Writing) => Promise<void>;
  readonly beforeUpdate?: (object: ApiObject, writing: Writing) => Promise<void>;
  /** Its answer stands in for the caller's conditions. */
  readonly beforeDelete?: (
    key: ObjectKey,
    asked: Asked & { readonly options: DeleteOptions | undefined },
  ) => Promise<DeleteOptions | void>;
}

const RULES: ReadonlyMap<string, Rules> = new Map<string, Rules>([
  ...[...TIERED_KINDS].map((kind) => [kind, tieredRules] as const),
  ['BGPPeer', bgpPeerRules],
  ['ClusterInformation', onlyDefault('a Cluster Information')],
  ['IPAMConfiguration', onlyDefault('an IPAMConfiguration')],
  ['IPPool', ipPoolRules],
  ['KubeControllersConfiguration', onlyDefault('a Kube Controllers Configuration')],
  ['Node', nodeRules],
  ['Profile', profileRules],
  ['Tier', tierRules],
]);

const NONE: Rules = {};

export const rulesOf = (kind: string): Rules => RULES.get(kind) ?? NONE;
