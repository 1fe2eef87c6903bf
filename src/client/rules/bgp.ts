// BGP peers: the filters that one names must exist.
import { DatastoreError } from '../../datastore/index.ts';
import type { ApiObject } from '../../resources/api-object.ts';
import { broken } from '../faults.ts';
import { fieldOf, listOf, textOf } from '../../resources/fields.ts';
import type { Asked, Rules } from './index.ts';

async function filtersExist({ kind, metadata, spec }: ApiObject, { store, options }: Asked): Promise<void> {
  const missing: string[] = [];
  for (const name of listOf(fieldOf(spec, 'filters')).flatMap((each) => textOf(each) ?? [])) {
    try {
      await store.get({ kind: 'BGPFilter', name }, options);
    } catch (error) {
      if (!(error instanceof DatastoreError) || error.code !== 'datastore/not-found') throw error;
      missing.push(name);
    }
  }
  if (missing.length === 0) return;
  const key = { kind, name: metadata.name };
  throw broken('BGPPeer.Spec.Filters', `[${missing.join(' ')}]`, 'BGPFilter(s) not found', key);
}

export const bgpPeerRules: Rules = { beforeCreate: filtersExist, beforeUpdate: filtersExist };
