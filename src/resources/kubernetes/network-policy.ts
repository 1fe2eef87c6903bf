// NetworkPolicy of networking.k8s.io/v1, with the checks and defaults of the API server: a manifest that has not been
// through one must mean the same. Unknown fields are errors: a misspelt selector would match everything.
import * as z from 'zod';
import { maskPrefix, parsePrefix, type Prefix, prefixCovers } from '../../net/index.ts';
import { isPortName } from '../scalars/port.ts';
import { fieldsOf, listOf, textOf } from '../fields.ts';
import { always, type Report } from '../schema.ts';
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
  .strictObject({
    cidr: z.string().min(1).describe('The network.'),
    except: z.array(z.string()).optional().describe('Parts of it that do not count.'),
  })
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
    podSelector: labelSelector.optional().describe('Pods with these labels.'),
    namespaceSelector: labelSelector.optional().describe('Pods in namespaces with these labels.'),
    ipBlock: ipBlock.optional().describe('Addresses of a network.'),
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
    protocol: portProtocol.optional().describe('TCP when absent.'),
    port: z
      .union([portNumber, z.string()])
      .optional()
      .meta({ 'x-kubernetes-int-or-string': true })
      .describe('A number, or the name of a port of the pod.'),
    endPort: portNumber.optional().describe('The last port of a range that begins with `port`.'),
  })
  .check(always(checkPort));

const ports = z.array(port).optional().describe('Only these ports; all when absent.');

export const networkPolicyRules = {
  podSelector: labelSelector.optional().describe('The pods that the policy applies to.'),
  ingress: z
    .array(
      z.strictObject({
        ports,
        from: z.array(peer).optional().describe('Only from these; from all when absent.'),
      }),
    )
    .optional()
    .describe('Traffic to the pods that is allowed.'),
  egress: z
    .array(
      z.strictObject({ ports, to: z.array(peer).optional().describe('Only to these; to all when absent.') }),
    )
    .optional()
    .describe('Traffic from the pods that is allowed.'),
  policyTypes: z
    .array(z.enum(['Ingress', 'Egress']))
    .max(2)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'set', minItems: 1 })
    .describe('The directions that the policy decides.'),
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
