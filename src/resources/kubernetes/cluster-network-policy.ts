// ClusterNetworkPolicy of policy.networking.k8s.io/v1alpha2, with the checks of its CRD. What Calico would skip or
// replace (an unknown operator or action, a rule without peers) is an error here: it could widen policy.
import * as z from 'zod';
import { parsePrefix } from '../../net/index.ts';
import { isPortName } from '../scalars/port.ts';
import { fieldsOf } from '../fields.ts';
import { always, type Report, textThat } from '../schema.ts';
import { labelSelector } from './label-selector.ts';
import { portNumber } from './network-policy.ts';

/** Exactly one of the fields of a union. */
function exactlyOne(what: string) {
  return always((value: unknown, report: Report) => {
    const given = Object.values(fieldsOf(value)).filter((part) => part !== undefined);
    if (given.length !== 1) report({ message: `${what}: exactly one must be set, not ${given.length}` });
  });
}

const pods = z.strictObject({ namespaceSelector: labelSelector, podSelector: labelSelector });

const subject = z
  .strictObject({ namespaces: labelSelector.optional(), pods: pods.optional() })
  .check(exactlyOne('namespaces, pods'));

const network = textThat(
  (text) => text.includes('/') && parsePrefix(text) !== undefined,
  'invalid CIDR',
  'a network with its length: 10.0.0.0/8',
);

const ingressPeer = z
  .strictObject({ namespaces: labelSelector.optional(), pods: pods.optional() })
  .check(exactlyOne('namespaces, pods'));

const egressPeer = z
  .strictObject({
    namespaces: labelSelector.optional(),
    pods: pods.optional(),
    nodes: labelSelector.optional(),
    networks: z.array(network).min(1).max(25).optional(),
    domainNames: z.array(z.string()).min(1).max(25).optional(),
  })
  .check(exactlyOne('namespaces, pods, nodes, networks, domainNames'));

function checkRange(value: unknown, report: Report): void {
  const { start, end } = fieldsOf(value);
  if (typeof start === 'number' && typeof end === 'number' && start > end) {
    report({ message: 'start must be less than or equal to end', path: ['end'] });
  }
}

const destinationPort = z
  .strictObject({
    number: portNumber.optional(),
    range: z.strictObject({ start: portNumber, end: portNumber }).check(always(checkRange)).optional(),
  })
  .check(exactlyOne('number, range'));

const onProtocol = z.strictObject({ destinationPort: destinationPort.optional() });

const protocol = z
  .strictObject({
    tcp: onProtocol.optional(),
    udp: onProtocol.optional(),
    sctp: onProtocol.optional(),
    destinationNamedPort: textThat(isPortName, 'invalid port name').optional(),
  })
  .check(exactlyOne('tcp, udp, sctp, destinationNamedPort'));

const common = {
  name: z.string().max(100).optional(),
  action: z.enum(['Accept', 'Deny', 'Pass']),
  protocols: z.array(protocol).min(1).max(25).optional(),
};

export const clusterNetworkPolicySpec = z.strictObject({
  tier: z.enum(['Admin', 'Baseline']),
  priority: z.int().min(0).max(1000),
  subject,
  ingress: z
    .array(z.strictObject({ ...common, from: z.array(ingressPeer).min(1).max(25) }))
    .max(25)
    .optional(),
  egress: z
    .array(z.strictObject({ ...common, to: z.array(egressPeer).min(1).max(25) }))
    .max(25)
    .optional(),
});

export type ClusterSubject = z.output<typeof subject>;
export type ClusterPeer = z.output<typeof egressPeer>;
export type ClusterProtocol = z.output<typeof protocol>;
