// What a datastore holds, for commands that otherwise read files. Which one and how to reach it is said as to calicoctl:
// a configuration file or the environment; `--datastore` chooses its type.
import type { Problem } from '../errors/index.ts';
import type { Datastore } from '../datastore/index.ts';
import { loadClientConfig } from '../datastore/config.ts';
import { openDatastore } from '../datastore/open.ts';
import { BUILTINS, type Resource, resourceKey } from '../resources/index.ts';
import { policyKinds, readSnapshot } from '../sync/index.ts';
import type { Context } from './context.ts';
import type { DatastoreOptions } from './options.ts';

const TYPES = { etcd: 'etcdv3', kubernetes: 'kubernetes', file: 'file' } as const;

/** Opens it, gives it to `work`, and closes it whatever happens. Rejects with DatastoreError. */
export async function withDatastore<T>(
  context: Context,
  { datastore, config, context: name }: DatastoreOptions,
  work: (store: Datastore) => Promise<T>,
): Promise<T> {
  const chosen = datastore === undefined ? undefined : TYPES[datastore];
  const { env: given } = context.io;
  const env = {
    ...Object.fromEntries(given),
    ...(chosen !== undefined && { DATASTORE_TYPE: chosen, CALICO_DATASTORE_TYPE: undefined }),
    ...(name !== undefined && { K8S_CURRENT_CONTEXT: name, CALICO_K8S_CURRENT_CONTEXT: undefined }),
  };
  const store =
    (await context.io.openDatastore?.()) ??
    (await openDatastore(loadClientConfig({ env, ...(config !== undefined && { path: config }) })));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** All that policy depends on; what is built in and not stored is there as well. */
export async function readStored(
  context: Context,
  options: DatastoreOptions,
): Promise<{ readonly resources: readonly Resource[]; readonly problems: readonly Problem[] }> {
  return await withDatastore(context, options, async (store) => {
    const { resources, problems } = await readSnapshot(store, policyKinds(store));
    const keyOf = ({ kind, metadata }: Resource) => resourceKey(kind, metadata.namespace, metadata.name);
    const stored = new Set(resources.map(keyOf));
    return { resources: [...resources, ...BUILTINS.filter((each) => !stored.has(keyOf(each)))], problems };
  });
}
