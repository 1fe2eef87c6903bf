// NetworkSet and GlobalNetworkSet: addresses and networks of both families under labels.
import * as z from 'zod';
import { set } from '../schema.ts';
import { net } from '../scalars/net.ts';

export const networkSetSpec = z.strictObject({ nets: set(net).default([]) });

export type NetworkSetSpec = z.output<typeof networkSetSpec>;
