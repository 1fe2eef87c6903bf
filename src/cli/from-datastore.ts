// What a datastore holds, for commands that otherwise read files.
import type { Problem } from '../errors/index.ts';
import { BUILTINS, type Resource, resourceKey } from '../resources/index.ts';
import { policyKinds, readSnapshot } from '../sync/index.ts';
import type { Context } from './context.ts';
import type { DatastoreOptions } from './options.ts';
import { withDatastore } from './with-datastore.ts';

/** All that policy depends on; what is built in and not stored is there as well. */
export async function readStored(
  context: Context,
  options: DatastoreOptions,
): Promise<{ readonly resources: readonly Resource[]; readonly problems: readonly Problem[] }> {
  return await withDatastore(context, options, async (store) => {
    const { resources, problems } = await readSnapshot(store, policyKinds(store));
    const keyOf = ({ kind, metadata }: Resource) => resourceKey(kind, metadata.namespace, metadata.name);
    const stored = new Set(resources.map(keyOf));
    const builtin = BUILTINS.filter((each) => !stored.has(keyOf(each)));
    return { resources: [...resources, ...builtin], problems: eachOnce(problems) };
  });
}

/** A file that cannot be read is told in the list of every kind, since it may hold any. */
const eachOnce = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(
    problems.map((found) => [
      JSON.stringify([found.code, found.message, found.place, found.resource, found.path]),
      found,
    ]),
  ).values(),
];
