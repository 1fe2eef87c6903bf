// The Kubernetes API as a store: Calico's own kinds are custom resources (custom.ts); the others are made of what
// Kubernetes has: pods (pods.ts), nodes (nodes.ts), namespaces and service accounts (profiles.ts), policies and slices
// (converted.ts, cluster-policies.ts). Loaded only where it is used. Contract:
//   createKubernetesDatastore(config): Datastore   connects when it is first used
//   connect.ts   requests     reading.ts   lists and watches     faults.ts   errors
// Revisions are the API server's. A delete compares the uid alone, as Calico does; history is not kept.
import { KINDS } from '../../resources/catalogue.ts';
import type { ApiObject } from '../../resources/stored/object.ts';
import type { KubernetesConfig } from '../config-types.ts';
import { link, longLived, untilAborted } from '../abort.ts';
import { defaultAllowProfile, withDefaultAllowProfile } from '../default-allow.ts';
import { cancelled, closed, invalidRevision, notFound, notSupported } from '../errors.ts';
import { checkedKey, isLatest, keyOf, storedKind } from '../keys.ts';
import type {
  CallOptions,
  Datastore,
  DeleteOptions,
  Entry,
  Listing,
  ObjectKey,
  Revision,
  Selection,
  WatchEvent,
} from '../types.ts';
import { clusterPolicyKind } from './cluster-policies.ts';
import { type ApiOptions, connectApi } from './connect.ts';
import { ENDPOINT_SLICES, NETWORK_POLICIES, SERVICES } from './converted.ts';
import { customKind, customSource, findFlavour } from './custom.ts';
import { nodeKind, nodeSource } from './nodes.ts';
import { endpointKind, PODS } from './pods.ts';
import { profileKind } from './profiles.ts';
import { getSource, listSource, type Source, watchSource } from './reading.ts';

/** Everything that can be done with one kind; what is missing is not supported. */
interface Kind {
  readonly list: (
    selection: Selection,
    options?: CallOptions & { readonly revision?: Revision },
  ) => Promise<Listing>;
  readonly watch: (
    selection: Selection,
    revision: Revision | undefined,
    signal: AbortSignal | undefined,
  ) => AsyncGenerator<WatchEvent, void>;
  readonly get: (key: ObjectKey, options?: CallOptions) => Promise<Entry | undefined>;
  readonly create?: (object: ApiObject, options?: CallOptions) => Promise<Entry>;
  readonly update?: (object: ApiObject, options?: CallOptions, subresource?: 'status') => Promise<Entry>;
  readonly apply?: (object: ApiObject, options?: CallOptions) => Promise<Entry>;
  readonly delete?: (key: ObjectKey, options?: DeleteOptions) => Promise<Entry>;
}

/** Without a store behind them. */
const NOWHERE = new Set(['LiveMigration', 'BlockAffinity', 'IPAMBlock', 'IPAMHandle']);

/** Made of what Kubernetes has. */
const OF_KUBERNETES = new Set(['Node', 'Profile', 'WorkloadEndpoint']);
/** Every other kind is a custom resource; `clean` removes them. */
const CUSTOM_KINDS = [...KINDS.keys()].filter((kind) => !NOWHERE.has(kind) && !OF_KUBERNETES.has(kind));

