// A datastore that is opened when it is first used, so that making a client waits for nothing and cannot fail.
import type { ClientConfig } from './config-types.ts';
import { closed } from './errors.ts';
import { openDatastore } from './open.ts';
import type { Datastore } from './types.ts';

export function lazyDatastore(config: ClientConfig): Datastore {
  let opening: Promise<Datastore> | undefined;
  let ended = false;
  const store = (): Promise<Datastore> => {
    if (ended) return Promise.reject(closed());
    // A configuration that could not be used may be another time: a file that appears.
    opening ??= openDatastore(config).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    type: config.datastoreType,
    create: async (...given) => await (await store()).create(...given),
    update: async (...given) => await (await store()).update(...given),
    async updateStatus(...given) {
      const real = await store();
      return await (real.updateStatus?.(...given) ?? real.update(...given));
    },
    apply: async (...given) => await (await store()).apply(...given),
    delete: async (...given) => await (await store()).delete(...given),
    get: async (...given) => await (await store()).get(...given),
    list: async (...given) => await (await store()).list(...given),
    async *watch(...given) {
      yield* (await store()).watch(...given);
    },
    ensureInitialized: async (...given) => await (await store()).ensureInitialized(...given),
    clean: async (...given) => await (await store()).clean(...given),
    async close() {
      ended = true;
      await (await opening)?.close();
    },
  };
}
