// A client of the datastore that the options and the environment name, for the time of one command. With `--dry-run` it
// writes into an overlay, and what it would have written is told at the end.
import type { Client } from '../../client/index.ts';
import type { Context } from '../context.ts';
import { withDatastore } from '../from-datastore.ts';
import type { DatastoreOptions } from '../options.ts';
import { overlay, type Overlay } from './overlay.ts';

export interface SessionOptions extends DatastoreOptions {
  readonly dryRun?: boolean;
}

export interface Session {
  readonly client: Client;
  readonly overlay?: Overlay;
}

export async function withClient<T>(
  context: Context,
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { createClient } = await import('../../client/index.ts');
  return withDatastore(context, options, async (store) => {
    if (!options.dryRun) return work({ client: createClient(store) });
    const dry = overlay(store);
    const done = await work({ client: createClient(dry.store), overlay: dry });
    for (const { key, change } of dry.changes()) context.print(`${identifier(key)} ${SAID[change]}`);
    return done;
  });
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
