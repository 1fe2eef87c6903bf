// Which command works on which kind on a real API server.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tortie } from '../../src/cli/testing.ts';
import { recordFile } from '../../scripts/docs/kind-support.ts';
import { tryCommands } from '../datastore/kind-commands.ts';
import { createPod } from './pods.ts';
import { type Cluster, startCluster } from './server.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
  cluster.kubectl(['create', '-f', join(import.meta.dirname, '../../deploy/crds')]);
  cluster.kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all']);
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } };
  cluster.kubectl(['create', '-f', '-'], JSON.stringify(node));
  createPod(cluster, { name: 'p', namespace: 'default', node: 'n', labels: {}, ips: ['10.65.0.1'] });
});
afterAll(() => cluster?.stop());

test('kubernetes', async () => {
  const env = { DATASTORE_TYPE: 'kubernetes', KUBECONFIG: cluster.kubeconfig() };
  // The endpoint of the pod is called as the one that is tried everywhere.
  const there = { Node: 'n', Profile: 'kns.default' };
  const tried = await tryCommands((argv) => tortie(argv, { env }), there);
  await expect(tried).toMatchFileSnapshot(recordFile('kubernetes'));
});
