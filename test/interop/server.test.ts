// The test server itself: what the other files of this folder rest on.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from './server.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster?.stop());

it('answers kubectl with its own version, and forgets nothing over a restart', async () => {
  const version = JSON.parse(cluster.kubectl(['version', '-o', 'json']));
  expect(version.serverVersion.gitVersion).toBe(version.clientVersion.gitVersion);
  cluster.kubectl(['create', 'namespace', 'kept']);
  await cluster.restart();
  expect(cluster.kubectl(['get', 'namespace', 'kept', '-o', 'name'])).toBe('namespace/kept\n');
});

it('knows a user who may do nothing', () => {
  expect(() => cluster.kubectl(['--kubeconfig', cluster.kubeconfig('nobody'), 'get', 'pods', '-A'])).toThrow(
    /Forbidden/,
  );
});
