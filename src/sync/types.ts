// What flows from a datastore to the graph: one ordered stream of updates and a status, the same for a batch of
// files and for a live watch. A consumer may rely on nothing but the value: repeats, deletes of unknown keys and
// any order between keys are allowed.
import type { Problem } from '../errors/index.ts';
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

/** What a live syncer says besides: what changed for the receiver, and what could not be read. */
export interface SyncUpdate extends ResourceUpdate {
  readonly type: 'new' | 'updated' | 'deleted';
}

export interface LiveSink {
  onUpdates(updates: readonly SyncUpdate[]): void;
  onStatus(status: SyncStatus): void;
  /**
   * An object that is stored and not valid: its last good version stays in force, one that never was valid is absent.
   * An empty list: it is good again, or gone.
   */
  onInvalid?(key: ResourceKey, problems: readonly Problem[]): void;
  /** What went wrong between us and the datastore; the syncer goes on trying by itself. */
  onTrouble?(kind: string, error: unknown): void;
}
