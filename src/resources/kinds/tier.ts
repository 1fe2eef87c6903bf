// Tier: an ordered stage of policies, and what happens to traffic that none of them decides.
import * as z from 'zod';

/** Order of a tier that has none. */
export const DEFAULT_TIER_ORDER = 1_000_000;

export const tierSpec = z.strictObject({
  order: z.number().default(DEFAULT_TIER_ORDER),
  defaultAction: z.enum(['Deny', 'Pass']).default('Deny'),
});

export type TierSpec = z.output<typeof tierSpec>;
