// NetworkSet and GlobalNetworkSet: addresses and networks of both families under labels.
import * as z from 'zod';
import { set } from '../schema.ts';
import { net } from '../scalars/net.ts';

export const networkSetSpec = z.strictObject({
  nets: set(net).default([]).describe('Addresses and networks without host bits, of either family.'),
});

export type NetworkSetSpec = z.output<typeof networkSetSpec>;
