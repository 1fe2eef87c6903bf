// The workload of bench/etcd: 100,000 workload endpoints of about 550 bytes, as Calico's CNI plugin stores them.
export const ENDPOINTS = 100_000;
export const FOLDER = '/calico/resources/v3/projectcalico.org/workloadendpoints/';

const utf8 = new TextEncoder();

/** `generation` tells one write of the same endpoint from another. */
export function put(n: number, generation: number) {
  const [namespace, pod, node] = [`ns-${n % 500}`, `pod-${n}`, `node-${n % 1000}`];
  const name = `node--${n % 1000}-k8s-pod--${n}-eth0`;
  const value = {
    kind: 'WorkloadEndpoint',
    apiVersion: 'projectcalico.org/v3',
    metadata: {
      name,
      namespace,
      uid: '7aa8aec3-453d-4afd-b724-b97e9139e19d',
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: {
        app: `app-${n % 200}`,
        generation: String(generation),
        'projectcalico.org/namespace': namespace,
        'projectcalico.org/orchestrator': 'k8s',
      },
    },
    spec: {
      orchestrator: 'k8s',
      node,
      pod,
      endpoint: 'eth0',
      ipNetworks: [`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}/32`],
      profiles: [`kns.${namespace}`],
      interfaceName: `cali${String(n).padStart(11, '0')}`,
    },
  };
  return { key: utf8.encode(`${FOLDER}${namespace}/${name}`), value: utf8.encode(JSON.stringify(value)) };
}
