// The first steps of a newcomer on a real API server, and what kubectl shows of it.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, loadClientConfig } from '../../src/index.ts';
import { expectExperiments, seedPolicy } from '../datastore/experiments.ts';
import { createNamespace, createPod } from './pods.ts';
import { type Cluster, startCluster } from './server.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
  cluster.kubectl(['create', '-f', join(import.meta.dirname, '../../deploy/crds')]);
  cluster.kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all']);
  const annotations = {
    'projectcalico.org/IPv4Address': '192.0.2.11/24',
    'projectcalico.org/ASNumber': '65001',
  };
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', annotations } };
  cluster.kubectl(['create', '-f', '-'], JSON.stringify(node));
  createNamespace(cluster, 'prod');
  createPod(cluster, {
    name: 'web',
    namespace: 'prod',
    node: 'n1',
    labels: { app: 'web' },
    ips: ['10.65.0.2'],
  });
});
afterAll(() => cluster?.stop());

test('examples/coming-from-calicoctl.sh on Kubernetes', async () => {
  const env = { DATASTORE_TYPE: 'kubernetes', KUBECONFIG: cluster.kubeconfig() };
  const client = createClient(loadClientConfig({ env }));
  expect(client.store.type).toBe('kubernetes');
  await seedPolicy(client);
  await client.close();
  await expectExperiments(env);
});

test('kubectl shows the CRDs, and the objects under their names', () => {
  const crds = cluster.kubectl(['get', 'crd', '-o', 'name']).trim().split('\n');
  expect(crds).toContain('customresourcedefinition.apiextensions.k8s.io/ippools.crd.projectcalico.org');
  expect(crds.filter((name) => name.endsWith('.crd.projectcalico.org')).length).toBe(crds.length);
  const [head = '', row = ''] = cluster.kubectl(['get', 'ippools.crd.projectcalico.org']).split('\n');
  expect(head).toMatch(/^NAME +CIDR /);
  expect(row).toMatch(/^default-ipv4 +10\.65\.0\.0\/16 /);
  const described = cluster.kubectl(['describe', 'ippools.crd.projectcalico.org', 'default-ipv4']);
  expect(described).toMatch(/^Name: +default-ipv4$/m);
  expect(described).toMatch(/^ {2}Cidr: +10\.65\.0\.0\/16$/m);
  expect(described).toMatch(/^ {2}Block Size: +26$/m);
  expect(cluster.kubectl(['describe', 'networkpolicies.crd.projectcalico.org', '-n', 'prod'])).toContain(
    "app == 'db'",
  );
});
