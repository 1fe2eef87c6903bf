// Kinds of Kubernetes as Calico's (src/convert): read as the API server gives them, checked, converted. What cannot be
// read or converted is an error with the reasons, never a weaker object.
import { convertObject, type ConvertOptions } from '../../convert/index.ts';
import {
  KUBERNETES_KINDS,
  type KubernetesKind,
  type KubernetesObject,
  parseKubernetes,
  type Resource,
} from '../../resources/index.ts';
import type { ObjectMeta } from '../../resources/stored/object.ts';
import type { Entry, ObjectKey, Revision } from '../types.ts';
import { plainObject } from './plain.ts';
import { type RawObject, type Source, unreadableObject } from './reading.ts';
import { reversedUid } from './uid.ts';

interface Converted {
  readonly from: KubernetesKind;
  /** Calico's kind. */
  readonly kind: string;
  readonly base: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Whether Calico turns the bits of the UID. */
  readonly turned: boolean;
  readonly key: (raw: RawObject) => ObjectKey | undefined;
  readonly revision?: (raw: RawObject) => Revision;
  readonly nameOf?: (name: string) => string | undefined;
  /** What Calico shows and the conversion does not carry. */
  readonly more?: (raw: RawObject) => Partial<ObjectMeta>;
  /** After the conversion; for what only a display needs. */
  readonly finish?: (entry: Entry, raw: RawObject) => Entry;
}

export function convertedSource(options: Converted, convert: () => ConvertOptions = () => ({})): Source {
  const info = KUBERNETES_KINDS.find(({ kind }) => kind === options.from);
  if (!info) throw new Error(`no Kubernetes kind ${options.from}`);
  return {
    kind: options.kind,
    resource: options.plural,
    path: (namespace, name) =>
      [
        options.base,
        ...(options.namespaced && namespace ? [`namespaces/${encodeURIComponent(namespace)}`] : []),
        options.plural,
        name && encodeURIComponent(name),
      ]
        .filter(Boolean)
        .join('/'),
    key: options.key,
    ...(options.nameOf && { nameOf: options.nameOf }),
    read(raw) {
      const key = options.key(raw);
      if (!key) return undefined;
      const whole = { ...raw, apiVersion: info.apiVersion, kind: info.kind };
      const { value: object, problems } = parseKubernetes(info, whole);
      if (!object) throw unreadableObject(key, whole, problems);
      const resource = converted(object, key, whole, convert());
      if (!resource) return undefined;
      const { uid, resourceVersion = '', creationTimestamp } = (raw.metadata ?? {}) as ObjectMeta;
      const revision = options.revision?.(raw) ?? resourceVersion;
      const mine = uid !== undefined && options.turned ? reversedUid(uid) : uid;
      const value = plainObject(resource, {
        ...(mine !== undefined && { uid: mine }),
        ...(creationTimestamp !== undefined && { creationTimestamp }),
        resourceVersion: revision,
        ...options.more?.(raw),
      });
      const entry: Entry = { key, value, revision, resource };
      return options.finish?.(entry, raw) ?? entry;
    },
  };
}

function converted(
  object: KubernetesObject,
  key: ObjectKey,
  raw: RawObject,
  options: ConvertOptions,
): Resource | undefined {
  const { value, problems } = convertObject(object, options);
  if (problems.some(({ severity }) => severity === 'error')) throw unreadableObject(key, raw, problems);
  return value;
}

const named = (kind: string, { metadata }: RawObject): ObjectKey | undefined => {
  const { name, namespace } = metadata ?? {};
  return name ? { kind, name, ...(namespace !== undefined && { namespace }) } : undefined;
};

export const NETWORK_POLICIES: Source = convertedSource({
  from: 'NetworkPolicy',
  kind: 'KubernetesNetworkPolicy',
  base: '/apis/networking.k8s.io/v1',
  plural: 'networkpolicies',
  namespaced: true,
  turned: true,
  key: (raw) => named('KubernetesNetworkPolicy', raw),
});

export const ENDPOINT_SLICES: Source = convertedSource({
  from: 'EndpointSlice',
  kind: 'KubernetesEndpointSlice',
  base: '/apis/discovery.k8s.io/v1',
  plural: 'endpointslices',
  namespaced: true,
  turned: false,
  key: (raw) => named('KubernetesEndpointSlice', raw),
});

/** Services say nothing to policy by themselves; they are shown as they are. */
export const SERVICES: Source = {
  kind: 'KubernetesService',
  resource: 'services',
  path: (namespace, name) =>
    [
      '/api/v1',
      ...(namespace ? [`namespaces/${encodeURIComponent(namespace)}`] : []),
      'services',
      name && encodeURIComponent(name),
    ]
      .filter(Boolean)
      .join('/'),
  key: (raw) => named('KubernetesService', raw),
  read(raw) {
    const key = named('KubernetesService', raw);
    if (!key) return undefined;
    const { metadata, ...rest } = raw;
    const value = {
      ...rest,
      apiVersion: 'v1',
      kind: 'KubernetesService',
      metadata: metadata as unknown as ObjectMeta,
    };
    return { key, value, revision: metadata?.resourceVersion ?? '' };
  },
};
