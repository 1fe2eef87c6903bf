// The datastore that options and environment name, as calicoctl is told: a configuration file or the environment;
// `--datastore` chooses its type and `--context` the context, whatever those say. Loads little: a command that only reads
// should start at once.
import type { ConfigSource } from '../datastore/config.ts';
import type { Datastore } from '../datastore/index.ts';
import type { Context } from './context.ts';
import type { DatastoreOptions } from './options.ts';

const TYPES = { etcd: 'etcdv3', etcdv3: 'etcdv3', kubernetes: 'kubernetes', file: 'file' } as const;

/** Opens it, gives it to `work`, and closes it whatever happens. Rejects with DatastoreError. */
export async function withDatastore<T>(
  context: Context,
  { datastore, config, context: name }: DatastoreOptions,
  work: (store: Datastore) => Promise<T>,
): Promise<T> {
  const env = Object.fromEntries(context.io.env);
  const chosen = {
    ...(datastore !== undefined && { datastoreType: TYPES[datastore] }),
    ...(name !== undefined && { k8sCurrentContext: name }),
  };
  const store =
    (await context.io.openDatastore?.()) ??
    (await open({ env, chosen, ...(config !== undefined && { path: config }) }));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function open(source: ConfigSource): Promise<Datastore> {
  const [{ loadClientConfig }, { openDatastore }] = await Promise.all([
    import('../datastore/config.ts'),
    import('../datastore/open.ts'),
  ]);
  return openDatastore(loadClientConfig(source));
}
