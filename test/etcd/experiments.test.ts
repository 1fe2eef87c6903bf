// The first steps of a newcomer on a real etcd.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, loadClientConfig } from '../../src/index.ts';
import { expectExperiments, seed } from '../datastore/experiments.ts';
import { type EtcdServer, startEtcd } from './server.ts';

let server: EtcdServer;
beforeAll(async () => {
  server = await startEtcd();
  await server.start();
});
afterAll(() => server?.remove());

test('examples/coming-from-calicoctl.sh on etcd', async () => {
  const env = { DATASTORE_TYPE: 'etcdv3', ETCD_ENDPOINTS: server.endpoint };
  const client = createClient(loadClientConfig({ env }));
  expect(client.store.type).toBe('etcdv3');
  await seed(client);
  await client.close();
  await expectExperiments(env);
});
