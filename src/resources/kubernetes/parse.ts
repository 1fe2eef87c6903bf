// From what a YAML or JSON reader gives to a Kubernetes object, every problem at once; and what is none of ours.
import { type Problem, problem, type Result } from '../../errors/problem.ts';
import { suggest } from '../../errors/suggest.ts';
import { KINDS } from '../catalogue.ts';
import type { ParseOptions } from '../parse.ts';
import { plainData } from '../plain.ts';
import { API_VERSION } from '../resource.ts';
import { fieldsOf, textOf } from '../fields.ts';
import { type ResourceKey, resourceKey } from '../types.ts';
import { problemsOf } from '../zod-issues.ts';
import { type KubernetesKind, type KubernetesObject, OBJECTS } from './objects.ts';

interface KindOfKubernetes {
  readonly kind: KubernetesKind;
  readonly apiVersion: string;
  readonly namespaced: boolean;
  /** In resource keys: Calico's name for the kind where Kubernetes' own is ambiguous. */
  readonly key: string;
}

const row = (kind: KubernetesKind, apiVersion: string, namespaced: boolean, key: string = kind) => ({
  kind,
  apiVersion,
  namespaced,
  key,
});

export const KUBERNETES_KINDS: readonly KindOfKubernetes[] = [
  row('Pod', 'v1', true),
  row('Namespace', 'v1', false),
  row('ServiceAccount', 'v1', true),
  row('Node', 'v1', false),
  row('Service', 'v1', true),
  row('EndpointSlice', 'discovery.k8s.io/v1', true, 'KubernetesEndpointSlice'),
  row('NetworkPolicy', 'networking.k8s.io/v1', true, 'KubernetesNetworkPolicy'),
  row('ClusterNetworkPolicy', 'policy.networking.k8s.io/v1alpha2', false, 'KubernetesClusterNetworkPolicy'),
];

const BY_TYPE = new Map(KUBERNETES_KINDS.map((info) => [`${info.apiVersion} ${info.kind}`, info]));

/** The API groups of policy: an unknown kind or version in them may be a policy, and must not be skipped. */
const POLICY_GROUP = /^((policy\.)?networking\.k8s\.io|extensions)\//;
const NOT_POLICY = new Set(['Ingress', 'IngressClass', 'IPAddress', 'ServiceCIDR']);
const READABLE = [API_VERSION, ...KUBERNETES_KINDS.map(({ apiVersion }) => apiVersion)];

export type KubernetesType =
  /** A kind that matters to policy. */
  | { readonly known: KindOfKubernetes }
  /** Any other kind of Kubernetes, or of something installed in it: not relevant to policy. */
  | { readonly other: string }
  /** May say something about policy that we do not read. */
  | { readonly problem: Problem };

const KUBERNETES = /^(v1|[a-z0-9.-]+\/v\d+((alpha|beta)\d+)?)$/;

/** Undefined for what is no Kubernetes object: of Calico, or without a type. */
export function kubernetesType(raw: unknown): KubernetesType | undefined {
  const { apiVersion, kind } = fieldsOf(raw);
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || kind === '') return undefined;
  if (!KUBERNETES.test(apiVersion) || apiVersion.includes('projectcalico.org/')) return undefined;
  const known = BY_TYPE.get(`${apiVersion} ${kind}`);
  if (known) return { known };
  const sameKind = KUBERNETES_KINDS.find((info) => info.kind === kind);
  // A kind of ours in another version is not skipped; in another group it is none of ours (a Service of Knative).
  const ours = sameKind && (apiVersion === 'v1' || groupOf(apiVersion) === groupOf(sameKind.apiVersion));
  const policy = POLICY_GROUP.test(apiVersion) && !NOT_POLICY.has(kind);
  // Nor is what may be a slip of the pen.
  const misspelt =
    !READABLE.includes(apiVersion) && suggest(groupOf(apiVersion), READABLE.map(groupOf)) !== undefined;
  if (ours || policy || misspelt) return { problem: unreadable(apiVersion, kind) };
  return { other: `${kind} (${apiVersion})` };
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

function unreadable(apiVersion: string, kind: string): Problem {
  const readable = KUBERNETES_KINDS.find((info) => info.kind === kind)?.apiVersion;
  const near = KINDS.has(kind) && apiVersion.includes('calico') ? API_VERSION : readable;
  const more = near === undefined ? {} : { hint: `write "apiVersion: ${near}"` };
  return problem('resource/api-version', `${kind} of ${apiVersion} is not supported`, {
    path: ['apiVersion'],
    ...more,
  });
}

/** What the object calls itself, valid or not. */
export function kubernetesKey(
  info: KindOfKubernetes,
  raw: unknown,
  options: ParseOptions = {},
): ResourceKey | undefined {
  const { name, namespace } = fieldsOf(fieldsOf(raw)['metadata']);
  const given = textOf(name);
  if (given === undefined) return undefined;
  const inside = info.namespaced ? (textOf(namespace) ?? options.namespace ?? 'default') : undefined;
  return resourceKey(info.key, inside, given);
}

/** Namespaced objects without a namespace are in `default`. */
export function parseKubernetes(
  info: KindOfKubernetes,
  raw: unknown,
  options: ParseOptions = {},
): Result<KubernetesObject> {
  const key = kubernetesKey(info, raw, options);
  const { value, problems } = plainData(raw);
  const schema = OBJECTS[info.kind];
  const parsed = schema.safeParse(value);
  if (!parsed.success) problems.push(...problemsOf(parsed.error.issues, schema, value, []));
  const named = key === undefined ? problems : problems.map((p) => ({ ...p, resource: key }));
  if (!parsed.success || named.length > 0) return { problems: named };
  const { namespace: _, ...metadata } = parsed.data.metadata;
  const inside = parsed.data.metadata.namespace ?? options.namespace ?? 'default';
  const object = {
    ...parsed.data,
    kind: info.kind,
    metadata: info.namespaced ? { ...metadata, namespace: inside } : metadata,
  };
  // The schema is that of the kind.
  return { value: object as KubernetesObject, problems: [] };
}
