// Which command works on which kind in etcd.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tortie } from '../../src/cli/testing.ts';
import { recordFile } from '../../scripts/docs/kind-support.ts';
import { tryCommands } from '../datastore/kind-commands.ts';
import { type EtcdServer, startEtcd } from './server.ts';

let etcd: EtcdServer;
beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd?.remove());

test('etcd', async () => {
  const env = { DATASTORE_TYPE: 'etcdv3', ETCD_ENDPOINTS: etcd.endpoint };
  const tried = await tryCommands((argv) => tortie(argv, { env }));
  await expect(tried).toMatchFileSnapshot(recordFile('etcd'));
});