export function createKubernetesDatastore(config: KubernetesConfig, options: ApiOptions = {}): Datastore {
  const api = connectApi(config, options);
  const end = longLived();
  const kinds = new Map<string, Kind>();
  let asking: ReturnType<typeof findFlavour> | undefined;

  const reading = (source: Source): Pick<Kind, 'list' | 'watch'> => ({
    list: (selection, given) => listSource(api, source, selection, { ...given }),
    watch: (selection, revision, signal) => watchSource(api, source, selection, { revision, signal }),
  });
  const readOnly = (source: Source): Kind => ({
    ...reading(source),
    get: async (key, given) => source.read(await getSource(api, source, key, key.name, given?.signal)),
  });
  const nodes = nodeSource({ usePodCidr: config.usePodCidr });
  kinds.set('Node', { ...reading(nodes), ...nodeKind(api, nodes) });
  kinds.set('WorkloadEndpoint', { ...reading(PODS), ...endpointKind(api) });
  kinds.set('Profile', profileKind(api));
  kinds.set('KubernetesNetworkPolicy', readOnly(NETWORK_POLICIES));
  kinds.set('KubernetesEndpointSlice', readOnly(ENDPOINT_SLICES));
  kinds.set('KubernetesService', readOnly(SERVICES));
  kinds.set('KubernetesClusterNetworkPolicy', clusterPolicyKind(api));

  const kindOf = async (
    operation: string,
    key: Selection,
    signal: AbortSignal | undefined,
  ): Promise<Kind> => {
    const { kind } = storedKind(operation, key);
    if (NOWHERE.has(kind)) throw notSupported(operation, { kind, name: key.name ?? '' });
    const known = kinds.get(kind);
    if (known) return known;
    const { flavour, settled } = await flavourFor(signal);
    const source = customSource(flavour, kind);
    const made = { ...reading(source), ...customKind(api, flavour, source) };
    if (settled) kinds.set(kind, made);
    return made;
  };
  /** Asked once for all that wait, so it ends with none of them but with the store; a failure is asked again. */
  const flavourFor = async (signal: AbortSignal | undefined) => {
    asking ??= findFlavour(api, config.apiGroup, end.signal).then(
      (found) => {
        if (!found.settled) asking = undefined;
        return found;
      },
      (error: unknown) => {
        asking = undefined;
        throw error;
      },
    );
    const found = await untilAborted(asking, signal ?? end.signal);
    if (!found) throw cancelled();
    return found;
  };
  /** With one signal for the caller's and the store's end. */
  const guarded = async <T>(
    call: CallOptions | undefined,
    key: ObjectKey | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    if (end.signal.aborted) throw closed();
    if (call?.signal?.aborted) throw cancelled(key);
    const both = link(call?.signal, end.signal);
    try {
      return await work(both.signal);
    } catch (error) {
      if (end.signal.aborted) throw closed();
      throw error;
    } finally {
      both.release();
    }
  };
  const write = (
    operation: 'Create' | 'Update' | 'Apply',
    object: ApiObject,
    call: CallOptions | undefined,
    subresource?: 'status',
  ) => {
    const key = keyOf(operation, object);
    return guarded(call, key, async (signal) => {
      const kind = await kindOf(operation, key, signal);
      const work = { Create: kind.create, Update: kind.update, Apply: kind.apply }[operation];
      if (!work) throw notSupported(operation, key, 'it belongs to Kubernetes');
      return await work(object, { signal }, subresource);
    });
  };

  return {
    type: 'kubernetes',
    create: async (object, call) => await write('Create', object, call),
    update: async (object, call) => await write('Update', object, call),
    updateStatus: async (object, call) => await write('Update', object, call, 'status'),
    apply: async (object, call) => await write('Apply', object, call),
    async delete(given, call = {}) {
      const key = checkedKey('Delete', given);
      if (defaultAllowProfile(key)) throw notFound(key);
      return await guarded(call, key, async (signal) => {
        const kind = await kindOf('Delete', key, signal);
        if (!kind.delete) throw notSupported('Delete', key, 'it belongs to Kubernetes');
        return await kind.delete(key, { ...call, signal });
      });
    },
    async get(given, call = {}) {
      const key = checkedKey('Get', given);
      const fixed = defaultAllowProfile(key);
      return await guarded(call, key, async (signal) => {
        const entry = fixed ?? (await (await kindOf('Get', key, signal)).get(key, { signal }));
        if (!entry) throw notFound(key);
        return entry;
      });
    },
    async list(selection, call = {}) {
      return await guarded(call, undefined, async (signal) => {
        const kind = await kindOf('List', selection, signal);
        const revision = isLatest(call.revision) ? undefined : numeric(call.revision);
        const listing = await kind.list(selection, { signal, ...(revision !== undefined && { revision }) });
        return { ...listing, items: withDefaultAllowProfile(selection, listing.items) };
      });
    },
    watch: (selection, call = {}) => ({
      [Symbol.asyncIterator]() {
        storedKind('Watch', selection);
        if (end.signal.aborted) throw closed();
        const revision = isLatest(call.revision) ? undefined : numeric(call.revision);
        return watching(selection, revision, call);
      },
    }),
    // Custom resources must have been installed; what Calico expects in them is the client's affair.
    ensureInitialized: async (call) => await guarded(call, undefined, async () => undefined),
    async clean(call) {
      for (const kind of CUSTOM_KINDS) {
        const { items } = await this.list({ kind }, call);
        for (const { key } of items) await this.delete(key, call);
      }
    },
    async close() {
      end.abort();
      api.close();
    },
  };

  async function* watching(
    selection: Selection,
    revision: Revision | undefined,
    call: { readonly signal?: AbortSignal; readonly bookmarks?: boolean },
  ): AsyncGenerator<WatchEvent, void> {
    const both = link(call.signal, end.signal);
    try {
      const kind = await kindOf('Watch', selection, both.signal);
      for await (const event of kind.watch(selection, revision, both.signal)) {
        if (both.signal.aborted) return;
        if (event.type !== 'bookmark' || call.bookmarks) yield event;
      }
    } catch (error) {
      if (!both.signal.aborted) throw error;
    } finally {
      both.release();
    }
  }
}

/** The API server's revisions are numbers, and a profile's has two. */
function numeric(revision: Revision): Revision {
  if (!/^[\d/.a-f]+$/.test(revision)) throw invalidRevision(revision);
  return revision;
}
