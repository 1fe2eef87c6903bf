// Profile: rules for traffic that no tier decided, and labels that its endpoints inherit.
import * as z from 'zod';
import { labels } from '../metadata.ts';
import { rules } from '../rule/rule.ts';

export const profileSpec = z.strictObject({
  ingress: rules.describe('Rules for traffic to the endpoint, if no tier decided it.'),
  egress: rules.describe('Rules for traffic from the endpoint, if no tier decided it.'),
  labelsToApply: labels.optional().describe('Labels that its endpoints inherit.'),
});

export type ProfileSpec = z.output<typeof profileSpec>;
