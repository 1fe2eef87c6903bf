// Kinds that are custom resources: the group that this cluster has them in, and reading and writing them.
import { API_VERSION } from '../../resources/resource.ts';
import { normaliseObject } from '../../resources/api-object.ts';
import type { ApiObject } from '../../resources/stored/object.ts';
import { DatastoreError, invalidField, invalidRevision, notFound } from '../errors.ts';
import { isLatest, keyOf, storedKind } from '../keys.ts';
import type { CallOptions, DeleteOptions, Entry, ObjectKey } from '../types.ts';
import type { Api } from './connect.ts';
import { calicoMetadata, storedMetadata, tierDefaults } from './custom-metadata.ts';
import type { Asked } from './faults.ts';
import { ask, askedOf, getSource, type RawObject, type Source } from './reading.ts';

export interface Flavour {
  readonly group: 'crd.projectcalico.org' | 'projectcalico.org';
  readonly version: 'v1' | 'v3';
}

const LEGACY: Flavour = { group: 'crd.projectcalico.org', version: 'v1' };
const NATIVE: Flavour = { group: 'projectcalico.org', version: 'v3' };

const isLegacy = ({ group }: Flavour): boolean => group === LEGACY.group;

/**
 * As Calico: the native group when it is asked for, or when it is served and the other one is not. `settled`: a cluster
 * in which neither is served may yet get one. Rejects when the server does not answer: a guess could be of the group
 * that is not served, whose policies would all seem to be gone.
 */
export async function findFlavour(
  api: Api,
  wanted: string | undefined,
  signal?: AbortSignal,
): Promise<{ readonly flavour: Flavour; readonly settled: boolean }> {
  if (wanted !== undefined)
    return { flavour: wanted.toLowerCase() === 'projectcalico.org/v3' ? NATIVE : LEGACY, settled: true };
  let groups: readonly { readonly name?: string }[] = [];
  try {
    ({ groups = [] } = (await ask(api, 'GET', '/apis', GROUPS, { signal })) as { groups?: typeof groups });
  } catch (error) {
    // Whoever may not ask is told so by what follows.
    const refused =
      error instanceof DatastoreError &&
      (error.code === 'datastore/unauthorized' || error.code === 'datastore/not-found');
    if (!refused) throw error;
  }
  const served = (name: string) => groups.some((group) => group.name === name);
  if (served(LEGACY.group)) return { flavour: LEGACY, settled: true };
  return served(NATIVE.group) ? { flavour: NATIVE, settled: true } : { flavour: LEGACY, settled: false };
}

const GROUPS: Asked = {
  verb: 'list',
  resource: 'the groups of the API',
  key: { kind: 'APIGroup', name: '' },
};

export function customSource(flavour: Flavour, kind: string): Source {
  const { plural, namespaced } = storedKind('List', { kind });
  const own = isLegacyIpam(flavour, kind) ? 'ipamconfigs' : plural;
  const base = `/apis/${flavour.group}/${flavour.version}`;
  const key = ({ metadata }: RawObject): ObjectKey | undefined => {
    const { name, namespace } = metadata ?? {};
    if (!name) return undefined;
    return namespaced ? { kind, namespace: namespace ?? '', name } : { kind, name };
  };
  return {
    kind,
    resource: `${capitalPlural(kind)}.${flavour.group}`,
    path: (namespace, name) =>
      [
        base,
        ...(namespaced && namespace ? [`namespaces/${encodeURIComponent(namespace)}`] : []),
        own,
        name && encodeURIComponent(name),
      ]
        .filter(Boolean)
        .join('/'),
    key,
    read(raw) {
      const found = key(raw);
      return found && customEntry(flavour, found, { ...raw, kind });
    },
  };
}

/** Of the old group it is called otherwise. */
const isLegacyIpam = (flavour: Flavour, kind: string) => isLegacy(flavour) && kind === 'IPAMConfiguration';

