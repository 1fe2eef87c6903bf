// What a datastore holds now, once: for commands that ask and go. All kinds are read at the same time, each at a
// revision of its own.
import type { Datastore, CallOptions, Listing } from '../datastore/index.ts';
import type { Problem } from '../errors/index.ts';
import type { Resource } from '../resources/index.ts';
import { decode, keyOfEntry } from './decode.ts';

export interface Snapshot {
  readonly resources: readonly Resource[];
  /** Of what is stored and not valid or not readable; it is not among the resources. */
  readonly problems: readonly Problem[];
}

/** Rejects with DatastoreError when a kind cannot be listed. */
export async function readSnapshot(
  store: Datastore,
  kinds: readonly string[],
  options: CallOptions = {},
): Promise<Snapshot> {
  const listings = await Promise.all(kinds.map((kind) => store.list({ kind }, options)));
  const resources: Resource[] = [];
  const problems: Problem[] = [];
  for (const listing of listings) {
    problems.push(...listing.problems, ...warningsOf(listing));
    for (const entry of listing.items) {
      const decoded = decode(entry);
      const bad = decoded.problems.some(({ severity }) => severity === 'error');
      const resource = keyOfEntry(entry);
      problems.push(...decoded.problems.map((found) => ({ ...found, resource })));
      if (decoded.value && !bad) resources.push(decoded.value);
    }
  }
  return { resources, problems };
}

/** Nothing of a kind that is not there can be in force, and yet a person may have expected it. */
const warningsOf = ({ missing }: Listing): readonly Problem[] =>
  (missing?.problems ?? []).map((found) => ({ ...found, severity: 'warning' }));
