// StagedKubernetesNetworkPolicy: a Kubernetes NetworkPolicy that is shown and never enforced. No API server has filled in
// its types.
import * as z from 'zod';
import { networkPolicyRules } from '../kubernetes/network-policy.ts';
import { fieldsOf } from '../fields.ts';
import { always, type Report } from '../schema.ts';
import { isZero, stagedAction } from './staged-policy.ts';

function checkDelete(value: unknown, report: Report): void {
  const spec = fieldsOf(value);
  if (spec['stagedAction'] !== 'Delete') return;
  for (const field of Object.keys(spec)) {
    if (field !== 'stagedAction' && !isZero(spec[field])) {
      report({ message: 'Spec fields should all be zero-value if stagedAction is Delete', path: [field] });
    }
  }
}

export const stagedKubernetesNetworkPolicySpec = z
  .strictObject({
    ...networkPolicyRules,
    stagedAction,
  })
  .check(always(checkDelete));

export type StagedKubernetesNetworkPolicySpec = z.output<typeof stagedKubernetesNetworkPolicySpec>;
