// StagedNetworkPolicy and StagedGlobalNetworkPolicy: a policy that is shown and never enforced. One that deletes says
// nothing but its tier.
import * as z from 'zod';
import { GLOBAL_NETWORK_POLICY_RULES, NETWORK_POLICY_RULES } from '../cel/policy.ts';
import { fieldsOf } from '../fields.ts';
import { always, type Report } from '../schema.ts';
import { checkDirections } from '../rule/checks.ts';
import {
  checkSwitches,
  globalNetworkPolicyFields,
  inferTypes,
  networkPolicyFields,
  type PolicyType,
} from './policy.ts';

export const stagedAction = z
  .enum(['Set', 'Delete', 'Learn', 'Ignore'])
  .default('Set')
  .meta({ 'x-crd-default': 'Set' })
  .describe('What the policy would do once it is enforced: replace the one with its name, or delete it.');

const ALL_ZERO = 'Spec fields, except Tier, should all be zero-value if stagedAction is Delete';

export function isZero(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function checkDelete(value: unknown, report: Report): void {
  const spec = fieldsOf(value);
  if (spec['stagedAction'] !== 'Delete') return;
  for (const field of Object.keys(spec)) {
    // The client drops `types` of a staged deletion before it validates.
    if (field === 'tier' || field === 'stagedAction' || field === 'types') continue;
    if (!isZero(spec[field])) report({ message: ALL_ZERO, path: [field] });
  }
}

function stagedTypes(
  spec: Parameters<typeof inferTypes>[0] & { stagedAction: string },
): readonly PolicyType[] {
  return spec.stagedAction === 'Delete' ? [] : inferTypes(spec);
}

export const stagedNetworkPolicySpec = z
  .strictObject({ ...networkPolicyFields, stagedAction })
  .check(always(checkDirections(false)), always(checkDelete))
  .meta(NETWORK_POLICY_RULES)
  .transform((spec) => ({ ...spec, types: stagedTypes(spec) }));

export const stagedGlobalNetworkPolicySpec = z
  .strictObject({ ...globalNetworkPolicyFields, stagedAction })
  .check(always(checkDirections(true)), always(checkSwitches), always(checkDelete))
  .meta(GLOBAL_NETWORK_POLICY_RULES)
  .transform((spec) => ({ ...spec, types: stagedTypes(spec) }));

export type StagedNetworkPolicySpec = z.output<typeof stagedNetworkPolicySpec>;
export type StagedGlobalNetworkPolicySpec = z.output<typeof stagedGlobalNetworkPolicySpec>;
