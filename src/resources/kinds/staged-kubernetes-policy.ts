// StagedKubernetesNetworkPolicy: a Kubernetes NetworkPolicy that is shown and never enforced. Its rules are kept as
// they are; they are judged when Kubernetes policy is converted.
import * as z from 'zod';
import { always, fieldsOf, isObject, type Report } from '../schema.ts';
import { isZero, stagedAction } from './staged-policy.ts';

const opaque = z.custom<Readonly<Record<string, unknown>>>(isObject, 'expected a map');

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
    podSelector: opaque.optional(),
    ingress: z.array(opaque).optional(),
    egress: z.array(opaque).optional(),
    policyTypes: z
      .array(z.enum(['Ingress', 'Egress']))
      .max(2)
      .optional(),
    stagedAction,
  })
  .check(always(checkDelete));

export type StagedKubernetesNetworkPolicySpec = z.output<typeof stagedKubernetesNetworkPolicySpec>;
