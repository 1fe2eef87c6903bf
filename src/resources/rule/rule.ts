// A rule of a policy or profile. What its fields demand of each other is in checks.ts.
import * as z from 'zod';
import { ICMP_RULES, RULE_RULES } from '../cel/policy.ts';
import { always } from '../schema.ts';
import { annotations } from '../metadata.ts';
import { protocol } from '../scalars/protocol.ts';
import { checkRule } from './checks.ts';
import { entityRule } from './entity-rule.ts';
import { httpMatch } from './http.ts';

export const icmpMatch = z
  .strictObject({
    type: z.int().min(0).max(254).optional().describe('ICMP type.'),
    code: z.int().min(0).max(255).optional().describe('ICMP code; only with a type.'),
  })
  .meta(ICMP_RULES);

export const rule = z
  .strictObject({
    action: z
      .enum(['Allow', 'Deny', 'Log', 'Pass'])
      .describe('The verdict: allow, deny, log and go on, or pass on to the next tier.'),
    ipVersion: z
      .literal([4, 6])
      .optional()
      .meta({ type: 'integer' })
      .describe('Only packets of this family.'),
    protocol: protocol
      .optional()
      .describe('Only packets of this protocol: a number, or TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite.'),
    notProtocol: protocol.optional().describe('No packets of this protocol.'),
    icmp: icmpMatch.optional().describe('Only ICMP messages of this type; needs protocol ICMP or ICMPv6.'),
    notICMP: icmpMatch.optional().describe('No ICMP messages of this type.'),
    source: entityRule.prefault({}).describe('Where the packet comes from.'),
    destination: entityRule.prefault({}).describe('Where the packet goes.'),
    http: httpMatch
      .optional()
      .describe('Only HTTP requests like this, for a proxy; in the kernel the rule matches nothing.'),
    metadata: z
      .strictObject({ annotations: annotations.optional().describe('Notes of any kind.') })
      .optional()
      .describe('Says something about the rule, and changes nothing.'),
  })
  .check(always(checkRule))
  .meta({ title: 'Rule', ...RULE_RULES });

export const rules = z.array(rule).max(1024).default([]);

export type Rule = z.output<typeof rule>;
export type IcmpMatch = z.output<typeof icmpMatch>;
export type HttpMatch = z.output<typeof httpMatch>;
