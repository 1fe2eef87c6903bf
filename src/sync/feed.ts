// A batch of resources as a stream: one update with everything, in the order of keys, then in-sync. Offline commands
// reach the graph this way, so that they take the path of a live watch.
import type { Resource } from '../resources/index.ts';
import { resourceKey } from '../resources/types.ts';
import type { ResourceUpdate, SyncSink } from './types.ts';

export function feed(resources: readonly Resource[], sink: SyncSink): void {
  const updates: ResourceUpdate[] = resources.map((value) => ({
    key: resourceKey(value.kind, value.metadata.namespace, value.metadata.name),
    value,
  }));
  updates.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  sink.onStatus('resync-in-progress');
  sink.onUpdates(updates);
  sink.onStatus('in-sync');
}
