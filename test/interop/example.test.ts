// The example of the typed client on a real API server, whose nodes are Kubernetes'.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, loadClientConfig } from '../../src/index.ts';
import { expectExample } from '../datastore/example.ts';
import { type Cluster, startCluster } from './server.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
  cluster.kubectl(['create', '-f', join(import.meta.dirname, '../../deploy/crds')]);
  cluster.kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all']);
  const annotations = { 'projectcalico.org/IPv4Address': '192.0.2.11/24' };
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', annotations } };
  cluster.kubectl(['create', '-f', '-'], JSON.stringify(node));
});
afterAll(() => cluster?.stop());

test('examples/client.ts on Kubernetes', async () => {
  const env = { DATASTORE_TYPE: 'kubernetes', KUBECONFIG: cluster.kubeconfig() };
  const client = createClient(loadClientConfig({ env }));
  expect(client.store.type).toBe('kubernetes');
  await expectExample(client, ['n1 192.0.2.11/24']);
  await client.close();
});
