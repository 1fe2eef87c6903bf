// What happened to the objects that a person watches, told once each, whatever the stream repeats or a new list brings:
// an event is a difference to what was told before.
import type { Entry, Listing, ObjectKey, WatchEvent } from '../../datastore/types.ts';
import { type ResourceKey, resourceKey } from '../../resources/types.ts';
import type { ApiObject } from '../../resources/stored/object.ts';

export interface Happened {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: ApiObject;
}

export interface History {
  /** All that there is now. */
  readonly replace: (listing: Listing) => readonly Happened[];
  readonly take: (event: Exclude<WatchEvent, { type: 'error' | 'bookmark' }>) => readonly Happened[];
}

interface Told {
  readonly revision: string;
  readonly object: ApiObject;
}

/** `shown`: an entry as people see it. */
export function createHistory(shown: (entry: Entry) => ApiObject): History {
  let told = new Map<ResourceKey, Told>();

  const put = (entry: Entry): readonly Happened[] => {
    const text = idOf(entry.key);
    const before = told.get(text);
    if (before?.revision === entry.revision) return [];
    const object = shown(entry);
    told.set(text, { revision: entry.revision, object });
    if (before === undefined) return [{ type: 'ADDED', object }];
    const [was, is] = [before.object.metadata.uid, object.metadata.uid];
    // Another object of the same name.
    if (was !== undefined && is !== undefined && was !== is)
      return [
        { type: 'DELETED', object: before.object },
        { type: 'ADDED', object },
      ];
    return [{ type: 'MODIFIED', object }];
  };

  return {
    replace({ items, problems }) {
      const before = told;
      told = new Map();
      const happened: Happened[] = [];
      for (const entry of items) {
        const text = idOf(entry.key);
        const known = before.get(text);
        if (known) told.set(text, known);
        before.delete(text);
        happened.push(...put(entry));
      }
      // What is there and cannot be read has not gone.
      for (const { resource } of problems) {
        const known = resource === undefined ? undefined : before.get(resource);
        if (resource === undefined || known === undefined) continue;
        told.set(resource, known);
        before.delete(resource);
      }
      happened.unshift(...[...before.values()].map(({ object }) => ({ type: 'DELETED' as const, object })));
      return happened;
    },
    take(event) {
      if (event.type !== 'deleted') return put(event.entry);
      const text = idOf(event.key);
      const known = told.get(text);
      if (!told.delete(text)) return [];
      return [{ type: 'DELETED', object: event.old ? shown(event.old) : (known?.object ?? bare(event.key)) }];
    },
  };
}

const idOf = ({ kind, namespace, name }: ObjectKey): ResourceKey => resourceKey(kind, namespace, name);

const bare = ({ kind, ...metadata }: ObjectKey): ApiObject => ({
  apiVersion: 'projectcalico.org/v3',
  kind,
  metadata,
});
