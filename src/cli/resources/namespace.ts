// Which namespace is meant, by the object and by the options, as calicoctl decides it.
import type { KindInfo } from '../../resources/catalogue.ts';
import { refuse } from './failure.ts';

export interface NamespaceOptions {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
}

/** Undefined: all of them, or none because the kind has none. */
export function namespaceOf(
  { kind, namespaced }: KindInfo,
  own: string | undefined,
  { namespace: given, allNamespaces = false }: NamespaceOptions,
): string | undefined {
  // Scripts give `-n "$NS"`.
  const namespace = given || undefined;
  if (namespace !== undefined && allNamespaces)
    refuse('cannot use both --namespace and --all-namespaces flags at the same time');
  if (!namespaced) {
    if (own)
      refuse(
        `namespace should not be specified for a non-namespaced resource. ${kind} is not a namespaced resource`,
      );
    if (namespace !== undefined || allNamespaces) refuse(`${kind} is not namespaced`);
    return undefined;
  }
  if (allNamespaces) return undefined;
  if (own && namespace && own !== namespace)
    refuse(`resource namespace does not match client namespace. ${own} != ${namespace}`);
  return namespace || own || 'default';
}
