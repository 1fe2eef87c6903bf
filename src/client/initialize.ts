// What every Calico datastore has before its first use: ClusterInformation and the built-in tiers. All steps are tried,
// the first error is what counts (Calico's "fail slow"), but for a store that does not answer, which would have to be
// waited for at each step; tiers that may not be made are left to whoever may.
import { randomUUID } from 'node:crypto';
import { type CallOptions, type Datastore, DatastoreError } from '../datastore/index.ts';
import type { ApiObject } from '../resources/api-object.ts';
import { API_VERSION, BUILTIN_TIERS } from '../resources/index.ts';
import { stamped } from './stamp.ts';

export interface InitializeOptions extends CallOptions {
  readonly calicoVersion?: string;
  /** Comma-separated words, added to those that are there. */
  readonly clusterType?: string;
}

const INFORMATION = { kind: 'ClusterInformation', name: 'default' };
/** In Calico's order, so that the revisions of a new store are the same. */
const TIERS = ['default', 'kube-admin', 'kube-baseline'];
const TRIES = 5;

export async function ensureInitialized(store: Datastore, options: InitializeOptions = {}): Promise<void> {
  const failures: unknown[] = [];
  const step = async (work: Promise<unknown>, ...tolerated: DatastoreError['code'][]) => {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof DatastoreError)) failures.push(error);
      else if (error.code === 'datastore/unavailable' || error.code === 'datastore/cancelled') throw error;
      else if (!tolerated.includes(error.code)) failures.push(error);
    }
  };
  await step(store.ensureInitialized(options));
  await step(ensureInformation(store, options));
  for (const name of TIERS) {
    const spec = BUILTIN_TIERS.get(name);
    const tier: ApiObject = { apiVersion: API_VERSION, kind: 'Tier', metadata: { name }, spec };
    await step(store.create(stamped(tier), options), 'datastore/already-exists', 'datastore/unauthorized');
  }
  if (failures.length > 0) throw failures[0];
}

/** Others may do the same at the same time, so what was lost to them is tried again upon what they wrote. */
async function ensureInformation(store: Datastore, options: InitializeOptions): Promise<void> {
  for (let left = TRIES; ; left--) {
    try {
      const now = await found(store, options);
      const wanted = information(now, store.type, options);
      if (now === undefined) await store.create(stamped(wanted), options);
      else if (JSON.stringify(wanted.spec) !== JSON.stringify(now.spec)) await store.update(wanted, options);
      return;
    } catch (error) {
      const lost =
        error instanceof DatastoreError &&
        (error.code === 'datastore/already-exists' || error.code === 'datastore/conflict');
      if (!lost || left <= 1) throw error;
    }
  }
}

async function found(store: Datastore, options: CallOptions): Promise<ApiObject | undefined> {
  try {
    return (await store.get(INFORMATION, options)).value;
  } catch (error) {
    if (error instanceof DatastoreError && error.code === 'datastore/not-found') return undefined;
    throw error;
  }
}

/** A store that somebody has locked (`datastoreReady: false`) stays locked. */
function information(
  now: ApiObject | undefined,
  type: Datastore['type'],
  options: InitializeOptions,
): ApiObject {
  const spec = (now?.spec ?? {}) as Readonly<Record<string, unknown>>;
  const given = [text(spec['clusterType']), options.clusterType ?? ''].flatMap(words);
  const clusterType = [
    ...new Set(type === 'kubernetes' ? [...given.filter((word) => word !== 'kdd'), 'kdd'] : given),
  ].join(',');
  const calicoVersion = options.calicoVersion || text(spec['calicoVersion']);
  return {
    ...(now ?? { apiVersion: API_VERSION, kind: INFORMATION.kind, metadata: { name: INFORMATION.name } }),
    spec: {
      ...spec,
      clusterGUID: text(spec['clusterGUID']) || randomUUID().replaceAll('-', ''),
      ...(clusterType !== '' && { clusterType }),
      ...(calicoVersion !== '' && { calicoVersion }),
      datastoreReady: spec['datastoreReady'] ?? true,
    },
  };
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');
const words = (list: string) => list.split(',').filter((word) => word !== '');
