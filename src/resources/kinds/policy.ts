// NetworkPolicy and GlobalNetworkPolicy. Defaulted as Calico's typed client does on create: `types` inferred from the
// rule lists, tier `default`.
import * as z from 'zod';
import { GLOBAL_NETWORK_POLICY_RULES, NETWORK_POLICY_RULES } from '../cel/policy.ts';
import { fieldsOf, listOf } from '../fields.ts';
import { always, type Report, set } from '../schema.ts';
import { name } from '../scalars/names.ts';
import { selector } from '../scalars/selector.ts';
import { checkDirections } from '../rule/checks.ts';
import { rules } from '../rule/rule.ts';

export type PolicyType = 'Ingress' | 'Egress';

const types = z
  .array(z.enum(['Ingress', 'Egress']))
  .check(
    always((value, report) => {
      listOf(value).forEach((type, index, all) => {
        if (all.indexOf(type) === index) return;
        report({
          message: `'${String(type)}' type specified more than once`,
          path: [index],
          code: 'resource/duplicate-entry',
        });
      });
    }),
  )
  .meta({ 'x-kubernetes-list-type': 'set', minItems: 1, maxItems: 2 });

const performanceHints = set(z.enum(['AssumeNeededOnEveryNode']));

const common = {
  tier: z
    .string()
    .transform((value) => value || 'default')
    .pipe(name)
    .default('default')
    .meta({ default: 'default', 'x-crd-default': 'default' })
    .describe('The tier of the policy; it must exist.'),
  order: z
    .number()
    .optional()
    .meta({ 'x-default': 'after all that have one' })
    .describe('Place in the tier: lower ones are judged first, equal ones by name.'),
  selector: selector
    .optional()
    .describe('The endpoints that the policy applies to. Empty: all in its scope.'),
  serviceAccountSelector: selector
    .optional()
    .describe('Narrows it to endpoints whose service account has these labels.'),
  types: types
    .optional()
    .meta({ 'x-default': 'inferred from the rules' })
    .describe('The directions that the policy decides; what it does not list passes by it.'),
  ingress: rules.describe('Rules for traffic to the endpoint, the first that matches decides.'),
  egress: rules.describe('Rules for traffic from the endpoint, the first that matches decides.'),
  performanceHints: performanceHints
    .optional()
    .describe('Hints that change no verdict: the policy is kept ready on every node.'),
};

export const networkPolicyFields = common;

export const globalNetworkPolicyFields = {
  ...common,
  namespaceSelector: selector.optional().describe('Narrows it to endpoints in namespaces with these labels.'),
  doNotTrack: z
    .boolean()
    .default(false)
    .describe('For host endpoints: judged before connection tracking, and each packet by itself.'),
  preDNAT: z
    .boolean()
    .default(false)
    .describe('For host endpoints: judged before destinations are translated.'),
  applyOnForward: z
    .boolean()
    .default(false)
    .describe('For host endpoints: applies to forwarded traffic too.'),
};

/** No rules at all count as ingress; an empty list counts as no rules. */
export function inferTypes(spec: {
  types?: readonly PolicyType[] | undefined;
  ingress: readonly unknown[];
  egress: readonly unknown[];
}): readonly PolicyType[] {
  if (spec.types?.length) return spec.types;
  if (spec.egress.length === 0) return ['Ingress'];
  return spec.ingress.length === 0 ? ['Egress'] : ['Ingress', 'Egress'];
}

/** What a GlobalNetworkPolicy's switches demand of each other. */
export function checkSwitches(value: unknown, report: Report): void {
  const spec = fieldsOf(value);
  const preDNAT = spec['preDNAT'] === true;
  const doNotTrack = spec['doNotTrack'] === true;
  if (preDNAT && doNotTrack)
    report({ message: 'preDNAT and doNotTrack cannot both be true', path: ['preDNAT'] });
  if (preDNAT && listOf(spec['egress']).length > 0) {
    report({ message: 'preDNAT policy cannot have any egress rules', path: ['egress'] });
  }
  const egressType = listOf(spec['types']).indexOf('Egress');
  if (preDNAT && egressType >= 0) {
    report({ message: "preDNAT policy cannot have 'Egress' type", path: ['types', egressType] });
  }
  if ((preDNAT || doNotTrack) && spec['applyOnForward'] !== true) {
    const path = [preDNAT ? 'preDNAT' : 'doNotTrack'];
    report({ message: 'applyOnForward must be true if either preDNAT or doNotTrack is true', path });
  }
}

export const networkPolicySpec = z
  .strictObject(networkPolicyFields)
  .check(always(checkDirections(false)))
  .meta(NETWORK_POLICY_RULES)
  .transform((spec) => ({ ...spec, types: inferTypes(spec) }));

export const globalNetworkPolicySpec = z
  .strictObject(globalNetworkPolicyFields)
  .check(always(checkDirections(true)), always(checkSwitches))
  .meta(GLOBAL_NETWORK_POLICY_RULES)
  .transform((spec) => ({ ...spec, types: inferTypes(spec) }));

export type NetworkPolicySpec = z.output<typeof networkPolicySpec>;
export type GlobalNetworkPolicySpec = z.output<typeof globalNetworkPolicySpec>;
