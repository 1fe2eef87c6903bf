// Pods as workload endpoints. The endpoint's name holds the pod's, so that one endpoint is one request; deleting one
// takes the addresses off the pod's annotations, as Calico's CNI plugin does, and leaves the pod.
import { parseWorkloadEndpointName, workloadEndpointName } from '../../resources/index.ts';
import type { ApiObject, ObjectMeta } from '../../resources/stored/object.ts';
import { DatastoreError, notFound, notSupported } from '../errors.ts';
import type { CallOptions, DeleteOptions, Entry, ObjectKey } from '../types.ts';
import type { Api } from './connect.ts';
import { convertedSource } from './converted.ts';
import { ask, askedOf, getSource, type RawObject, type Source } from './reading.ts';

const KIND = 'WorkloadEndpoint';
const POD_IP = 'cni.projectcalico.org/podIP';

interface PodSpec {
  readonly nodeName?: string;
  readonly hostNetwork?: boolean;
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
}

interface Container {
  readonly ports?: readonly {
    readonly name?: string;
    readonly containerPort?: number;
    readonly hostPort?: number;
    readonly hostIP?: string;
    readonly protocol?: string;
  }[];
}

const specOf = (raw: RawObject) => (raw['spec'] ?? {}) as PodSpec;

/** A pod on the host's network or on no node has none. */
function keyOf(raw: RawObject): ObjectKey | undefined {
  const { name, namespace } = raw.metadata ?? {};
  const { nodeName, hostNetwork } = specOf(raw);
  if (!name || !namespace || !nodeName || hostNetwork) return undefined;
  const identifiers = { node: nodeName, orchestrator: 'k8s', pod: name, endpoint: 'eth0' };
  const endpoint = workloadEndpointName(identifiers, () => undefined);
  return endpoint === undefined ? undefined : { kind: KIND, namespace, name: endpoint };
}

/** Names and addresses of ports stand there even where they are empty, as Calico shows them. */
function withPorts(entry: Entry, raw: RawObject): Entry {
  const { containers = [], initContainers = [] } = specOf(raw);
  const ports = [...containers, ...initContainers].flatMap(({ ports = [] }) =>
    ports
      .filter(({ containerPort, hostPort, name }) => containerPort && (hostPort || name))
      .map(({ name = '', containerPort, hostPort = 0, hostIP = '', protocol = 'TCP' }) => ({
        name,
        protocol,
        port: containerPort,
        hostPort,
        hostIP,
      })),
  );
  const spec = { ...(entry.value.spec as object), ...(ports.length > 0 && { ports }) };
  return { ...entry, value: { ...entry.value, spec } };
}

export const PODS: Source = convertedSource({
  from: 'Pod',
  kind: KIND,
  base: '/api/v1',
  plural: 'pods',
  namespaced: true,
  turned: false,
  key: keyOf,
  nameOf: (name) => podOf(name),
  more: ({ metadata }) => {
    const { generateName } = (metadata ?? {}) as ObjectMeta;
    return generateName === undefined ? {} : { generateName };
  },
  finish: withPorts,
});

function podOf(endpoint: string): string | undefined {
  const [, orchestrator, pod] = parseWorkloadEndpointName(endpoint) ?? [];
  return orchestrator === 'k8s' ? pod || undefined : undefined;
}

const FORM =
  'an endpoint of a pod is called NODE-k8s-POD-eth0, with every dash of NODE and POD written twice';

function misnamed(key: ObjectKey): DatastoreError {
  const { name } = key;
  if (parseWorkloadEndpointName(name) !== undefined)
    return notFound(key, 'malformed WorkloadEndpoint name - unable to determine Pod name', FORM);
  const message = `Error parsing ${name}, verify that WorkloadEndpoint name is correct`;
  return new DatastoreError('datastore/invalid', message, { key, hint: FORM });
}

export const endpointKind = (api: Api) => {
  const rawOf = async (key: ObjectKey, options?: CallOptions): Promise<readonly [RawObject, string]> => {
    const pod = podOf(key.name);
    if (!pod) throw misnamed(key);
    return [await getSource(api, PODS, key, pod, options?.signal), pod];
  };
  const entryOf = (key: ObjectKey, raw: RawObject): Entry => {
    const entry = PODS.read(raw);
    // The pod is there, on another node or without an endpoint.
    if (!entry || entry.key.name !== key.name) throw notFound(key);
    return entry;
  };
  const refuse = (operation: string, object: ApiObject) => {
    const { name, namespace = '' } = object.metadata;
    return notSupported(operation, { kind: KIND, namespace, name }, 'workload endpoints are made of pods');
  };
  return {
    async get(key: ObjectKey, options?: CallOptions): Promise<Entry> {
      return entryOf(key, (await rawOf(key, options))[0]);
    },
    async delete(key: ObjectKey, { uid, signal }: DeleteOptions = {}): Promise<Entry> {
      const [raw, pod] = await rawOf(key, signal && { signal });
      const entry = entryOf(key, raw);
      if (uid !== undefined && raw.metadata?.uid !== uid) throw notFound(key);
      const annotations = { [POD_IP]: '', [`${POD_IP}s`]: '' };
      await ask(api, 'PATCH', `${PODS.path(key.namespace, pod)}/status`, askedOf(PODS, 'patch', key), {
        body: { metadata: { uid: raw.metadata?.uid, annotations } },
        contentType: 'application/strategic-merge-patch+json',
        signal,
      });
      return entry;
    },
    async create(object: ApiObject): Promise<Entry> {
      throw refuse('Create', object);
    },
    async update(object: ApiObject): Promise<Entry> {
      throw refuse('Update', object);
    },
    async apply(object: ApiObject): Promise<Entry> {
      throw refuse('Apply', object);
    },
  };
};
