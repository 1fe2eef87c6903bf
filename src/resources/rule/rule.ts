// A rule of a policy or profile. What its fields demand of each other is in checks.ts.
import * as z from 'zod';
import { always } from '../schema.ts';
import { annotations } from '../metadata.ts';
import { protocol } from '../scalars/protocol.ts';
import { checkRule } from './checks.ts';
import { entityRule } from './entity-rule.ts';
import { httpMatch } from './http.ts';

export const icmpMatch = z.strictObject({
  type: z.int().min(0).max(254).optional(),
  code: z.int().min(0).max(255).optional(),
});

export const rule = z
  .strictObject({
    action: z.enum(['Allow', 'Deny', 'Log', 'Pass']),
    ipVersion: z.literal([4, 6]).optional(),
    protocol: protocol.optional(),
    notProtocol: protocol.optional(),
    icmp: icmpMatch.optional(),
    notICMP: icmpMatch.optional(),
    source: entityRule.prefault({}),
    destination: entityRule.prefault({}),
    http: httpMatch.optional(),
    metadata: z.strictObject({ annotations: annotations.optional() }).optional(),
  })
  .check(always(checkRule));

export const rules = z.array(rule).max(1024).default([]);

export type Rule = z.output<typeof rule>;
export type IcmpMatch = z.output<typeof icmpMatch>;
export type HttpMatch = z.output<typeof httpMatch>;
