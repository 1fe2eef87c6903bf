// Pod → WorkloadEndpoint. A pod on the host's network, or on no node, is no endpoint; one that has finished is an
// endpoint without addresses, which counts as absent.
import { createHash } from 'node:crypto';
import { type Path, type Problem, problem } from '../errors/problem.ts';
import { parsePrefix } from '../net/index.ts';
import {
  compact,
  type KubernetesObjectOf,
  type WorkloadEndpoint,
  type WorkloadEndpointPort,
  type WorkloadEndpointSpec,
  workloadEndpointName,
} from '../resources/index.ts';
import type { Conversion } from './conversion.ts';
import { masked } from './network-policy.ts';
import { podAddresses } from './pod-addresses.ts';
import { qosControls } from './qos.ts';

type Pod = KubernetesObjectOf<'Pod'>;

const ANNOTATIONS = 'cni.projectcalico.org/';
const NETWORK_STATUS = 'k8s.v1.cni.cncf.io/network-status';

export interface PodOptions {
  /** The interface of a pod with these addresses; undefined: named as Calico's CNI plugin does. */
  readonly interfaceName?: ((addresses: readonly string[]) => string | undefined) | undefined;
}

/** Why a pod is no endpoint. */
export function whyNoEndpoint({ spec }: Pod): 'host-network' | 'no-node' | undefined {
  if (spec.hostNetwork) return 'host-network';
  return spec.nodeName ? undefined : 'no-node';
}

export function convertPod(pod: Pod, options: PodOptions = {}): Conversion<WorkloadEndpoint> {
  if (whyNoEndpoint(pod)) return { problems: [] };
  const { name, namespace = 'default', labels, generateName } = pod.metadata;
  const annotations = pod.metadata.annotations ?? new Map<string, string>();
  const account = pod.spec.serviceAccountName || undefined;
  const { addresses, problems } = podAddresses(pod);
  const spoofed = spoofedPrefixes(annotations, problems);
  const ipNATs = addresses.length === 0 ? [] : nats(annotations, addresses, problems);
  const containerID = annotations.get(`${ANNOTATIONS}containerID`);
  const warnings: Problem[] = [];
  const qos = qosControls(annotations, warnings);
  const spec: WorkloadEndpointSpec = {
    orchestrator: 'k8s',
    node: pod.spec.nodeName,
    pod: name,
    endpoint: 'eth0',
    ...(containerID && { containerID }),
    ...(account && { serviceAccountName: account }),
    ipNetworks: addresses,
    ...(ipNATs.length > 0 && { ipNATs }),
    profiles: [`kns.${namespace}`, ...(account ? [`ksa.${namespace}.${account}`] : [])],
    interfaceName: options.interfaceName?.(addresses) ?? calicoInterface(namespace, name),
    ports: ports(pod),
    ...(spoofed && { allowSpoofedSourcePrefixes: spoofed }),
    ...(qos && { qosControls: qos }),
  };
  const endpoint = workloadEndpointName(spec, ({ message, path }) =>
    problems.push(problem('convert/name', message, { path: path?.[0] === 'node' ? NODE : NAME })),
  );
  if (endpoint === undefined || problems.length > 0) return { problems: [...problems, ...warnings] };
  const own = new Map(labels);
  own.set('projectcalico.org/namespace', namespace);
  own.set('projectcalico.org/orchestrator', 'k8s');
  // A label value has at most 63 characters; Calico leaves out one of exactly 63 too.
  if (account && account.length < 63) own.set('projectcalico.org/serviceaccount', account);
  const networkStatus = annotations.get(NETWORK_STATUS);
  const metadata = {
    name: endpoint,
    namespace,
    labels: own,
    ...(networkStatus !== undefined && { annotations: new Map([[NETWORK_STATUS, networkStatus]]) }),
    ...(generateName && { other: { generateName } }),
  };
  return {
    value: compact({ apiVersion: 'projectcalico.org/v3', kind: 'WorkloadEndpoint', metadata, spec }),
    problems: warnings,
  };
}

const NODE: Path = ['spec', 'nodeName'];
const NAME: Path = ['metadata', 'name'];

/** As Calico's CNI plugin names the host's end: `cali` and eleven hex digits. */
export function calicoInterface(namespace: string, pod: string): string {
  return `cali${createHash('sha1').update(`${namespace}.${pod}`).digest('hex').slice(0, 11)}`;
}

function ports({ spec }: Pod): WorkloadEndpointPort[] {
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])].flatMap((container) =>
    (container.ports ?? []).flatMap(({ name, containerPort, hostPort, hostIP, protocol = 'TCP' }) =>
      containerPort !== 0 && (hostPort || name)
        ? [
            {
              name: name ?? '',
              protocol,
              port: containerPort,
              ...(hostPort && { hostPort }),
              ...(hostIP && { hostIP }),
            },
          ]
        : [],
    ),
  );
}

/** A JSON list of strings in an annotation. */
function listIn(
  annotations: ReadonlyMap<string, string>,
  name: string,
  problems: Problem[],
): readonly string[] | undefined {
  const key = `${ANNOTATIONS}${name}`;
  const text = annotations.get(key);
  if (!text) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
  } catch {
    // Said below.
  }
  problems.push(problem('convert/annotation', 'is no JSON list of strings', { path: annotation(key) }));
  return undefined;
}

const annotation = (key: string): Path => ['metadata', 'annotations', key];

function spoofedPrefixes(
  annotations: ReadonlyMap<string, string>,
  problems: Problem[],
): string[] | undefined {
  return listIn(annotations, 'allowedSourcePrefixes', problems)?.map((text) => {
    if (!text.includes('/') || !parsePrefix(text)) {
      const path = annotation(`${ANNOTATIONS}allowedSourcePrefixes`);
      problems.push(problem('convert/annotation', `invalid CIDR ${JSON.stringify(text)}`, { path }));
    }
    return masked(text);
  });
}

/** Each floating address belongs to the first of the pod's addresses of its family. */
function nats(
  annotations: ReadonlyMap<string, string>,
  addresses: readonly string[],
  problems: Problem[],
): { internalIP: string; externalIP: string }[] {
  return (listIn(annotations, 'floatingIPs', problems) ?? []).flatMap((externalIP) => {
    const internal = addresses.find((address) => address.includes(':') === externalIP.includes(':'));
    return internal === undefined
      ? []
      : [{ internalIP: internal.slice(0, internal.indexOf('/')), externalIP }];
  });
}
