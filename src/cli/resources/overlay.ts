// A datastore over another one that writes nothing: what is created, changed and deleted is kept here and read from here,
// so that the next document sees it, and each write fails as it would. What only a server checks by itself (the schemas
// of an API server, who may do what) is not seen.
import {
  alreadyExists,
  conflict,
  type Datastore,
  DatastoreError,
  type Entry,
  notFound,
  notSupported,
  type ObjectKey,
  type ReadOptions,
} from '../../datastore/index.ts';
import { compareKeys, keyOf, selects } from '../../datastore/keys.ts';
import { type ApiObject, encodeObject } from '../../resources/api-object.ts';

export interface Change {
  readonly key: ObjectKey;
  readonly change: 'created' | 'updated' | 'deleted' | 'unchanged';
}

export interface Overlay {
  readonly store: Datastore;
  /** In the order of the first write to each. */
  readonly changes: () => readonly Change[];
}

interface Written {
  readonly key: ObjectKey;
  readonly before: Entry | undefined;
  after: Entry | undefined;
}

export function overlay(below: Datastore): Overlay {
  const written = new Map<string, Written>();
  let revisions = 0;

  const find = async (key: ObjectKey, options?: ReadOptions): Promise<Entry | undefined> => {
    const here = written.get(idOf(key));
    if (here) return here.after;
    try {
      return await below.get(key, options);
    } catch (error) {
      if (error instanceof DatastoreError && error.code === 'datastore/not-found') return undefined;
      throw error;
    }
  };
  const write = (key: ObjectKey, before: Entry | undefined, value: ApiObject | undefined): Entry => {
    const revision = `dry-run-${++revisions}`;
    const entry = value && {
      key,
      value: { ...value, metadata: { ...value.metadata, resourceVersion: revision } },
      revision,
    };
    const here = written.get(idOf(key));
    if (here) here.after = entry;
    else written.set(idOf(key), { key, before, after: entry });
    return entry ?? (before as Entry);
  };

  const store: Datastore = {
    type: below.type,
    async create(object, options) {
      const key = keyOf('Create', object);
      if (await find(key, options)) throw alreadyExists(key);
      return write(key, undefined, object);
    },
    async update(object, options) {
      const key = keyOf('Update', object);
      const now = await find(key, options);
      if (!now) throw notFound(key);
      if (now.revision !== object.metadata.resourceVersion) throw conflict(key);
      return write(key, now, object);
    },
    async apply(object, options) {
      const key = keyOf('Apply', object);
      return write(key, await find(key, options), object);
    },
    async delete(key, options) {
      const now = await find(key, options?.signal && { signal: options.signal });
      if (!now) throw notFound(key);
      if (options?.revision && options.revision !== now.revision) throw conflict(key);
      return write(key, now, undefined);
    },
    async get(key, options) {
      if (!written.has(idOf(key))) return below.get(key, options);
      const found = await find(key);
      if (!found) throw notFound(key);
      return found;
    },
    async list(selection, options) {
      const listing = await below.list(selection, options);
      const others = listing.items.filter(({ key }) => !written.has(idOf(key)));
      const mine = [...written.values()].flatMap(({ key, after }) =>
        after && key.kind === selection.kind && selects(selection, key) ? [after] : [],
      );
      return { ...listing, items: [...others, ...mine].sort((a, b) => compareKeys(a.key, b.key)) };
    },
    watch: (selection, options) => below.watch(selection, options),
    async ensureInitialized() {
      // Would write.
    },
    async clean() {
      throw notSupported('Clean', { kind: 'Datastore', name: 'dry-run' });
    },
    close: () => below.close(),
  };
  return { store, changes: () => [...written.values()].flatMap(changeOf) };
}

const idOf = ({ kind, namespace = '', name }: ObjectKey): string => `${kind}/${namespace}/${name}`;

function changeOf({ key, before, after }: Written): Change[] {
  if (!before && !after) return [];
  if (!before) return [{ key, change: 'created' }];
  if (!after) return [{ key, change: 'deleted' }];
  const same = encodeObject(before.value) === encodeObject(after.value);
  return [{ key, change: same ? 'unchanged' : 'updated' }];
}
