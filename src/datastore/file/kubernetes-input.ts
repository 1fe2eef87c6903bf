// The Kubernetes objects of an input, among its other resources: each is there under its own name and under that of what
// it was converted to.
import type { Conversion } from '../../convert/index.ts';
import { type Problem, problem } from '../../errors/problem.ts';
import {
  type KubernetesObject,
  type KubernetesType,
  type Node,
  type Resource,
  type ResourceKey,
  resourceKey,
} from '../../resources/index.ts';
import { absenceOf, convertLater, readObject, saysTheSame, type Seen } from './kubernetes.ts';
import { missingProfiles } from './kubernetes-missing.ts';
import { kubernetesNotices } from './kubernetes-notices.ts';
import { duplicate, type Found, type Loading } from './loading.ts';
import type { Origin } from './origins.ts';

interface Waiting {
  readonly object: KubernetesObject;
  readonly key: ResourceKey;
  readonly found: Found;
}

export interface KubernetesInput {
  readonly seen: Seen[];
  /** What became of each object, by its key and by that of its value: an object may be given twice. */
  readonly values: Map<ResourceKey, Resource | undefined>;
  readonly waiting: Waiting[];
  /** Other kinds, with how many there are and where the first is. */
  readonly others: Map<string, { count: number; readonly first: Origin }>;
  /** What is wrong with annotations in the same way in many pods, as in those of one template. */
  readonly limits: Map<string, { count: number; readonly first: Problem }>;
}

export function kubernetesInput(): KubernetesInput {
  return { seen: [], values: new Map(), waiting: [], others: new Map(), limits: new Map() };
}

export function addKubernetes(
  type: Exclude<KubernetesType, { problem: Problem }>,
  found: Found,
  loading: Loading,
): void {
  const { options, problems, kubernetes } = loading;
  if ('other' in type) {
    const other = kubernetes.others.get(type.other);
    if (other) other.count++;
    else kubernetes.others.set(type.other, { count: 1, first: found.origin });
    return;
  }
  const { key, object, conversion, problems: wrong } = readObject(type.known, found.raw, options);
  for (const p of wrong) {
    if (p.code === 'convert/qos') countLimit(p, found, loading);
    else problems.push(found.place(p));
  }
  if (key === undefined) return;
  if (!object) claim(key, found.origin, loading, found.place);
  else if (conversion) put(key, object, conversion, found, loading);
  else kubernetes.waiting.push({ object, key, found });
}

function countLimit(fault: Problem, found: Found, { kubernetes: { limits } }: Loading): void {
  const text = JSON.stringify([fault.path, fault.message]);
  const known = limits.get(text);
  if (known) known.count++;
  else limits.set(text, { count: 1, first: found.place(fault) });
}

/** Files the name; false when it is taken. */
function claim(key: ResourceKey, origin: Origin, loading: Loading, place: (p: Problem) => Problem): boolean {
  if (loading.origins.has(key)) {
    loading.problems.push(place(duplicate(key, loading.located)));
    return false;
  }
  loading.origins.set(key, origin);
  return true;
}

function put(
  key: ResourceKey,
  object: KubernetesObject,
  { value, rules, problems }: Conversion,
  { origin, doubtful, place }: Found,
  loading: Loading,
): void {
  const { values, seen } = loading.kubernetes;
  const own = value && keyOf(value);
  if (values.has(key) && saysTheSame(values.get(key), value)) return;
  const same = own !== undefined && own !== key && saysTheSame(givenAs(own, loading), value);
  const from: Origin = { ...origin, converted: { rules } };
  if (!claim(key, from, loading, place)) return;
  values.set(key, value);
  if (own !== undefined && own !== key && !same) {
    if (!claim(own, from, loading, place)) return;
    values.set(own, value);
  }
  if (problems.some(({ severity }) => severity === 'error')) return;
  seen.push({ object, key, value });
  // What has no address counts as absent; its notice is given once for all of them.
  if (value && !same && !doubtful && absenceOf(object, value) === undefined) loading.resources.push(value);
}

/** A resource of Calico's own that was read before. */
function givenAs(key: ResourceKey, { origins, resources }: Loading): Resource | undefined {
  return origins.has(key) ? resources.find((resource) => keyOf(resource) === key) : undefined;
}

const keyOf = ({ kind, metadata }: Resource) => resourceKey(kind, metadata.namespace, metadata.name);

/** After the last file. */
export function finishKubernetes(loading: Loading): void {
  const { kubernetes, located, origins, problems, resources } = loading;
  const nodes = resources.filter((resource): resource is Node => resource.kind === 'Node');
  for (const { object, key, found } of kubernetes.waiting) {
    const conversion = convertLater(object, key, nodes);
    for (const p of conversion.problems) problems.push(found.place(p));
    put(key, object, conversion, found, loading);
  }
  const missing = missingProfiles(
    kubernetes.seen,
    (name) => origins.has(resourceKey('Profile', undefined, name)),
    located,
  );
  resources.push(...missing.profiles);
  problems.push(
    ...missing.problems,
    ...kubernetesNotices(kubernetes.seen, resources, located, loading.options),
    ...otherKinds(loading),
    ...[...kubernetes.limits.values()].map(({ count, first }) =>
      count === 1 ? first : { ...first, message: `${first.message} (so in ${count} pods)` },
    ),
  );
}

function otherKinds({ kubernetes, located }: Loading): Problem[] {
  return [...kubernetes.others].map(([kind, { count, first }]) => {
    const place = located.placeIn(first, ['kind']);
    const message = `${kind} is not relevant to policy${count === 1 ? '' : ` (${count} of them)`}`;
    return problem('resource/not-relevant', message, { severity: 'warning', ...(place && { place }) });
  });
}
