// What is stored, as Calico's client shows it: old objects lack what is written today. Watches show what is stored.
import type { Entry } from '../datastore/index.ts';
import type { ApiObject } from '../resources/api-object.ts';
import { withDefaults } from '../resources/stored/defaults.ts';
import { TIERED_KINDS } from './rules/tiered.ts';

const TIER_LABEL = 'projectcalico.org/tier';

export function shown({ value }: Entry, way: 'one' | 'list' = 'one'): ApiObject {
  if (TIERED_KINDS.has(value.kind)) return withTierLabel(value);
  // Pools have their defaults however they are read; a tier only in a list.
  if (value.kind === 'IPPool' || (value.kind === 'Tier' && way === 'list')) return withDefaults(value);
  return value;
}

/** As Calico does, `default` even where the spec names another tier: only objects of before 3.x lack the label. */
function withTierLabel(object: ApiObject): ApiObject {
  const { labels } = object.metadata;
  if (labels !== undefined && Object.hasOwn(labels, TIER_LABEL)) return object;
  return {
    ...object,
    metadata: { ...object.metadata, labels: { ...labels, [TIER_LABEL]: 'default' } },
  };
}
