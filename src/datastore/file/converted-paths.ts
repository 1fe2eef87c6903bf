// From a field of a converted resource to the field of the Kubernetes object that it came from.
import type { RuleOrigins } from '../../convert/index.ts';
import type { Path } from '../../errors/problem.ts';

const FIELDS: ReadonlyMap<string, Path> = new Map<string, Path>([
  ['spec.ipNetworks', ['status']],
  ['spec.profiles', ['metadata', 'namespace']],
  ['spec.interfaceName', ['metadata', 'name']],
  ['spec.selector', ['spec', 'podSelector']],
  ['spec.order', ['spec', 'priority']],
]);

/** One rule of Kubernetes can have become several. */
export function originalPath(path: Path, rules: RuleOrigins | undefined): Path {
  const [top, direction, index] = path;
  if (top === 'spec' && (direction === 'ingress' || direction === 'egress') && typeof index === 'number') {
    return rules?.[direction][index] ?? ['spec', direction, index];
  }
  return FIELDS.get(path.join('.')) ?? path;
}
