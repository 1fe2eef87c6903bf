// The first steps of a newcomer on a directory as a store. test/etcd and test/interop take them on theirs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createClient, loadClientConfig } from '../../src/index.ts';
import { expectExperiments, seed } from './experiments.ts';

test('examples/coming-from-calicoctl.sh on a directory', async () => {
  const path = mkdtempSync(join(tmpdir(), 'tortie-experiments-'));
  const env = { DATASTORE_TYPE: 'file', FILE_DATASTORE_PATH: path };
  const client = createClient(loadClientConfig({ env }));
  expect(client.store.type).toBe('file');
  await seed(client);
  await client.close();
  await expectExperiments(env);
  rmSync(path, { recursive: true, force: true });
});
