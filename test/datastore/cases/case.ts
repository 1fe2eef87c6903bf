// One case of the datastore contract (../suite.ts).
import type { Datastore } from '../../../src/datastore/index.ts';

interface Context {
  /** Empty. */
  readonly store: Datastore;
  /** Two namespaces that exist. */
  readonly first: string;
  readonly second: string;
}

export type Case = (context: Context) => Promise<void>;
