// NetworkPolicy of networking.k8s.io/v1, with the checks and defaults of the API server: a manifest that has not been
// through one must mean the same. Unknown fields are errors: a misspelt selector would match everything.
import * as z from 'zod';
import { maskPrefix, parsePrefix, type Prefix, prefixCovers } from '../../net/index.ts';
import { isPortName } from '../scalars/port.ts';
import { always, fieldsOf, listOf, type Report, textOf } from '../schema.ts';
import { labelSelector } from './label-selector.ts';

function prefixOf(text: unknown): Prefix | undefined {
  const parsed = textOf(text)?.includes('/') ? parsePrefix(String(text)) : undefined;
  return parsed && maskPrefix(parsed.prefix);
}

function checkBlock(value: unknown, report: Report): void {
  const { cidr, except } = fieldsOf(value);
  const outer = prefixOf(cidr);
  if (textOf(cidr) && !outer) report({ message: `invalid CIDR ${JSON.stringify(cidr)}`, path: ['cidr'] });
  listOf(except).forEach((text, index) => {
    const inner = prefixOf(text);
    const path = ['except', index];
    if (typeof text !== 'string') return;
    if (!inner) report({ message: `invalid CIDR ${JSON.stringify(text)}`, path });
    else if (outer && !isWithin(inner, outer)) {
      report({ message: `must be a strict subset of the cidr ${String(cidr)}`, path });
    }
  });
}

function isWithin(inner: Prefix, outer: Prefix): boolean {
  return inner.family === outer.family && inner.length > outer.length && prefixCovers(outer, inner);
}

const ipBlock = z
  .strictObject({ cidr: z.string().min(1), except: z.array(z.string()).optional() })
  .check(always(checkBlock));

function checkPeer(value: unknown, report: Report): void {
  const { podSelector, namespaceSelector, ipBlock: block } = fieldsOf(value);
  const selects = podSelector !== undefined || namespaceSelector !== undefined;
  if (!selects && block === undefined) report({ message: 'must specify a peer' });
  if (selects && block !== undefined) {
    report({ message: 'may not specify both ipBlock and another peer', path: ['ipBlock'] });
  }
}

const peer = z
  .strictObject({
    podSelector: labelSelector.optional(),
    namespaceSelector: labelSelector.optional(),
    ipBlock: ipBlock.optional(),
  })
  .check(always(checkPeer));

export const portProtocol = z.enum(['TCP', 'UDP', 'SCTP']);
export const portNumber = z.int().min(1).max(65535);

function checkPort(value: unknown, report: Report): void {
  const { port: given, endPort } = fieldsOf(value);
  if (typeof given === 'string' && !isPortName(given)) {
    report({ message: `invalid port name ${JSON.stringify(given)}`, path: ['port'] });
  }
  if (endPort === undefined) return;
  if (typeof given !== 'number') {
    report({ message: 'endPort needs a numeric port', path: ['endPort'] });
  } else if (typeof endPort === 'number' && endPort < given) {
    report({ message: 'endPort must be greater than or equal to port', path: ['endPort'] });
  }
}

const port = z
  .strictObject({
    protocol: portProtocol.optional(),
    port: z.union([portNumber, z.string()]).optional(),
    endPort: portNumber.optional(),
  })
  .check(always(checkPort));

const ports = z.array(port).optional();

export const networkPolicyRules = {
  podSelector: labelSelector.optional(),
  ingress: z.array(z.strictObject({ ports, from: z.array(peer).optional() })).optional(),
  egress: z.array(z.strictObject({ ports, to: z.array(peer).optional() })).optional(),
  policyTypes: z
    .array(z.enum(['Ingress', 'Egress']))
    .max(2)
    .optional(),
};

/** Types as the API server fills them in. */
export const kubernetesNetworkPolicySpec = z.strictObject(networkPolicyRules).transform((spec) => ({
  ...spec,
  policyTypes: spec.policyTypes?.length
    ? spec.policyTypes
    : spec.egress?.length
      ? (['Ingress', 'Egress'] as const)
      : (['Ingress'] as const),
}));

export type KubernetesPeer = z.output<typeof peer>;
export type KubernetesPort = z.output<typeof port>;
/** What a NetworkPolicy and a StagedKubernetesNetworkPolicy of Calico have in common. */
export interface KubernetesPolicyRules {
  readonly podSelector?: z.output<typeof labelSelector> | undefined;
  readonly ingress?: z.output<typeof networkPolicyRules.ingress>;
  readonly egress?: z.output<typeof networkPolicyRules.egress>;
  readonly policyTypes?: readonly ('Ingress' | 'Egress')[] | undefined;
}
