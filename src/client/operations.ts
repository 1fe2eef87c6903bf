// The operations of one kind over a store: check and default, ask the rules that span objects (rules/), write, and give
// back what is stored as Calico's client shows it.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CallOptions,
  cancelled,
  type Datastore,
  DatastoreError,
  type DeleteOptions,
  type Entry,
  type ObjectKey,
} from '../datastore/index.ts';
import type { Problem } from '../errors/index.ts';
import { type ApiObject, prepareForCreate, prepareForUpdate } from '../resources/api-object.ts';
import { type Reading, readingOn, shown } from './reading.ts';
import { invalid } from './faults.ts';
import { fieldOf, textOf } from '../resources/fields.ts';
import { rulesOf } from './rules/index.ts';
import { stamped } from './stamp.ts';

export interface Operations extends Reading {
  create(object: ApiObject, options?: CallOptions): Promise<ApiObject>;
  update(object: ApiObject, options?: CallOptions): Promise<ApiObject>;
  updateStatus(object: ApiObject, options?: CallOptions): Promise<ApiObject>;
  apply(object: ApiObject, options?: CallOptions): Promise<ApiObject>;
  delete(key: ObjectKey, options?: DeleteOptions): Promise<ApiObject>;
}

/** A writer that loses to others tries again so often, each time after a little while by chance, so that all get through. */
const TRIES = 50;
const PAUSE_MS = 20;

export function operationsOn(store: Datastore): Operations {
  const create = async (object: ApiObject, options?: CallOptions) => {
    const rules = rulesOf(object.kind);
    await rules.beforePreparing?.(object, { store, options });
    const wanted = stamped(prepared(object, prepareForCreate(object)));
    await rules.beforeCreate?.(wanted, { store, options, given: object });
    return shown(await store.create(wanted, options));
  };
  const update = async (object: ApiObject, options?: CallOptions, status = false) => {
    const rules = rulesOf(object.kind);
    await rules.beforePreparingUpdate?.(object, { store, options });
    const wanted = prepared(object, prepareForUpdate(object));
    await rules.beforeUpdate?.(wanted, { store, options, given: object });
    const written = status ? store.updateStatus?.(wanted, options) : undefined;
    return shown(await (written ?? store.update(wanted, options)));
  };
  return {
    create,
    update: (object, options) => update(object, options),
    updateStatus: (object, options) => update(object, options, true),
    apply: (object, options) => apply(store, { create, update }, object, options),
    async delete(key, options) {
      const rules = rulesOf(key.kind);
      const more = await rules.beforeDelete?.(key, { store, options });
      return shown(await store.delete(key, { ...options, ...more }));
    },
    ...readingOn(store),
  };
}

function prepared(
  given: ApiObject,
  { value, problems }: { readonly value?: ApiObject; readonly problems: readonly Problem[] },
): ApiObject {
  if (value !== undefined) return value;
  const { kind, metadata } = given;
  const [name, namespace] = ['name', 'namespace'].map((field) => textOf(fieldOf(metadata, field)));
  throw invalid(problems, given, { kind, name: name ?? '', ...(namespace && { namespace }) });
}

/**
 * Creates it, or updates what is there, as calicoctl's apply: identity and revision of what is there are kept, all else
 * is replaced. With a resourceVersion it is an update of that revision alone.
 */
async function apply(
  store: Datastore,
  { create, update }: Pick<Operations, 'create' | 'update'>,
  object: ApiObject,
  options?: CallOptions,
): Promise<ApiObject> {
  const { kind, metadata } = object;
  const { resourceVersion, ...unversioned } = metadata;
  const key = {
    kind,
    name: metadata.name,
    ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
  };
  for (let left = TRIES; ; left--) {
    let found = false;
    try {
      const now = await existing(store, key, options);
      found = now !== undefined;
      if (now === undefined) return await create({ ...object, metadata: unversioned }, options);
      const { uid, creationTimestamp } = now.value.metadata;
      const identity = {
        ...(uid !== undefined && { uid }),
        ...(creationTimestamp !== undefined && { creationTimestamp }),
        resourceVersion: resourceVersion || now.revision,
      };
      return await update({ ...object, metadata: { ...metadata, ...identity } }, options);
    } catch (error) {
      const lost =
        error instanceof DatastoreError &&
        (error.code === 'datastore/already-exists' ||
          // Of a create: its namespace, or the kind itself, is not there, nor will it be.
          (error.code === 'datastore/not-found' && found) ||
          (error.code === 'datastore/conflict' && !resourceVersion));
      const mine = lost && error.key !== undefined && same(error.key, key);
      if (!mine || left <= 1) throw error;
      await sleep(Math.random() * PAUSE_MS);
      if (options?.signal?.aborted) throw cancelled(key);
    }
  }
}

const same = (a: ObjectKey, b: ObjectKey) =>
  a.kind === b.kind && a.name === b.name && a.namespace === b.namespace;

async function existing(store: Datastore, key: ObjectKey, options?: CallOptions): Promise<Entry | undefined> {
  try {
    return await store.get(key, options);
  } catch (error) {
    if (error instanceof DatastoreError && error.code === 'datastore/not-found') return undefined;
    throw error;
  }
}
