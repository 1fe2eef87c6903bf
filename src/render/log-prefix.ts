// The prefix of a LOG rule: Calico's `%t %k %n %p`, expanded. Cutting to the dialect's limit is the dialect's affair.

/** Whom the rule belongs to. */
export interface LogSubject {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly tier?: string;
}

const SHORT_KINDS: ReadonlyMap<string, string> = new Map([
  ['NetworkPolicy', 'np'],
  ['GlobalNetworkPolicy', 'gnp'],
  ['KubernetesNetworkPolicy', 'knp'],
  ['KubernetesClusterNetworkPolicy', 'kcnp'],
  ['Profile', 'pro'],
]);

/** %t the tier (nothing for a profile), %k the short kind, %n the name, %p namespace/name. */
export function expandLogPrefix(template: string, subject: LogSubject): string {
  if (!template.includes('%')) return template;
  const { kind, namespace, name, tier } = subject;
  const values: ReadonlyMap<string, string> = new Map([
    ['%t', tier ?? ''],
    ['%k', SHORT_KINDS.get(kind) ?? 'unknown'],
    ['%n', name],
    ['%p', namespace === undefined ? name : `${namespace}/${name}`],
  ]);
  return template.replace(/%[tknp]/g, (specifier) => values.get(specifier) ?? specifier);
}
