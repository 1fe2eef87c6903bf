// Kinds of which there is one object, `default`.
import { DatastoreError } from '../../datastore/index.ts';
import type { Rules } from './index.ts';

/** `called` as Calico's message says it, with its article. */
export function onlyDefault(called: string): Rules {
  return {
    async beforePreparing({ kind, metadata }) {
      const { name } = metadata;
      if (name === 'default') return;
      const message = `Cannot create ${called} resource with a name other than "default"`;
      throw new DatastoreError('datastore/invalid', message, { key: { kind, name } });
    },
  };
}
