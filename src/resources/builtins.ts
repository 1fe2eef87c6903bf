// What always exists: the tiers that Calico creates, with values that nobody may change, and the profile that lets
// everything through.
import { fieldsOf, listOf } from './fields.ts';
import { type Report } from './schema.ts';
import type { Profile, Resource, Tier } from './resource.ts';
import type { Rule } from './rule/rule.ts';

interface BuiltinTier {
  readonly order: number;
  readonly defaultAction: 'Deny' | 'Pass';
}

export const BUILTIN_TIERS: ReadonlyMap<string, BuiltinTier> = new Map([
  ['kube-admin', { order: 1_000, defaultAction: 'Pass' }],
  ['default', { order: 1_000_000, defaultAction: 'Deny' }],
  ['kube-baseline', { order: 10_000_000, defaultAction: 'Pass' }],
]);

export const DEFAULT_ALLOW_PROFILE = 'projectcalico-default-allow';

function tier([name, spec]: readonly [string, BuiltinTier]): Tier {
  return { apiVersion: 'projectcalico.org/v3', kind: 'Tier', metadata: { name }, spec: { ...spec } };
}

function allowAll(): Rule[] {
  return [{ action: 'Allow', source: {}, destination: {} }];
}

const defaultAllow: Profile = {
  apiVersion: 'projectcalico.org/v3',
  kind: 'Profile',
  metadata: { name: DEFAULT_ALLOW_PROFILE },
  spec: { ingress: allowAll(), egress: allowAll() },
};

export const BUILTINS: readonly Resource[] = Object.freeze([...[...BUILTIN_TIERS].map(tier), defaultAllow]);

/** A built-in object may be given as long as it says what it says anyway. Paths are those of the whole resource. */
export function checkBuiltin(kind: string, name: string, spec: unknown, report: Report): void {
  const fixed = kind === 'Tier' ? BUILTIN_TIERS.get(name) : undefined;
  if (fixed) checkBuiltinTier(name, fixed, spec, report);
  if (kind === 'Profile' && name === DEFAULT_ALLOW_PROFILE && !allowsAll(spec)) {
    const message = 'the profile is a default provided by Calico and cannot be updated';
    report({ message, path: ['spec'], code: 'resource/builtin' });
  }
}

function checkBuiltinTier(name: string, fixed: BuiltinTier, spec: unknown, report: Report): void {
  const { order, defaultAction } = fieldsOf(spec);
  if (order !== undefined ? typeof order === 'number' && order !== fixed.order : name !== 'default') {
    report({
      message: `${name} tier order must be ${fixed.order}`,
      path: ['spec', 'order'],
      code: 'resource/builtin',
    });
  }
  const action = defaultAction ?? 'Deny';
  if (typeof action === 'string' && action !== fixed.defaultAction) {
    const message = `The '${name}' tier must have default action '${fixed.defaultAction}'`;
    report({ message, path: ['spec', 'defaultAction'], code: 'resource/builtin' });
  }
}

function allowsAll(spec: unknown): boolean {
  const { ingress, egress, labelsToApply } = fieldsOf(spec);
  if (Object.keys(fieldsOf(labelsToApply)).length > 0) return false;
  return [ingress, egress].every((rules) => {
    const [rule, ...others] = listOf(rules);
    const { action, source, destination, ...rest } = fieldsOf(rule);
    const empty = [source, destination, rest].every((part) => Object.keys(fieldsOf(part)).length === 0);
    return others.length === 0 && action === 'Allow' && empty;
  });
}
