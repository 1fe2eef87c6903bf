// One side of a rule: where a packet comes from, or goes to.
import * as z from 'zod';
import { ENTITY_RULES } from '../cel/policy.ts';
import { set, textThat } from '../schema.ts';
import { isCidr, isNet } from '../scalars/net.ts';
import { isSubdomain } from '../scalars/names.ts';
import { rulePort } from '../scalars/port.ts';
import { anySelector, ruleNamespaceSelector, selector } from '../scalars/selector.ts';

/** Unlike in network sets a bare address is refused here; host bits are refused everywhere. */
const ruleNet = textThat(
  (value) => value.includes('/') && isCidr(value) && isNet(value),
  'invalid CIDR',
  'a network without host bits, with its length: 10.0.0.0/8, or 10.0.0.1/32 for one address',
);

const ruleNets = set(ruleNet).max(256);

const serviceAccountName = textThat(isSubdomain, 'invalid service account name');

export const serviceAccountMatch = z.strictObject({
  names: set(serviceAccountName).optional().describe('Service accounts by name.'),
  selector: anySelector.optional().describe('Service accounts by label.'),
});

export const serviceMatch = z.strictObject({
  name: z.string().max(253).optional().describe('Name of the service.'),
  namespace: z.string().max(253).optional().describe('Its namespace; that of the policy when absent.'),
});

export const entityRule = z
  .strictObject({
    nets: ruleNets.optional().describe('In one of these networks.'),
    notNets: ruleNets.optional().describe('In none of these networks.'),
    selector: selector.optional().describe('An endpoint or network set with these labels.'),
    notSelector: anySelector.optional().describe('No endpoint or network set with these labels.'),
    namespaceSelector: ruleNamespaceSelector
      .optional()
      .describe('In namespaces with these labels; `global()`: outside all namespaces.'),
    ports: z
      .array(rulePort)
      .max(50)
      .optional()
      .describe(`One of these ports: a number, a range "1000:2000", or the name of an endpoint's port.`),
    notPorts: z.array(rulePort).max(50).optional().describe('None of these ports.'),
    serviceAccounts: serviceAccountMatch
      .optional()
      .describe('An endpoint with one of these service accounts.'),
    services: serviceMatch.optional().describe('The endpoints of a Kubernetes service.'),
  })
  .meta(ENTITY_RULES);

export type EntityRule = z.output<typeof entityRule>;
