// Policies of a tier: the tier must exist when one is created. That is asked first, as Calico does, so that a missing
// tier is what the user hears about; an update does not ask again.
import { fieldOf } from '../../resources/fields.ts';
import type { Rules } from './index.ts';

export const TIERED_KINDS: ReadonlySet<string> = new Set([
  'GlobalNetworkPolicy',
  'NetworkPolicy',
  'StagedGlobalNetworkPolicy',
  'StagedNetworkPolicy',
]);

export const tieredRules: Rules = {
  async beforePreparing(policy, { store, options }) {
    const tier = fieldOf(policy.spec, 'tier');
    await store.get({ kind: 'Tier', name: typeof tier === 'string' && tier ? tier : 'default' }, options);
  },
};
