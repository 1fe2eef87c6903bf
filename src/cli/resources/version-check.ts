// A store that is written to only once the cluster's version has been judged (calico-version.ts). ClusterInformation is
// read beside whatever the command reads first, so that the check costs no time of its own.
import { TortieError } from '../../errors/index.ts';
import { type Datastore, DatastoreError } from '../../datastore/index.ts';
import type { Context } from '../context.ts';
import { judgeVersion } from './calico-version.ts';
import { complain, refuse } from './failure.ts';
import { at, text } from './go-text.ts';

export interface Checked {
  readonly store: Datastore;
  /** Rejects with what was refused; call it when the work is done, or has failed. */
  readonly verdict: () => Promise<void>;
}

/** `kinds`: what will be written. */
export function checkingVersion(context: Context, store: Datastore, kinds: readonly string[]): Checked {
  const asked = ask(context, store, kinds);
  const after = async <T>(write: () => Promise<T>): Promise<T> => {
    const { refused, unavailable } = await asked;
    const error = refused ?? unavailable;
    if (error) throw error;
    return write();
  };
  return {
    store: {
      ...store,
      create: (object, options) => after(() => store.create(object, options)),
      update: (object, options) => after(() => store.update(object, options)),
      apply: (object, options) => after(() => store.apply(object, options)),
      delete: (key, options) => after(() => store.delete(key, options)),
      ensureInitialized: (options) => after(() => store.ensureInitialized(options)),
      // Commands write no status.
    },
    async verdict() {
      const { refused } = await asked;
      if (refused) throw refused;
    },
  };
}

interface Answer {
  readonly refused?: TortieError;
  /** The store does not answer: a write would only wait for it once more. */
  readonly unavailable?: DatastoreError;
}

/** Never rejects with what a store can say: the check is there to warn of harm, not to do some. */
async function ask(context: Context, store: Datastore, kinds: readonly string[]): Promise<Answer> {
  try {
    const { value } = await store.get({ kind: 'ClusterInformation', name: 'default' });
    const verdict = judgeVersion(text(at(value.spec, 'calicoVersion')), kinds);
    if (verdict?.level === 'warning') complain(context, verdict.message);
    if (verdict?.level === 'refused') refuse(verdict.message, verdict.hint);
    return {};
  } catch (error) {
    if (!(error instanceof TortieError)) throw error;
    if (!(error instanceof DatastoreError)) return { refused: error };
    if (error.code === 'datastore/unavailable') return { unavailable: error };
    if (error.code !== 'datastore/not-found')
      complain(
        context,
        `warning: unable to get Cluster Information to verify version mismatch: ${error.message}`,
      );
    return {};
  }
}
