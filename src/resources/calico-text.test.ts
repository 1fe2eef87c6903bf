// Messages that Calico was recorded to give, or that its documentation of behaviour quotes: field, value and reason.
import { expect, it } from 'vitest';
import { calicoFault, prepareForCreate } from './index.ts';

const policy = (spec: object) => ({ kind: 'GlobalNetworkPolicy', metadata: { name: 'x' }, spec });
const named = (kind: string, spec: object, metadata: object = { name: 'x' }) => ({ kind, metadata, spec });
const rule = (more: object) => policy({ ingress: [{ action: 'Allow', ...more }] });

it.each<[object, string[]]>([
  [
    policy({ selector: "app = 'x'" }),
    ["Selector = 'app = 'x'' (Reason: failed to validate Field: Selector because of Tag: selector )"],
  ],
  [
    rule({ destination: { ports: [80] } }),
    [
      "Destination.Ports = '[80]' (rules with numeric port or port range must set protocol to TCP or UDP or SCTP)",
    ],
  ],
  [
    rule({ protocol: 'ICMP', source: { notPorts: ['http', '1:2'] } }),
    ["Source.NotPorts = '[http 1:2]' (rules that specify ports must set protocol to TCP or UDP or SCTP)"],
  ],
  [rule({ source: { nets: ['10.0.0.1'] } }), ["Source.Nets = '10.0.0.1' (invalid CIDR)"]],
  [
    rule({ source: { namespaceSelector: 'global() && all()' } }),
    ["NamespaceSelector field = 'global() && all()' (global() cannot be combined with other selectors)"],
  ],
  [
    rule({ icmp: { code: 1 }, protocol: 1 }),
    ['spec.ingress[0].icmp (ICMP code specified without an ICMP type)'],
  ],
  [rule({ http: {}, action: 'Deny' }), ['spec.ingress[0] (HTTP match is only valid on Allow rules)']],
  [
    rule({ source: { services: { namespace: 'n' } } }),
    ['spec.ingress[0].source (services must specify a service name)'],
  ],
  [rule({ source: { services: { name: 's' } } }), [`Services = '{"name":"s"}' (must specify a namespace)`]],
  [policy({ preDNAT: true }), ['spec (applyOnForward must be true if either preDNAT or doNotTrack is true)']],
  [
    named('IPPool', { cidr: '10.71.0.5/16' }),
    ["IPPool.Spec.CIDR = '10.71.0.0/16' (IPPool CIDR is not strictly masked)"],
  ],
  [
    named('IPPool', { cidr: '10.72.0.0/27' }),
    [
      'spec (IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size.)',
    ],
  ],
  [
    named('BGPPeer', { peerIP: '192.168.0.256' }),
    ["PeerIP = '192.168.0.256' (Reason: failed to validate Field: PeerIP because of Tag: IP:port )"],
  ],
  [
    named('BGPPeer', { node: 'a', nodeSelector: 'all()' }),
    ['spec (node and nodeSelector cannot both be set)'],
  ],
  [
    named('BGPConfiguration', { asNumber: 64512 }, { name: 'node.x' }),
    ["BGPConfiguration.Spec.ASNumber = '64512' (Cannot set ASNumber on a non default BGP Configuration.)"],
  ],
  [
    named('Tier', {}, { name: 'x', resourceVersion: '377' }),
    ["Metadata.ResourceVersion = '377' (field must not be set for a Create request)"],
  ],
  [
    named('Tier', {}, { name: 'x', labels: { 'a b': 'c', d: 'e f' } }),
    [
      `Metadata.Labels (label) = 'c' (invalid label name "a b")`,
      `Metadata.Labels (value) = 'e f' (invalid label value "e f")`,
    ],
  ],
])('%j', (given, expected) => {
  const raw = { apiVersion: 'projectcalico.org/v3', ...given };
  const faults = prepareForCreate(raw).problems.map((found) => calicoFault(found, raw));
  expect(
    faults.map(
      ({ field, value, reason }) => `${field}${value === undefined ? '' : ` = '${value}'`} (${reason})`,
    ),
  ).toEqual(expected);
});
