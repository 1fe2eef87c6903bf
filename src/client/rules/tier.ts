// A tier can go only when it is empty; the built-in ones never. Staged Kubernetes policies have no tier of their own and
// are not asked for, as in Calico.
import type { ObjectKey } from '../../datastore/index.ts';
import { BUILTIN_TIERS } from '../../resources/index.ts';
import { refused } from '../faults.ts';
import { fieldOf } from '../../resources/fields.ts';
import type { Rules } from './index.ts';
import { TIERED_KINDS } from './tiered.ts';

export const tierRules: Rules = {
  async beforeDelete(key, { store, options }) {
    if (BUILTIN_TIERS.has(key.name)) throw refused('Delete', key, `Cannot delete ${key.name} tier`);
    const call = options?.signal && { signal: options.signal };
    for (const kind of TIERED_KINDS) {
      const { items } = await store.list({ kind }, call);
      if (items.some(({ value }) => fieldOf(value.spec, 'tier') === key.name)) throw notEmpty(key);
    }
  },
};

const notEmpty = (key: ObjectKey) => refused('delete', key, 'Cannot delete a non-empty tier');
