// Profile: rules for traffic that no tier decided, and labels that its endpoints inherit.
import * as z from 'zod';
import { labels } from '../metadata.ts';
import { rules } from '../rule/rule.ts';

export const profileSpec = z.strictObject({
  ingress: rules,
  egress: rules,
  labelsToApply: labels.optional(),
});

export type ProfileSpec = z.output<typeof profileSpec>;
