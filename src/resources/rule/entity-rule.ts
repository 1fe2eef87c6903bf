// One side of a rule: where a packet comes from, or goes to.
import * as z from 'zod';
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
  names: set(serviceAccountName).optional(),
  selector: anySelector.optional(),
});

export const serviceMatch = z.strictObject({
  name: z.string().max(253).optional(),
  namespace: z.string().max(253).optional(),
});

export const entityRule = z.strictObject({
  nets: ruleNets.optional(),
  notNets: ruleNets.optional(),
  selector: selector.optional(),
  notSelector: anySelector.optional(),
  namespaceSelector: ruleNamespaceSelector.optional(),
  ports: z.array(rulePort).max(50).optional(),
  notPorts: z.array(rulePort).max(50).optional(),
  serviceAccounts: serviceAccountMatch.optional(),
  services: serviceMatch.optional(),
});

export type EntityRule = z.output<typeof entityRule>;
