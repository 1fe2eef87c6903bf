// Nodes: Calico's part of one is kept in annotations of the Kubernetes node. Reading joins both; writing changes the
// annotations alone, upon what is there at that moment, so the caller's revision is not compared (as in Calico). Nodes
// are made and deleted by Kubernetes.
import { parseAddress, parsePrefix } from '../../net/index.ts';
import { API_VERSION } from '../../resources/resource.ts';
import { normaliseObject } from '../../resources/api-object.ts';
import type { ApiObject, ObjectMeta } from '../../resources/stored/object.ts';
import { conflict, DatastoreError, notSupported } from '../errors.ts';
import { keyOf } from '../keys.ts';
import type { CallOptions, Entry, ObjectKey } from '../types.ts';
import type { Api } from './connect.ts';
import { ask, askedOf, getSource, type RawObject, type Source } from './reading.ts';

const PREFIX = 'projectcalico.org/';
/** Shown, never stored: the labels that Kubernetes owns, so that a later write can tell them from Calico's. */
const KUBE_LABELS = `${PREFIX}kube-labels`;

type Texts = Readonly<Record<string, string>>;
type Fields = Readonly<Record<string, unknown>>;

const address = (text: string) => parseAddress(text) !== undefined;
const prefix = (text: string) => parsePrefix(text) !== undefined;
const any = () => true;

/** Annotation → field, and what makes its value count; another one is ignored, as Calico does. */
const FIELDS: readonly (readonly [
  name: string,
  path: readonly string[],
  valid: (text: string) => boolean,
])[] = [
  ['IPv4Address', ['spec', 'bgp', 'ipv4Address'], prefix],
  ['IPv6Address', ['spec', 'bgp', 'ipv6Address'], prefix],
  ['IPv4IPIPTunnelAddr', ['spec', 'bgp', 'ipv4IPIPTunnelAddr'], address],
  ['RouteReflectorClusterID', ['spec', 'bgp', 'routeReflectorClusterID'], any],
  ['IPv4VXLANTunnelAddr', ['spec', 'ipv4VXLANTunnelAddr'], any],
  ['VXLANTunnelMACAddr', ['spec', 'vxlanTunnelMACAddr'], any],
  ['IPv6VXLANTunnelAddr', ['spec', 'ipv6VXLANTunnelAddr'], any],
  ['VXLANTunnelMACAddrV6', ['spec', 'vxlanTunnelMACAddrV6'], any],
  ['IPv4WireguardInterfaceAddr', ['spec', 'wireguard', 'interfaceIPv4Address'], address],
  ['IPv6WireguardInterfaceAddr', ['spec', 'wireguard', 'interfaceIPv6Address'], address],
  ['WireguardPublicKey', ['status', 'wireguardPublicKey'], any],
  ['WireguardPublicKeyV6', ['status', 'wireguardPublicKeyV6'], any],
];
const AS_NUMBER = 'ASNumber';
const INTERFACES = 'Interfaces';

export interface NodeOptions {
  /** Tunnel addresses follow from the node's pod CIDR (`usePodCIDR`). */
  readonly usePodCidr: boolean;
}

const path = (name?: string) => ['/api/v1/nodes', name && encodeURIComponent(name)].filter(Boolean).join('/');

export function nodeSource(options: NodeOptions): Source {
  const key = ({ metadata }: RawObject): ObjectKey | undefined =>
    metadata?.name ? { kind: 'Node', name: metadata.name } : undefined;
  return {
    kind: 'Node',
    resource: 'nodes',
    path: (_namespace, name) => path(name),
    key,
    read(raw) {
      const found = key(raw);
      return (
        found && { key: found, value: shown(raw, options), revision: raw.metadata?.resourceVersion ?? '' }
      );
    },
  };
}

