// IPReservation: addresses that are never assigned by themselves.
import * as z from 'zod';
import { set } from '../schema.ts';
import { network } from '../scalars/net.ts';

export const ipReservationSpec = z.strictObject({
  reservedCIDRs: set(network)
    .default([])
    .describe('Addresses and networks that automatic assignment passes over; an address as 10.0.0.1/32.'),
});

export type IPReservationSpec = z.output<typeof ipReservationSpec>;
