// What the verbs do with one object, in calicoctl's ways: what is taken of a document, what of the stored object stays,
// what may not be written with these commands at all. Each rejects with a TortieError.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../../client/index.ts';
import { conflict, DatastoreError, type DatastoreCode } from '../../datastore/index.ts';
import type { ApiObject } from '../../resources/api-object.ts';
import { refuse } from './failure.ts';
import { keyOf } from './targets.ts';

export const hasCode = (error: unknown, ...codes: readonly DatastoreCode[]): boolean =>
  error instanceof DatastoreError && codes.includes(error.code);

export async function create(client: Client, object: ApiObject): Promise<void> {
  guard('create or apply', object);
  const { name, namespace, resourceVersion, labels, annotations } = object.metadata;
  await client.objects.create({
    ...object,
    metadata: given({ name, namespace, resourceVersion, labels, annotations }),
  });
}

export async function apply(client: Client, object: ApiObject): Promise<void> {
  if (object.kind === 'ClusterInformation')
    refuse('operation apply is not supported on ClusterInformation: resource is readonly');
  const { resourceVersion: _, ...metadata } = object.metadata;
  try {
    await create(client, { ...object, metadata });
  } catch (error) {
    // Nodes of Kubernetes cannot be created, and policies of Kubernetes are refused again.
    if (!hasCode(error, 'datastore/already-exists', 'datastore/not-supported')) throw error;
    await replace(client, object);
  }
}

const TRIES = 5;
const PAUSE_MS = 1000;

/** What is stored keeps its identity; labels and annotations are the document's. */
export async function replace(client: Client, object: ApiObject): Promise<void> {
  guard('apply or replace', object);
  const key = keyOf(object);
  const { labels, annotations, resourceVersion } = object.metadata;
  for (let left = TRIES; ; left--) {
    const { metadata } = await client.objects.get(key);
    // Not every store compares it.
    if (resourceVersion && resourceVersion !== metadata.resourceVersion) throw conflict(key);
    const { labels: _, annotations: __, ...kept } = metadata;
    try {
      await client.objects.update({ ...object, metadata: given({ ...kept, labels, annotations }) });
      return;
    } catch (error) {
      if (!hasCode(error, 'datastore/conflict') || resourceVersion) throw error;
      if (left <= 1) refuse(`failed to update the resource: ${(error as Error).message}`);
      await sleep(PAUSE_MS);
    }
  }
}

export async function remove(client: Client, object: ApiObject): Promise<void> {
  guard('delete', object);
  const { resourceVersion } = object.metadata;
  await client.objects.delete(keyOf(object), resourceVersion ? { revision: resourceVersion } : {});
}

/** `operation` as calicoctl spells it there. */
export const guardUpdate = (object: ApiObject): void => guard('apply or replace', object);

function guard(operation: string, { kind, metadata: { namespace, name } }: ApiObject): void {
  if (kind === 'ClusterInformation') refuse(`operation ${operation} is not supported on ClusterInformation`);
  // kube-controllers' copies of Kubernetes policies.
  if (kind === 'NetworkPolicy' && name.startsWith('knp.default.'))
    refuse(
      `operation ${operation} is not supported on NetworkPolicy(${namespace}/${name}): kubernetes network policies must be managed through the kubernetes API`,
    );
}

function given(metadata: {
  readonly name: string;
  readonly [field: string]: unknown;
}): ApiObject['metadata'] {
  const filled = Object.entries(metadata).filter(([, value]) => value !== undefined);
  return { ...(Object.fromEntries(filled) as object), name: metadata.name };
}
