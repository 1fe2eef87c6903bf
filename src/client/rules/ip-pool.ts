// IP pools: none may overlap another, and what addresses were taken by cannot change. A pool that goes is disabled
// first, so that nobody takes an address from it meanwhile.
// Not here: blocks of another size below a new pool, and the release of block affinities; both are IPAM's.
import { setTimeout as sleep } from 'node:timers/promises';
import { parsePrefix, prefixCovers } from '../../net/index.ts';
import { cancelled, type ObjectKey } from '../../datastore/index.ts';
import type { ApiObject } from '../../resources/api-object.ts';
import { broken } from '../faults.ts';
import { fieldOf, listOf, textOf } from '../../resources/fields.ts';
import type { Asked, Rules, Writing } from './index.ts';

/** As long as Calico waits for those who have just chosen the pool. */
const SETTLE_MS = 500;

const cidrOf = (pool: ApiObject) => textOf(fieldOf(pool.spec, 'cidr')) ?? '';
const keyOf = ({ kind, metadata }: ApiObject): ObjectKey => ({ kind, name: metadata.name });

async function overlapsNone(pool: ApiObject, { store, options }: Asked): Promise<void> {
  const mine = parsePrefix(cidrOf(pool));
  const { name } = pool.metadata;
  const { items } = await store.list({ kind: 'IPPool' }, options);
  for (const { value: other } of items) {
    const theirs = parsePrefix(cidrOf(other));
    if (other.metadata.name === name || mine === undefined || theirs === undefined) continue;
    if (!prefixCovers(mine.prefix, theirs.prefix) && !prefixCovers(theirs.prefix, mine.prefix)) continue;
    const reason = `IPPool(${name}) CIDR overlaps with IPPool(${other.metadata.name}) CIDR ${cidrOf(other)}`;
    throw broken('IPPool.Spec.CIDR', cidrOf(pool), reason, keyOf(pool));
  }
}

async function keepsItsShape(pool: ApiObject, { store, options, given }: Writing): Promise<void> {
  const { value: old } = await store.get(keyOf(pool), options);
  const key = keyOf(pool);
  if (cidrOf(given) !== cidrOf(old) && cidrOf(pool) !== cidrOf(old))
    throw broken('IPPool.Spec.CIDR', cidrOf(pool), 'IPPool CIDR cannot be modified', key);
  const [size, oldSize] = [pool, old].map(({ spec }) => fieldOf(spec, 'blockSize'));
  if (oldSize !== undefined && oldSize !== size)
    throw broken('IPPool.Spec.BlockSize', String(size), 'IPPool BlockSize cannot be modified', key);
  const [uses, oldUses] = [pool, old].map(({ spec }) => listOf(fieldOf(spec, 'allowedUses')));
  if (oldUses?.includes('LoadBalancer') && uses?.some((use) => use !== 'LoadBalancer'))
    throw broken(
      'IPPool.Spec.AllowedUses',
      `[${uses.join(' ')}]`,
      // Calico's spelling.
      'IPPool allowed use cannot be changed from LoadBalacer to Workload or Tunnel',
      key,
    );
}

export const ipPoolRules: Rules = {
  beforeCreate: overlapsNone,
  beforeUpdate: keepsItsShape,
  async beforeDelete(key, { store, options = {} }) {
    const { signal, uid } = options;
    const call = signal && { signal };
    const { value: pool } = await store.get(key, call);
    if (fieldOf(pool.spec, 'disabled') === true) return undefined;
    const resourceVersion = options.revision || pool.metadata.resourceVersion;
    const disabled = {
      ...pool,
      metadata: { ...pool.metadata, ...(resourceVersion !== undefined && { resourceVersion }) },
      spec: { ...(pool.spec as object), disabled: true },
    };
    await store.update(disabled, call);
    await sleep(SETTLE_MS, undefined, call).catch(() => {
      throw cancelled(key);
    });
    // The caller's revision was that of the update.
    return { revision: '', ...(uid !== undefined && { uid }) };
  },
};