/** As Calico's client calls its resources in messages. */
const capitalPlural = (kind: string) => (kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`);

function customEntry(flavour: Flavour, key: ObjectKey, raw: RawObject): Entry {
  const metadata = isLegacy(flavour)
    ? calicoMetadata(raw, key)
    : (raw.metadata as unknown as ApiObject['metadata']);
  const { apiVersion: _a, kind: _k, metadata: _m, spec, ...rest } = raw;
  const value = normaliseObject({
    ...rest,
    kind: key.kind,
    apiVersion: API_VERSION,
    metadata,
    ...(key.kind === 'Tier' ? { spec: tierDefaults(spec) } : spec === undefined ? {} : { spec }),
  });
  return { key, value, revision: raw.metadata?.resourceVersion ?? '' };
}

export interface CustomKind {
  create(object: ApiObject, options?: CallOptions): Promise<Entry>;
  update(object: ApiObject, options?: CallOptions, subresource?: 'status'): Promise<Entry>;
  apply(object: ApiObject, options?: CallOptions): Promise<Entry>;
  delete(key: ObjectKey, options?: DeleteOptions): Promise<Entry>;
  get(key: ObjectKey, options?: CallOptions): Promise<Entry>;
}

const TRIES = 20;

/** Labels of nodes are Kubernetes' own here, so that nobody can keep them apart. Calico says it in these words. */
function checkLabelSync(key: ObjectKey, { spec }: ApiObject): void {
  if (key.kind !== 'KubeControllersConfiguration') return;
  const { controllers } = (spec ?? {}) as {
    readonly controllers?: { readonly node?: { readonly syncLabels?: unknown } | null } | null;
  };
  if (controllers?.node?.syncLabels !== 'Disabled') return;
  throw new DatastoreError('datastore/invalid', 'invalid SyncLabels value', {
    key,
    hint: 'on Kubernetes nodes have its labels, always: leave controllers.node.syncLabels out',
  });
}

export function customKind(api: Api, flavour: Flavour, source: Source): CustomKind {
  const entry = (key: ObjectKey, raw: unknown) =>
    customEntry(flavour, key, { ...(raw as RawObject), kind: key.kind });
  const body = (object: ApiObject, resourceVersion?: string) => {
    const { metadata, apiVersion: _, ...rest } = normaliseObject(object);
    const { resourceVersion: _r, ...plain } = metadata;
    return {
      ...rest,
      kind: isLegacyIpam(flavour, object.kind) ? 'IPAMConfig' : object.kind,
      apiVersion: `${flavour.group}/${flavour.version}`,
      metadata: {
        ...(isLegacy(flavour) ? storedMetadata(object) : plain),
        ...(resourceVersion !== undefined && { resourceVersion }),
      },
    };
  };
  const send = async (
    method: 'POST' | 'PUT',
    object: ApiObject,
    revision?: string,
    options?: CallOptions,
    more = '',
  ) => {
    const key = keyOf(method === 'POST' ? 'Create' : 'Update', object);
    checkLabelSync(key, object);
    const path = source.path(key.namespace, method === 'POST' ? undefined : key.name);
    const call = { body: body(object, revision), signal: options?.signal };
    return entry(
      key,
      await ask(api, method, `${path}${more}`, askedOf(source, method.toLowerCase(), key), call),
    );
  };
  const get = async (key: ObjectKey, options?: CallOptions) =>
    entry(key, await getSource(api, source, key, key.name, options?.signal));

  const store: CustomKind = {
    async create(object, options) {
      const given = object.metadata.resourceVersion;
      if (given)
        throw invalidField('ResourceVersion', given, 'not for a Create request', keyOf('Create', object));
      return await send('POST', object, undefined, options);
    },
    async update(object, options, subresource) {
      const revision = object.metadata.resourceVersion;
      if (revision === undefined || !/^\d+$/.test(revision))
        throw invalidRevision(revision, keyOf('Update', object));
      return await send('PUT', object, revision, options, subresource ? `/${subresource}` : '');
    },
    async apply(object, options) {
      const { resourceVersion: _, ...metadata } = object.metadata;
      for (let left = TRIES; ; left--) {
        try {
          return await store.create({ ...object, metadata }, options);
        } catch (error) {
          if (!(error instanceof DatastoreError) || error.code !== 'datastore/already-exists') throw error;
        }
        try {
          const { revision, value } = await get(keyOf('Apply', object), options);
          const identity = value.metadata.uid === undefined ? {} : { uid: value.metadata.uid };
          return await store.update(
            { ...object, metadata: { ...metadata, ...identity, resourceVersion: revision } },
            options,
          );
        } catch (error) {
          const lost =
            error instanceof DatastoreError &&
            (error.code === 'datastore/conflict' || error.code === 'datastore/not-found');
          if (!lost || left <= 1) throw error;
        }
      }
    },
    /** The revision is not compared: Calico does not, and its users rely on it. */
    async delete(key, { revision, uid, signal } = {}) {
      if (!isLatest(revision) && !/^\d+$/.test(revision)) throw invalidRevision(revision, key);
      const raw = await getSource(api, source, key, key.name, signal);
      const now = entry(key, raw);
      if (uid !== undefined && now.value.metadata.uid !== uid) throw notFound(key);
      const preconditions = { uid: raw.metadata?.uid };
      await ask(api, 'DELETE', source.path(key.namespace, key.name), askedOf(source, 'delete', key), {
        body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions },
        signal,
      });
      return now;
    },
    get,
  };
  return store;
}
