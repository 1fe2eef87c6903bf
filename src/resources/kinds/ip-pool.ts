// IPPool: addresses for workloads, and whether they are masqueraded. Validated, not yet enforced.
import * as z from 'zod';
import { always, set } from '../schema.ts';
import { selectorWithout } from '../scalars/selector.ts';
import { checkPool } from './ip-pool-checks.ts';

const encapsulation = z.enum(['Never', 'Always', 'CrossSubnet']).default('Never');
const notForPools = (field: string) => `global() selector is not valid for IPPool ${field}`;

export const ipPoolSpec = z
  .strictObject({
    cidr: z.string(),
    ipipMode: encapsulation,
    vxlanMode: encapsulation,
    natOutgoing: z.boolean().default(false),
    disabled: z.boolean().default(false),
    disableBGPExport: z.boolean().default(false),
    blockSize: z.int().min(0).max(128).optional(),
    nodeSelector: selectorWithout(notForPools('nodeSelector')).default('all()'),
    namespaceSelector: selectorWithout(notForPools('namespaceSelector')).optional(),
    allowedUses: set(z.enum(['Workload', 'Tunnel', 'LoadBalancer']))
      .max(10)
      .optional(),
    assignmentMode: z.enum(['Automatic', 'Manual']).default('Automatic'),
  })
  .check(always(checkPool))
  .transform((spec) => ({
    ...spec,
    blockSize: spec.blockSize || (spec.cidr.includes(':') ? 122 : 26),
    allowedUses: spec.allowedUses?.length ? spec.allowedUses : (['Workload', 'Tunnel'] as const).slice(),
  }));

export type IPPoolSpec = z.output<typeof ipPoolSpec>;
