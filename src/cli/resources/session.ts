// A client of the datastore that the options and the environment name, for the time of one command. With `--dry-run` it
// writes into an overlay, and what it would have written is told at the end.
import type { Client } from '../../client/index.ts';
import type { Reading } from '../../client/reading.ts';
import type { Context } from '../context.ts';
import { withDatastore } from '../with-datastore.ts';
import type { DatastoreOptions } from '../options.ts';

export interface SessionOptions extends DatastoreOptions {
  readonly dryRun?: boolean;
}

export async function withClient<T>(
  context: Context,
  options: SessionOptions,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const { createClient } = await import('../../client/index.ts');
  return withDatastore(context, options, async (store) => {
    if (!options.dryRun) return work(createClient(store));
    const { overlay } = await import('./overlay.ts');
    const dry = overlay(store);
    const done = await work(createClient(dry.store));
    for (const { key, change } of dry.changes()) context.print(`${identifier(key)} ${SAID[change]}`);
    return done;
  });
}

/** Without what writing needs: schemas take longer to load than most answers. */
export async function withReader<T>(
  context: Context,
  options: DatastoreOptions,
  work: (reader: Reading) => Promise<T>,
): Promise<T> {
  const { readingOn } = await import('../../client/reading.ts');
  return withDatastore(context, options, (store) => work(readingOn(store)));
}

const SAID = {
  created: 'would be created',
  updated: 'would be changed',
  deleted: 'would be deleted',
  unchanged: 'would stay as it is',
} as const;

/** Behind messages of success. */
export const DRY = ' (dry run)';

const identifier = ({ kind, namespace, name }: { kind: string; namespace?: string; name: string }) =>
  namespace ? `${kind}(${namespace}/${name})` : `${kind}(${name})`;
