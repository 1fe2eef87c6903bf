// The example of the typed client on a real etcd.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, loadClientConfig } from '../../src/index.ts';
import { expectExample } from '../datastore/example.ts';
import { type EtcdServer, startEtcd } from './server.ts';

let server: EtcdServer;
beforeAll(async () => {
  server = await startEtcd();
  await server.start();
});
afterAll(() => server?.remove());

test('examples/client.ts on etcd', async () => {
  const env = { DATASTORE_TYPE: 'etcdv3', ETCD_ENDPOINTS: server.endpoint };
  const client = createClient(loadClientConfig({ env }));
  expect(client.store.type).toBe('etcdv3');
  await client.nodes.create({ metadata: { name: 'n1' }, spec: { bgp: { ipv4Address: '192.0.2.11/24' } } });
  await expectExample(client, ['n1 192.0.2.11/24']);
  await client.close();
});
