// ClusterNetworkPolicies that name nodes become the nodes' addresses, so they are converted anew when a node changes,
// whichever files they stand in. A revision says what came of it, so that it is the same for every process.
import { type Node, parseResource, resourceKey } from '../../../resources/index.ts';
import { plainObject } from '../../kubernetes/plain.ts';
import type { ObjectKey } from '../../types.ts';
import { convertLater } from '../kubernetes.ts';
import { hashOf, type StoredObject } from './content.ts';

type Keys = ReadonlyMap<string, ObjectKey>;

export interface NodeFollowers {
  /** After these have changed: those that do with them. */
  readonly touch: (keys: Keys) => Keys;
  /** The object as it is with the nodes of now. */
  readonly current: (object: StoredObject) => StoredObject;
}

const NONE: Keys = new Map();

/** `find`: the object that counts, by the id under which it was touched. */
export function createNodeFollowers(find: (id: string) => StoredObject | undefined): NodeFollowers {
  const policies = new Map<string, ObjectKey>();
  const nodes = new Map<string, Node>();

  /** Whether it is another one now. One that is no node any more, and not gone, stays as it was. */
  const noteNode = (id: string): boolean => {
    const object = find(id);
    if (!object) return nodes.delete(id);
    const node = object.resource ?? parseResource(object.value).value;
    if (node?.kind === 'Node') nodes.set(id, node);
    return true;
  };

  return {
    touch(keys) {
      let moved = false;
      for (const [id, key] of keys) {
        if (key.kind === 'Node') moved = noteNode(id) || moved;
        else if (key.kind !== 'KubernetesClusterNetworkPolicy') continue;
        else if (find(id)?.namesNodes) policies.set(id, key);
        else policies.delete(id);
      }
      return moved ? policies : NONE;
    },
    current(object) {
      const { key, value, namesNodes } = object;
      if (!namesNodes) return object;
      const { kind, namespace, name } = key;
      const { value: resource } = convertLater(namesNodes, resourceKey(kind, namespace, name), [
        ...nodes.values(),
      ]);
      if (!resource) return object;
      const { uid, creationTimestamp } = value.metadata;
      const now = plainObject(resource, {
        ...(uid !== undefined && { uid }),
        ...(creationTimestamp !== undefined && { creationTimestamp }),
      });
      return { ...object, value: now, hash: hashOf(now), resource };
    },
  };
}
