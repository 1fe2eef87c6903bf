// Nodes: Calico's part of one is kept in annotations of the Kubernetes node. Reading joins both; writing changes the
// annotations alone, upon what is there at that moment, so the caller's revision is not compared (as in Calico). Nodes
// are made and deleted by Kubernetes.
import { AS_NUMBER, INTERFACES, NODE_TEXTS, OWN_ANNOTATIONS, OWN_LABELS } from '../../convert/index.ts';
import type { ApiObject } from '../../resources/stored/object.ts';
import { conflict, DatastoreError, notSupported } from '../errors.ts';
import { keyOf } from '../keys.ts';
import type { CallOptions, Entry, ObjectKey } from '../types.ts';
import type { Api } from './connect.ts';
import { convertedSource } from './converted.ts';
import { ask, askedOf, getSource, type RawObject, type Source } from './reading.ts';

/** Shown, never stored: the labels that Kubernetes owns, so that a later write can tell them from Calico's. */
const KUBE_LABELS = 'projectcalico.org/kube-labels';

type Texts = Readonly<Record<string, string>>;
type Fields = Readonly<Record<string, unknown>>;

export interface NodeOptions {
  /** Tunnel addresses follow from the node's pod CIDR (`usePodCIDR`). */
  readonly usePodCidr: boolean;
}

export const nodeSource = (options: NodeOptions): Source =>
  convertedSource(
    {
      from: 'Node',
      kind: 'Node',
      base: '/api/v1',
      plural: 'nodes',
      namespaced: false,
      turned: false,
      key: ({ metadata }) => (metadata?.name ? { kind: 'Node', name: metadata.name } : undefined),
      finish: withKubeLabels,
    },
    () => options,
  );

function withKubeLabels(entry: Entry, { metadata }: RawObject): Entry {
  const labels = metadata?.['labels'] as Texts | undefined;
  const annotations = {
    ...entry.value.metadata.annotations,
    [KUBE_LABELS]: labels ? sortedJson(labels) : 'null',
  };
  return { ...entry, value: { ...entry.value, metadata: { ...entry.value.metadata, annotations } } };
}

const sortedJson = (texts: Texts) =>
  JSON.stringify(Object.fromEntries(Object.entries(texts).toSorted(([a], [b]) => (a < b ? -1 : 1))));

/** Annotations of a node that is to say this; null takes one away. */
function annotationsOf(node: ApiObject): Readonly<Record<string, string | null>> {
  const result: Record<string, string | null> = {};
  for (const { annotation, path } of NODE_TEXTS) {
    const [root, ...rest] = path;
    let value: unknown = root === 'spec' ? node.spec : node.status;
    for (const step of rest) value = (value as Fields | undefined)?.[step];
    result[annotation] = typeof value === 'string' && value !== '' ? value : null;
  }
  const { bgp, interfaces } = (node.spec ?? {}) as {
    readonly bgp?: Fields;
    readonly interfaces?: readonly unknown[];
  };
  const asNumber = bgp?.['asNumber'];
  result[AS_NUMBER] = typeof asNumber === 'number' || typeof asNumber === 'string' ? String(asNumber) : null;
  result[INTERFACES] = interfaces && interfaces.length > 0 ? JSON.stringify(interfaces) : null;
  const { [KUBE_LABELS]: kubeLabels = 'null', ...annotations } = node.metadata.annotations ?? {};
  const owned = ownedLabels(kubeLabels);
  const labels = Object.fromEntries(
    Object.entries(node.metadata.labels ?? {}).filter(([key]) => !owned.has(key)),
  );
  result[OWN_LABELS] = Object.keys(labels).length > 0 ? sortedJson(labels) : null;
  result[OWN_ANNOTATIONS] = Object.keys(annotations).length > 0 ? sortedJson(annotations) : null;
  return result;
}

/** What the caller had read tells which labels are not Calico's to change. */
function ownedLabels(text: string): ReadonlySet<string> {
  try {
    return new Set(Object.keys((JSON.parse(text) as object | null) ?? {}));
  } catch {
    return new Set();
  }
}

const TRIES = 10;

export const nodeKind = (api: Api, source: Source) => {
  const update = async (object: ApiObject, { signal }: CallOptions = {}): Promise<Entry> => {
    const key = keyOf('Update', object);
    for (let left = TRIES; ; left--) {
      const now = await getSource(api, source, key, key.name, signal);
      const merged: Record<string, unknown> = { ...(now.metadata?.['annotations'] as object | undefined) };
      for (const [name, value] of Object.entries(annotationsOf(object))) {
        if (value === null) delete merged[name];
        else merged[name] = value;
      }
      try {
        const body = { ...now, metadata: { ...now.metadata, annotations: merged } };
        const asked = askedOf(source, 'put', key);
        const answer = await ask(api, 'PUT', `${source.path(undefined, key.name)}/status`, asked, {
          body,
          signal,
        });
        const entry = source.read(answer as RawObject);
        if (!entry) throw conflict(key);
        return entry;
      } catch (error) {
        const lost = error instanceof DatastoreError && error.code === 'datastore/conflict';
        if (!lost || left <= 1) throw error;
      }
    }
  };
  const refuse = (operation: string, key: ObjectKey) => notSupported(operation, key);
  return {
    update,
    updateStatus: update,
    apply: update,
    async get(key: ObjectKey, options?: CallOptions): Promise<Entry> {
      const entry = source.read(await getSource(api, source, key, key.name, options?.signal));
      if (!entry) throw conflict(key);
      return entry;
    },
    async create(object: ApiObject): Promise<Entry> {
      throw refuse('Create', keyOf('Create', object));
    },
    async delete(key: ObjectKey): Promise<Entry> {
      throw refuse('Delete', key);
    },
  };
};
