// A whole datastore as one list of objects, and back into any other datastore. What is only of its cluster (uids,
// revisions, times, who manages what) is left behind; what a store makes by itself is not copied.
import type { Client } from '../../client/index.ts';
import { type ApiObject, encodeObject, normaliseObject } from '../../resources/api-object.ts';
import { DEFAULT_ALLOW_PROFILE } from '../../resources/builtins.ts';
import { placed } from './failure.ts';
import { RESOURCE_KINDS, resourceKind } from './kinds.ts';
import { keyOf } from './targets.ts';
import { hasCode } from './writes.ts';

/** How a list is read best: what is of the cluster, then what others refer to. Other kinds follow. */
const FIRST = [
  'ClusterInformation',
  'Tier',
  'IPPool',
  'IPReservation',
  'BGPFilter',
  'BGPConfiguration',
  'BGPPeer',
  'FelixConfiguration',
  'KubeControllersConfiguration',
  'Node',
  'Profile',
  'GlobalNetworkSet',
  'NetworkSet',
  'HostEndpoint',
];

const placeOf = (kind: string): number => {
  const at = FIRST.indexOf(kind);
  return at < 0 ? FIRST.length : at;
};

const byPlace = (a: { readonly kind: string }, b: { readonly kind: string }): number =>
  placeOf(a.kind) - placeOf(b.kind);

export interface Exported {
  readonly objects: readonly ApiObject[];
  /** What is stored and cannot be read: the list is not whole. */
  readonly unread: readonly string[];
}

export async function exportAll(client: Client): Promise<Exported> {
  const objects: ApiObject[] = [];
  // What is broken in a file may be of any kind, and is told with each.
  const unread = new Set<string>();
  for (const { kind } of [...RESOURCE_KINDS].sort(byPlace)) {
    try {
      const { items, problems } = await client.objects.list({ kind });
      for (const { place, message } of problems) unread.add(placed(place, message));
      objects.push(...items.filter(isCopied).map(withoutCluster));
    } catch (error) {
      // Not every store has every kind.
      if (!hasCode(error, 'datastore/not-supported')) throw error;
    }
  }
  return { objects, unread: [...unread] };
}

/** Made by the store, or by kube-controllers of what is in Kubernetes. */
function isCopied({ kind, metadata: { name } }: ApiObject): boolean {
  if (kind === 'Profile') return name !== DEFAULT_ALLOW_PROFILE;
  return !(kind === 'NetworkPolicy' && name.startsWith('knp.default.'));
}

function withoutCluster(object: ApiObject): ApiObject {
  const { name, namespace, labels, annotations } = object.metadata;
  return normaliseObject({
    ...object,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    },
  });
}

export interface Imported {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  /** What this store makes by itself, and in what words it refuses it. */
  readonly left: readonly string[];
}

type Step = Exclude<keyof Imported, 'left'>;

/** Those that fail reject alone: the caller goes through them one by one. */
export function importer(client: Client): {
  readonly write: (object: ApiObject) => Promise<void>;
  readonly result: () => Imported;
} {
  const counts: Record<Step, number> = { created: 0, updated: 0, unchanged: 0 };
  const left: string[] = [];
  return {
    async write(object) {
      if (object.kind === 'ClusterInformation') {
        left.push('ClusterInformation says what cluster this is');
        return;
      }
      try {
        counts[await put(client, object)]++;
      } catch (error) {
        if (!hasCode(error, 'datastore/not-supported')) throw error;
        left.push((error as Error).message);
      }
    },
    result: () => ({ ...counts, left }),
  };
}

async function put(client: Client, object: ApiObject): Promise<Step> {
  const wanted = withoutCluster(object);
  const now = await client.objects.get(keyOf(wanted)).catch((error: unknown) => {
    if (!hasCode(error, 'datastore/not-found')) throw error;
    return undefined;
  });
  if (now === undefined) {
    await client.objects.create(wanted);
    return 'created';
  }
  if (encodeObject(withoutCluster(now)) === encodeObject(wanted)) return 'unchanged';
  await client.objects.apply(wanted);
  return 'updated';
}

/** As they were exported, or as a person wrote them: namespaced ones without a namespace are in `default`. */
export function withNamespace(object: ApiObject): ApiObject {
  if (!resourceKind(object.kind)?.namespaced || object.metadata.namespace) return object;
  return { ...object, metadata: { ...object.metadata, namespace: 'default' } };
}
