// The Kubernetes API as a store. Contract:
//   createKubernetesDatastore(config): Promise<Datastore>       rejects with a DatastoreError
import type { KubernetesConfig } from '../config-types.ts';
import { notSupported } from '../errors.ts';
import type { Datastore } from '../types.ts';

export async function createKubernetesDatastore(config: KubernetesConfig): Promise<Datastore> {
  throw notSupported('Open', { kind: 'Datastore', name: config.datastoreType }, 'not in this version');
}
