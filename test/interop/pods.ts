// Pods as a kubelet and a scheduler would leave them, without either: on a node, running, with addresses.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
  setStatus(cluster, namespace, name, { phase: 'Running', ...addresses(ips) });
}

const addresses = (ips: readonly string[]) =>
  ips.length > 0 ? { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) } : {};

function setStatus(cluster: Cluster, namespace: string, name: string, status: object): void {
  const patch = ['patch', 'pod', name, '-n', namespace, '--subresource=status', '--type=merge'];
  cluster.kubectl([...patch, '-p', JSON.stringify({ status })]);
}

/** What was recorded of pods in Calico, and the endpoints that it made of them. */
export type RecordedPod = Readonly<Record<string, unknown>>;
export type RecordedCase = readonly [
  namespaced: string,
  pod: RecordedPod,
  endpoint: { readonly name: string; readonly [field: string]: unknown } | null,
];
export const recordedPods = (): readonly RecordedCase[] =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, '../../src/convert/testing/pods.json'), 'utf8'),
  ) as RecordedCase[];

export function createRecordedPod(
  cluster: Cluster,
  namespaced: string,
  pod: RecordedPod,
): { readonly namespace: string; readonly name: string } {
  const [namespace = '', name = ''] = namespaced.split('/');
  const { labels, annotations, generateName, hostNetwork, serviceAccountName, ports, initPorts } = pod;
  const nodeName = pod['node'] === undefined ? 'node-1' : pod['node'];
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels, annotations, generateName },
    spec: {
      containers: [{ name: 'c', image: 'i', ports }],
      ...(initPorts !== undefined && { initContainers: [{ name: 'i', image: 'i', ports: initPorts }] }),
      ...(nodeName !== null && { nodeName }),
      hostNetwork,
      serviceAccountName,
    },
  };
  cluster.kubectl(['create', '-f', '-'], JSON.stringify(object));
  const ips = (pod['podIPs'] ?? []) as string[];
  setStatus(cluster, namespace, name, { phase: pod['phase'] ?? 'Running', ...addresses(ips) });
  return { namespace, name };
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
