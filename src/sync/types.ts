// What flows from a datastore to the graph: one ordered stream of updates and a status, the same for a batch of
// files and for a live watch. A consumer may rely on nothing but the value: repeats, deletes of unknown keys and
// any order between keys are allowed.
import type { Resource } from '../resources/index.ts';
import type { ResourceKey } from '../resources/types.ts';

export type SyncStatus = 'wait-for-datastore' | 'resync-in-progress' | 'in-sync';

export interface ResourceUpdate {
  readonly key: ResourceKey;
  /** Absent: the resource does not exist (any more). */
  readonly value?: Resource;
}

export interface SyncSink {
  onUpdates(updates: readonly ResourceUpdate[]): void;
  onStatus(status: SyncStatus): void;
}
