// Namespace and ServiceAccount → Profile. Pods list both; their labels reach the pods' labels with a prefix, and the
// namespace's lets through what no policy has judged.
import { compact, type KubernetesObjectOf, type Profile, type Rule } from '../resources/index.ts';
import type { Conversion } from './conversion.ts';

const NAME_LABEL = 'projectcalico.org/name';

export function convertNamespace({ metadata }: KubernetesObjectOf<'Namespace'>): Conversion<Profile> {
  return profile(`kns.${metadata.name}`, 'pcns.', metadata, [allow()], [allow()]);
}

export function convertServiceAccount({
  metadata,
}: KubernetesObjectOf<'ServiceAccount'>): Conversion<Profile> {
  return profile(`ksa.${metadata.namespace ?? 'default'}.${metadata.name}`, 'pcsa.', metadata, [], []);
}

function allow(): Rule {
  return { action: 'Allow', source: {}, destination: {} };
}

interface Labelled {
  readonly name: string;
  readonly labels?: ReadonlyMap<string, string> | undefined;
}

function profile(
  name: string,
  prefix: string,
  from: Labelled,
  ingress: Rule[],
  egress: Rule[],
): Conversion<Profile> {
  const labelsToApply = new Map<string, string>();
  for (const [key, value] of from.labels ?? []) labelsToApply.set(`${prefix}${key}`, value);
  // Also where a user has given a label of this name.
  labelsToApply.set(`${prefix}${NAME_LABEL}`, from.name);
  const value: Profile = {
    apiVersion: 'projectcalico.org/v3',
    kind: 'Profile',
    metadata: { name },
    spec: { ingress, egress, labelsToApply },
  };
  return { value: compact(value), problems: [] };
}
