// A store of its own with a few objects, and the command line on it.
import { createClient } from '../../client/index.ts';
import type { Datastore } from '../../datastore/index.ts';
import { createMemoryDatastore } from '../../datastore/memory/index.ts';
import type { ApiObject } from '../../resources/api-object.ts';
import { type Ran, type Setting, tortie } from '../testing.ts';

export interface Stored {
  readonly store: Datastore;
  /** Words are split at blanks; a list is taken as it is. */
  readonly run: (words: string | readonly string[], setting?: Setting) => Promise<Ran>;
  readonly get: (kind: string, name: string, namespace?: string) => Promise<ApiObject | undefined>;
}

export const object = (kind: string, name: string, spec: object = {}, metadata: object = {}): ApiObject => ({
  apiVersion: 'projectcalico.org/v3',
  kind,
  metadata: { name, ...metadata },
  spec,
});

export async function stored(...objects: readonly ApiObject[]): Promise<Stored> {
  const store = createMemoryDatastore();
  const client = createClient(store);
  await client.ensureInitialized();
  for (const each of objects) await client.objects.create(each);
  return {
    store,
    run: (words, setting) =>
      tortie(typeof words === 'string' ? words.split(' ') : words, { store, ...setting }),
    get: (kind, name, namespace) =>
      store.get({ kind, name, ...(namespace !== undefined && { namespace }) }).then(
        ({ value }) => value,
        () => undefined,
      ),
  };
}

/** As documents of one file. */
export const documents = (...objects: readonly ApiObject[]): string =>
  objects.map((each) => JSON.stringify(each)).join('\n---\n');
