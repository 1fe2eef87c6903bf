// Tier: an ordered stage of policies, and what happens to traffic that none of them decides.
import * as z from 'zod';

/** Order of a tier that has none. */
export const DEFAULT_TIER_ORDER = 1_000_000;

export const tierSpec = z.strictObject({
  order: z.number().default(DEFAULT_TIER_ORDER).describe('Place of the tier: lower ones are judged first.'),
  defaultAction: z
    .enum(['Deny', 'Pass'])
    .default('Deny')
    .meta({ 'x-crd-default': 'Deny' })
    .describe('What happens to traffic of endpoints that have policies here and that none of them decided.'),
});

export type TierSpec = z.output<typeof tierSpec>;
