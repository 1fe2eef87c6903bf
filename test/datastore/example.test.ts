// The example of the typed client, on the stores that need no server. test/etcd and test/interop run it on theirs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createClient } from '../../src/index.ts';
import { createFileDatastore } from '../../src/datastore/file/store/index.ts';
import { createMemoryDatastore } from '../../src/datastore/memory/index.ts';
import { expectExample } from './example.ts';

const folder = mkdtempSync(join(tmpdir(), 'tortie-example-'));

test.each([
  ['memory', () => createMemoryDatastore()],
  ['file', () => createFileDatastore({ path: folder, times: { settle: 5 } })],
])('examples/client.ts on %s', async (type, open) => {
  const client = createClient(open());
  expect(client.store.type).toBe(type);
  await client.nodes.create({ metadata: { name: 'n1' }, spec: { bgp: { ipv4Address: '192.0.2.11/24' } } });
  await client.nodes.create({ metadata: { name: 'n2' }, spec: {} });
  await expectExample(client, ['n1 192.0.2.11/24', 'n2 -']);
  await client.close();
  rmSync(folder, { recursive: true, force: true });
});