function shown(raw: RawObject, options: NodeOptions): ApiObject {
  const {
    name = '',
    uid,
    resourceVersion,
    creationTimestamp,
    labels,
    annotations = {},
  } = (raw.metadata ?? {}) as Partial<ObjectMeta>;
  const spec: Record<string, unknown> = {};
  const status: Record<string, unknown> = {};
  const set = ([root, ...rest]: readonly string[], value: unknown) => {
    let at: Record<string, unknown> = root === 'spec' ? spec : status;
    for (const step of rest.slice(0, -1)) at = (at[step] ??= {}) as Record<string, unknown>;
    at[rest.at(-1) ?? ''] = value;
  };
  for (const [annotation, to, valid] of FIELDS) {
    const text = annotations[PREFIX + annotation];
    if (text && valid(text)) set(to, text);
  }
  const asNumber = Number(annotations[PREFIX + AS_NUMBER] ?? Number.NaN);
  if (Number.isInteger(asNumber) && asNumber >= 0 && asNumber < 2 ** 32)
    set(['spec', 'bgp', 'asNumber'], asNumber);
  const interfaces = jsonIn(annotations, INTERFACES);
  if (Array.isArray(interfaces)) spec['interfaces'] = interfaces;
  spec['orchRefs'] = [{ nodeName: name, orchestrator: 'k8s' }];
  const { podCIDR, podCIDRs } = (raw['spec'] ?? {}) as {
    readonly podCIDR?: string;
    readonly podCIDRs?: readonly string[];
  };
  if (options.usePodCidr && podCIDR) fromPodCidr(podCIDR, status, spec, set);
  if (podCIDRs && podCIDRs.length > 0) status['podCIDRs'] = podCIDRs;
  const addresses = addressesOf(raw, spec);
  if (addresses.length > 0) spec['addresses'] = addresses;
  const calicoLabels = textsIn(annotations, 'labels');
  const calicoAnnotations = textsIn(annotations, 'annotations');
  const allLabels = { ...calicoLabels, ...labels };
  return normaliseObject({
    kind: 'Node',
    apiVersion: API_VERSION,
    metadata: {
      name,
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(creationTimestamp !== undefined && { creationTimestamp }),
      ...(Object.keys(allLabels).length > 0 && { labels: allLabels }),
      annotations: { ...calicoAnnotations, [KUBE_LABELS]: labels ? sortedJson(labels) : 'null' },
    },
    spec,
    status,
  });
}

function fromPodCidr(
  podCidr: string,
  status: Fields,
  spec: Record<string, unknown>,
  set: (to: readonly string[], value: unknown) => void,
): void {
  const first = firstAddress(podCidr);
  const { ipv4IPIPTunnelAddr: _, ...bgp } = (spec['bgp'] ?? {}) as Fields;
  spec['bgp'] = bgp;
  delete spec['wireguard'];
  if (first === undefined) return;
  set(['spec', 'bgp', 'ipv4IPIPTunnelAddr'], first);
  if (status['wireguardPublicKey']) set(['spec', 'wireguard', 'interfaceIPv4Address'], first);
}

/** The first after the network's own; IPv4 alone. */
function firstAddress(cidr: string): string | undefined {
  const parsed = parsePrefix(cidr)?.prefix;
  if (parsed?.family !== 4) return undefined;
  const bits = parsed.bits + 1n;
  return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.');
}

function addressesOf(raw: RawObject, { bgp }: Fields): readonly object[] {
  const { ipv4Address, ipv6Address } = (bgp ?? {}) as Fields;
  const { addresses = [] } = (raw['status'] ?? {}) as {
    readonly addresses?: readonly { readonly type?: string; readonly address?: string }[];
  };
  return [
    ...[ipv4Address, ipv6Address].flatMap((text) => (text ? [{ address: text, type: 'CalicoNodeIP' }] : [])),
    ...addresses
      .filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP')
      .map(({ type, address: text }) => ({ address: text, type })),
  ];
}

