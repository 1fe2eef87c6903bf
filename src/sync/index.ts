// The ordered stream from a datastore to the graph.
export { feed } from './feed.ts';
export type { ResourceUpdate, SyncSink, SyncStatus } from './types.ts';
