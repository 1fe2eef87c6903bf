// A cluster as `kubectl get … -o json` dumps it: 5,000 pods of more than 4 KB each, 300 namespaces, 1,000
// NetworkPolicies, 50 nodes. What pods really hold is there (managedFields, environment, volumes, conditions).
const APPS = ['web', 'api', 'db', 'cache', 'queue', 'worker'];

export interface SampleSize {
  readonly pods: number;
  readonly namespaces: number;
  readonly policies: number;
  readonly nodes: number;
}

export const SIZE: SampleSize = { pods: 5000, namespaces: 300, policies: 1000, nodes: 50 };

function metadata(
  name: string,
  namespace: string | undefined,
  labels: Record<string, string>,
  fields: number,
) {
  const owned = Object.fromEntries(
    Array.from({ length: fields }, (_, i) => [`f:field-${i}`, { 'f:name': {}, 'f:value': {}, '.': {} }]),
  );
  return {
    creationTimestamp: '2026-08-12T09:14:33Z',
    labels,
    managedFields: [
      {
        apiVersion: 'v1',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:metadata': { 'f:labels': owned }, 'f:spec': owned },
        manager: 'kube-controller-manager',
        operation: 'Update',
        time: '2026-08-12T09:14:33Z',
      },
    ],
    name,
    ...(namespace && { namespace }),
    resourceVersion: '4711',
    uid: '6c5b4a39-0817-4f26-9d31-a2b3c4d5e6f7',
  };
}

function pod(index: number, { namespaces, nodes }: SampleSize) {
  const app = APPS[index % APPS.length] ?? '';
  const ip = `10.${64 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
  const env = Array.from({ length: 12 }, (_, i) => ({
    name: `SETTING_${i}`,
    valueFrom: { configMapKeyRef: { key: `setting-${i}`, name: `${app}-config`, optional: false } },
  }));
  const probe = {
    failureThreshold: 3,
    httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' },
    periodSeconds: 10,
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata(
        `${app}-${index}`,
        `ns-${index % namespaces}`,
        { app, version: `v${index % 3}`, 'pod-template-hash': 'abc' },
        10,
      ),
      annotations: {
        'cni.projectcalico.org/containerID': `${index}`.padStart(64, 'a'),
        'kubectl.kubernetes.io/last-applied': `{"apiVersion":"v1","kind":"Pod","name":"${app}: # ${index}"}\n`,
      },
    },
    spec: {
      containers: [
        {
          args: ['--listen=:8080', '--verbose', '--format=\'{"a": "b"}\''],
          env,
          image: `registry.example.com/${app}:1.${index % 9}`,
          imagePullPolicy: 'IfNotPresent',
          livenessProbe: probe,
          name: app,
          ports: [{ containerPort: 8080, name: 'http', protocol: 'TCP' }],
          readinessProbe: probe,
          resources: { limits: { cpu: '500m', memory: '256Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
          volumeMounts: [
            { mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', name: 'token', readOnly: true },
          ],
        },
      ],
      nodeName: `node-${index % nodes}`,
      restartPolicy: 'Always',
      serviceAccountName: 'default',
      tolerations: [
        {
          effect: 'NoExecute',
          key: 'node.kubernetes.io/not-ready',
          operator: 'Exists',
          tolerationSeconds: 300,
        },
      ],
      volumes: [
        {
          name: 'token',
          projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: 'token' } }] },
        },
      ],
    },
    status: {
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
        lastProbeTime: null,
        lastTransitionTime: '2026-08-12T09:14:40Z',
        status: 'True',
        type,
      })),
      hostIP: `192.0.2.${index % nodes}`,
      phase: 'Running',
      podIP: ip,
      podIPs: [{ ip }],
      qosClass: 'Burstable',
    },
  };
}

function policy(index: number, { namespaces }: SampleSize) {
  const app = (offset: number) => ({ matchLabels: { app: APPS[(index + offset) % APPS.length] ?? '' } });
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata(`policy-${index}`, `ns-${index % namespaces}`, {}, 2),
    spec: {
      podSelector: app(0),
      ingress: [
        {
          from: [{ podSelector: app(1) }, { namespaceSelector: { matchLabels: { team: `t${index % 20}` } } }],
          ports: [{ port: 'http' }, { port: 8080 }],
        },
        { from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] },
      ],
      policyTypes: ['Ingress'],
    },
  };
}

export function sampleDump(size: SampleSize = SIZE): { apiVersion: string; kind: string; items: unknown[] } {
  const count = <T>(n: number, make: (index: number) => T) =>
    Array.from({ length: n }, (_, index) => make(index));
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      ...count(size.nodes, (i) => ({
        apiVersion: 'v1',
        kind: 'Node',
        metadata: metadata(`node-${i}`, undefined, { zone: `z${i % 3}` }, 4),
        status: { addresses: [{ address: `192.0.2.${i}`, type: 'InternalIP' }] },
      })),
      ...count(size.namespaces, (i) => ({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: metadata(`ns-${i}`, undefined, { team: `t${i % 20}` }, 2),
      })),
      ...count(size.pods, (i) => pod(i, size)),
      ...count(size.policies, (i) => policy(i, size)),
    ],
  };
}
