// IPPool: a range of addresses for workloads, and how its traffic is tunnelled and masqueraded.
import * as z from 'zod';
import { POOL_BLOCK_SIZE_RULES, POOL_CIDR_RULES, POOL_RULES } from '../cel/ip-pool.ts';
import { always, set } from '../schema.ts';
import { selectorWithout } from '../scalars/selector.ts';
import { checkPool } from './ip-pool-checks.ts';

const encapsulation = z.enum(['Never', 'Always', 'CrossSubnet']).default('Never');
const notForPools = (field: string) => `global() selector is not valid for IPPool ${field}`;

export const ipPoolSpec = z
  .strictObject({
    cidr: z
      .string()
      .max(48)
      .meta({ format: 'cidr', ...POOL_CIDR_RULES })
      .describe('The addresses of the pool, without host bits. Cannot be changed.'),
    vxlanMode: encapsulation.describe('When traffic to other nodes is tunnelled with VXLAN.'),
    ipipMode: encapsulation.describe('When traffic to other nodes is tunnelled with IPIP; IPv4 only.'),
    natOutgoing: z
      .boolean()
      .default(false)
      .describe('Traffic from the pool to addresses outside all pools is masqueraded.'),
    disabled: z.boolean().default(false).describe('No new addresses are assigned from the pool.'),
    disableBGPExport: z.boolean().default(false).describe('Routes of the pool are not exported over BGP.'),
    blockSize: z
      .int()
      .min(0)
      .max(128)
      .optional()
      .meta(POOL_BLOCK_SIZE_RULES)
      .meta({ 'x-default': '26 for IPv4, 122 for IPv6' })
      .describe(
        'Prefix length of the blocks that nodes take from the pool: 20 to 32 for IPv4, 116 to 128 for IPv6. ' +
          'Cannot be changed.',
      ),
    nodeSelector: selectorWithout(notForPools('nodeSelector'))
      .default('all()')
      .meta({ 'x-crd-default': 'all()' })
      .describe('Nodes that may take addresses from the pool.'),
    namespaceSelector: selectorWithout(notForPools('namespaceSelector'))
      .optional()
      .describe('Namespaces whose pods may have addresses of the pool.'),
    allowedUses: set(z.enum(['Workload', 'Tunnel', 'LoadBalancer']))
      .max(10)
      .optional()
      .meta({ 'x-default': '[Workload, Tunnel]' })
      .describe('What the addresses may be used for.'),
    assignmentMode: z
      .enum(['Automatic', 'Manual'])
      .default('Automatic')
      .meta({ 'x-crd-default': 'Automatic' })
      .describe('Manual: the pool is used only where it is asked for by name.'),
  })
  .check(always(checkPool))
  .meta(POOL_RULES)
  .transform((spec) => ({
    ...spec,
    blockSize: spec.blockSize || (spec.cidr.includes(':') ? 122 : 26),
    allowedUses: spec.allowedUses?.length ? spec.allowedUses : (['Workload', 'Tunnel'] as const).slice(),
  }));

export type IPPoolSpec = z.output<typeof ipPoolSpec>;
