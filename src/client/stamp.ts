// What a new object gets that needs a clock and chance.
import { randomUUID } from 'node:crypto';
import type { ApiObject } from '../resources/api-object.ts';

export function stamped(object: ApiObject): ApiObject {
  const { uid, creationTimestamp } = object.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      uid: uid || randomUUID(),
      creationTimestamp: creationTimestamp || `${new Date().toISOString().slice(0, 19)}Z`,
    },
  };
}
