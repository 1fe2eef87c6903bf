// The datastore contract on a real etcd.
import { afterAll, beforeAll } from 'vitest';
import { createEtcdDatastore } from '../../src/datastore/etcd/index.ts';
import { testDatastore } from '../datastore/suite.ts';
import { type EtcdServer, startEtcd } from './server.ts';

let server: EtcdServer;
beforeAll(async () => {
  server = await startEtcd();
});
afterAll(() => server?.remove());

testDatastore({
  name: 'etcd',
  async open() {
    const store = createEtcdDatastore({ endpoints: [server.endpoint] });
    await store.clean();
    return store;
  },
});
