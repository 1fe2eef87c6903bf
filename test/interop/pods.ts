// Pods as a kubelet and a scheduler would leave them, without either: on a node, running, with addresses.
import type { Cluster } from './server.ts';

export interface PodGiven {
  readonly name: string;
  readonly namespace: string;
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ips: readonly string[];
}

export function createPod(cluster: Cluster, { name, namespace, node, labels, ips }: PodGiven): void {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: {
      nodeName: node,
      automountServiceAccountToken: false,
      containers: [{ name: 'main', image: 'none' }],
    },
  };
  cluster.kubectl(['create', '-f', '-'], JSON.stringify(pod));
  const status = { phase: 'Running', podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) };
  const patch = ['patch', 'pod', name, '-n', namespace, '--subresource=status', '--type=merge'];
  cluster.kubectl([...patch, '-p', JSON.stringify({ status })]);
}

export function createNamespace(
  cluster: Cluster,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): void {
  cluster.kubectl(
    ['create', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }),
  );
}
