// The ordered stream from a datastore to the graph. Contract:
//   feed(resources, sink)                 a batch, for offline commands: one update, then in-sync
//   runSyncer({store, kinds, sink}, signal)   live: list and watch, batches of new, updated and deleted, and a status;
//                                         what went during a resync is found; an invalid object leaves its last good
//                                         version in force and is told to `onInvalid`
//   readSnapshot(store, kinds)            what a datastore holds now
//   policyKinds(store)                    the kinds that policy depends on
export { feed } from './feed.ts';
export { policyKinds } from './kinds.ts';
export { readSnapshot, type Snapshot } from './snapshot.ts';
export { runSyncer, type SyncOptions } from './syncer.ts';
export type { Clock } from './clock.ts';
export type { LiveSink, ResourceUpdate, SyncSink, SyncStatus, SyncUpdate } from './types.ts';
