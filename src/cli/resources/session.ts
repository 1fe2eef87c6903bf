// A client of the datastore that the options and the environment name, for the time of one command. With `--dry-run` it
// writes into an overlay, and what it would have written is told at the end.
// Nothing is written to a cluster of a version that it could harm, unless `--allow-version-mismatch` says so.
import type { Client } from '../../client/index.ts';
import type { Reading } from '../../client/reading.ts';
import type { ApiObject } from '../../resources/stored/object.ts';
import type { Context } from '../context.ts';
import { withDatastore } from '../with-datastore.ts';
import type { DatastoreOptions } from '../options.ts';
import { identifier } from './targets.ts';
import { checkingVersion } from './version-check.ts';

export interface SessionOptions extends DatastoreOptions {
  readonly dryRun?: boolean;
  readonly allowVersionMismatch?: boolean;
}

/** `kinds`: what will be written; none for one that only reads. */
export async function withClient<T>(
  context: Context,
  options: SessionOptions,
  kinds: readonly string[],
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const { createClient } = await import('../../client/index.ts');
  return withDatastore(context, options, async (store) => {
    // No Calico of any version reads a directory.
    const unchecked = kinds.length === 0 || options.allowVersionMismatch || store.type === 'file';
    const checked = unchecked ? undefined : checkingVersion(context, store, kinds);
    const below = checked?.store ?? store;
    const dry = options.dryRun ? (await import('./overlay.ts')).overlay(below) : undefined;
    let done: T;
    try {
      done = await work(createClient(dry?.store ?? below));
    } finally {
      // Before whatever the work says of a store that may not be written to.
      await checked?.verdict();
    }
    for (const { key, change } of dry?.changes() ?? []) context.print(`${identifier(key)} ${SAID[change]}`);
    return done;
  });
}

export const kindsOf = (objects: readonly ApiObject[]): readonly string[] => [
  ...new Set(objects.map(({ kind }) => kind)),
];

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