function jsonIn(annotations: Texts, name: string): unknown {
  try {
    return JSON.parse(annotations[PREFIX + name] ?? 'null');
  } catch {
    return undefined;
  }
}

function textsIn(annotations: Texts, name: string): Texts {
  const value = jsonIn(annotations, name);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === 'string'));
}

const sortedJson = (texts: Texts) =>
  JSON.stringify(Object.fromEntries(Object.entries(texts).toSorted(([a], [b]) => (a < b ? -1 : 1))));

/** Annotations of a node that is to say this; null takes one away. */
function annotationsOf(node: ApiObject): Readonly<Record<string, string | null>> {
  const result: Record<string, string | null> = {};
  for (const [annotation, [root, ...rest]] of FIELDS) {
    let value: unknown = root === 'spec' ? node.spec : node.status;
    for (const step of rest) value = (value as Fields | undefined)?.[step];
    result[PREFIX + annotation] = typeof value === 'string' && value !== '' ? value : null;
  }
  const { bgp, interfaces } = (node.spec ?? {}) as {
    readonly bgp?: Fields;
    readonly interfaces?: readonly unknown[];
  };
  const asNumber = bgp?.['asNumber'];
  result[PREFIX + AS_NUMBER] =
    typeof asNumber === 'number' || typeof asNumber === 'string' ? String(asNumber) : null;
  result[PREFIX + INTERFACES] = interfaces && interfaces.length > 0 ? JSON.stringify(interfaces) : null;
  const { [KUBE_LABELS]: kubeLabels = 'null', ...annotations } = node.metadata.annotations ?? {};
  const owned = ownedLabels(kubeLabels);
  const labels = Object.fromEntries(
    Object.entries(node.metadata.labels ?? {}).filter(([key]) => !owned.has(key)),
  );
  result[`${PREFIX}labels`] = Object.keys(labels).length > 0 ? sortedJson(labels) : null;
  result[`${PREFIX}annotations`] = Object.keys(annotations).length > 0 ? sortedJson(annotations) : null;
  return result;
}

/** What the caller had read tells which labels are not Calico's to change. */
function ownedLabels(text: string): ReadonlySet<string> {
  try {
    return new Set(Object.keys((JSON.parse(text) as object | null) ?? {}));
  } catch {
    return new Set();
  }
}

const TRIES = 10;

export const nodeKind = (api: Api, source: Source) => {
  const update = async (object: ApiObject, { signal }: CallOptions = {}): Promise<Entry> => {
    const key = keyOf('Update', object);
    for (let left = TRIES; ; left--) {
      const now = await getSource(api, source, key, key.name, signal);
      const merged: Record<string, unknown> = { ...(now.metadata?.['annotations'] as object | undefined) };
      for (const [name, value] of Object.entries(annotationsOf(object))) {
        if (value === null) delete merged[name];
        else merged[name] = value;
      }
      try {
        const body = { ...now, metadata: { ...now.metadata, annotations: merged } };
        const asked = askedOf(source, 'put', key);
        const answer = await ask(api, 'PUT', `${path(key.name)}/status`, asked, { body, signal });
        const entry = source.read(answer as RawObject);
        if (!entry) throw conflict(key);
        return entry;
      } catch (error) {
        const lost = error instanceof DatastoreError && error.code === 'datastore/conflict';
        if (!lost || left <= 1) throw error;
      }
    }
  };
  const refuse = (operation: string, key: ObjectKey) => notSupported(operation, key);
  return {
    update,
    updateStatus: update,
    apply: update,
    async get(key: ObjectKey, options?: CallOptions): Promise<Entry> {
      const entry = source.read(await getSource(api, source, key, key.name, options?.signal));
      if (!entry) throw conflict(key);
      return entry;
    },
    async create(object: ApiObject): Promise<Entry> {
      throw refuse('Create', keyOf('Create', object));
    },
    async delete(key: ObjectKey): Promise<Entry> {
      throw refuse('Delete', key);
    },
  };
};
