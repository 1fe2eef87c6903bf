// Nodes in etcd: the first thing that a new cluster makes, and what goes with one. Addresses that the node holds are
// IPAM's to release.
import { type Datastore, DatastoreError, type DeleteOptions, type ObjectKey } from '../../datastore/index.ts';
import { fieldOf } from '../../resources/fields.ts';
import { ensureInitialized } from '../initialize.ts';
import type { Rules } from './index.ts';

/** What belongs to a node by what its spec says, in Calico's order; then what belongs to it by name. */
const BY_SPEC = ['WorkloadEndpoint', 'BGPPeer'];
const BY_NAME = ['FelixConfiguration', 'BGPConfiguration'];
const LAST = ['HostEndpoint'];

export const nodeRules: Rules = {
  async beforeCreate(_node, { store, options }) {
    await ensureInitialized(store, options);
  },
  async beforeDelete({ name }, { store, options }) {
    const call = options?.signal && { signal: options.signal };
    // There the pods go by themselves.
    if (store.type === 'kubernetes') return;
    await deleteOf(store, BY_SPEC, name, call);
    for (const kind of BY_NAME) await gone(store, { kind, name: `node.${name}` }, call);
    await deleteOf(store, LAST, name, call);
  },
};

async function deleteOf(
  store: Datastore,
  kinds: readonly string[],
  node: string,
  call?: DeleteOptions,
): Promise<void> {
  for (const kind of kinds) {
    const { items } = await store.list({ kind }, call);
    for (const { key, value } of items)
      if (fieldOf(value.spec, 'node') === node) await gone(store, key, call);
  }
}

async function gone(store: Datastore, key: ObjectKey, call?: DeleteOptions): Promise<void> {
  try {
    await store.delete(key, call);
  } catch (error) {
    const fine =
      error instanceof DatastoreError &&
      (error.code === 'datastore/not-found' || error.code === 'datastore/not-supported');
    if (!fine) throw error;
  }
}
