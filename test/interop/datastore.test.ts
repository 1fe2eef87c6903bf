// The contract of a datastore on a real API server, with the CRDs that we generate.
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { createKubernetesDatastore } from '../../src/datastore/kubernetes/index.ts';
import { testDatastore } from '../datastore/suite.ts';
import { configOf } from './config.ts';
import { type Cluster, startCluster } from './server.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
  cluster.kubectl(['create', '-f', join(import.meta.dirname, '../../deploy/crds')]);
  cluster.kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all']);
  for (const name of ['ns-1', 'ns-2']) cluster.kubectl(['create', 'namespace', name]);
});
afterAll(() => cluster?.stop());

testDatastore({
  name: 'kubernetes',
  namespaces: ['ns-1', 'ns-2'],
  timeout: 120_000,
  open: async () => {
    const store = createKubernetesDatastore(configOf(cluster));
    await store.clean();
    return store;
  },
  without: {
    'delete of a certain revision': 'Calico compares the uid alone there, and its users rely on it',
    'get and list at a revision': 'the API server answers with the latest',
    'unknown fields are kept': 'the API server drops what the CRD does not know',
    'events carry what was there before': 'events of the API server carry the new object alone',
    'a revision of the future is lost, not waited for': 'the API server waits for it',
  },
});
