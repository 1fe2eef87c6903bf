// Profiles are made of namespaces and service accounts; nobody writes them. They are the one kind with two collections
// behind it, so a revision has two halves, `<namespaces>/<accounts>`, of which an object has one.
import { DatastoreError, invalidRevision, notFound, notSupported } from '../errors.ts';
import { compareKeys } from '../keys.ts';
import type { ApiObject } from '../../resources/stored/object.ts';
import type { CallOptions, Entry, Listing, ObjectKey, Revision, Selection, WatchEvent } from '../types.ts';
import type { Api } from './connect.ts';
import { convertedSource } from './converted.ts';
import { merged } from './merged.ts';
import { getSource, listSource, type Source, watchSource } from './reading.ts';

const KIND = 'Profile';

const NAMESPACES: Source = convertedSource({
  from: 'Namespace',
  kind: KIND,
  base: '/api/v1',
  plural: 'namespaces',
  namespaced: false,
  turned: true,
  key: ({ metadata }) => (metadata?.name ? { kind: KIND, name: `kns.${metadata.name}` } : undefined),
  revision: ({ metadata }) => `${metadata?.resourceVersion ?? ''}/`,
  nameOf: (name) => (name.startsWith('kns.') ? name.slice('kns.'.length) : undefined),
});

const ACCOUNTS: Source = convertedSource({
  from: 'ServiceAccount',
  kind: KIND,
  base: '/api/v1',
  plural: 'serviceaccounts',
  namespaced: true,
  turned: true,
  key: ({ metadata }) =>
    metadata?.name
      ? { kind: KIND, name: `ksa.${metadata.namespace ?? 'default'}.${metadata.name}` }
      : undefined,
  revision: ({ metadata }) => `/${metadata?.resourceVersion ?? ''}`,
  nameOf: () => undefined,
});

interface Halves {
  readonly namespaces: string;
  readonly accounts: string;
}

function halvesOf(revision: Revision | undefined): Halves {
  if (revision === undefined || revision === '' || revision === '0') return { namespaces: '', accounts: '' };
  const [namespaces, accounts, ...more] = revision.split('/');
  if (namespaces === undefined || accounts === undefined || more.length > 0) throw invalidRevision(revision);
  return { namespaces, accounts };
}

/** Namespaces and names of accounts cannot be told apart by a dot alone; what follows the namespace is the name. */
function accountOf(key: ObjectKey): readonly [namespace: string, name: string] {
  const [, namespace, ...rest] = key.name.split('.');
  if (!namespace || rest.length === 0)
    throw new DatastoreError('datastore/invalid', `Profile ${key.name} is not formatted correctly`, { key });
  return [namespace, rest.join('.')];
}

export const profileKind = (api: Api) => ({
  async get(key: ObjectKey, options?: CallOptions): Promise<Entry> {
    const entry = await getEntry(api, key, options?.signal);
    if (!entry) throw notFound(key);
    return entry;
  },
  async list(selection: Selection, { signal }: CallOptions = {}): Promise<Listing> {
    const [namespaces, accounts] = await Promise.all([
      listSource(api, NAMESPACES, selection, { signal }),
      listSource(api, ACCOUNTS, selection, { signal }),
    ]);
    return {
      items: [...namespaces.items, ...accounts.items].sort((a, b) => compareKeys(a.key, b.key)),
      revision: `${namespaces.revision}/${accounts.revision}`,
      problems: [...namespaces.problems, ...accounts.problems],
    };
  },
  async *watch(
    selection: Selection,
    revision: Revision | undefined,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<WatchEvent, void> {
    const halves = halvesOf(revision);
    const seen: { -readonly [K in keyof Halves]: string } = { ...halves };
    const half = async function* (source: Source, name: keyof Halves, stop: AbortSignal) {
      const from = halves[name];
      for await (const event of watchSource(api, source, selection, {
        ...(from !== '' && { revision: from }),
        signal: stop,
      }))
        yield { name, event };
    };
    for await (const { name, event } of merged(
      [(stop) => half(NAMESPACES, 'namespaces', stop), (stop) => half(ACCOUNTS, 'accounts', stop)],
      signal,
    )) {
      if (event.type === 'error') {
        yield event;
        if (event.final) return;
        continue;
      }
      const now = event.type === 'added' || event.type === 'modified' ? event.entry.revision : event.revision;
      seen[name] = now.replace('/', '');
      if (event.type !== 'bookmark') yield event;
      // The stream's revision has both halves, whatever the event's own says.
      if (seen.namespaces !== '' && seen.accounts !== '')
        yield { type: 'bookmark', revision: `${seen.namespaces}/${seen.accounts}` };
    }
  },
  create: async (object: ApiObject): Promise<Entry> => refuse('Create', object.metadata.name),
  update: async (object: ApiObject): Promise<Entry> => refuse('Update', object.metadata.name),
  apply: async (object: ApiObject): Promise<Entry> => refuse('Apply', object.metadata.name),
  delete: async (key: ObjectKey): Promise<Entry> => refuse('Delete', key.name),
});

function refuse(operation: string, name: string): never {
  throw notSupported(operation, { kind: KIND, name });
}

async function getEntry(api: Api, key: ObjectKey, signal?: AbortSignal): Promise<Entry | undefined> {
  if (key.name.startsWith('kns.'))
    return NAMESPACES.read(await getSource(api, NAMESPACES, key, key.name.slice('kns.'.length), signal));
  if (key.name.startsWith('ksa.')) {
    const [namespace, name] = accountOf(key);
    const inside = { kind: KIND, namespace, name: key.name };
    try {
      return ACCOUNTS.read(await getSource(api, ACCOUNTS, inside, name, signal));
    } catch (error) {
      // The profile itself has no namespace.
      if (error instanceof DatastoreError && error.code === 'datastore/not-found')
        throw notFound(key, /with error: (.*)$/s.exec(error.message)?.[1]);
      throw error;
    }
  }
  throw new DatastoreError('datastore/invalid', `Invalid name ${key.name}`, { key });
}
