// Short hands for the policies of the suites.
import type {
  LabelSelector,
  Labels,
  NetworkPolicy,
  PolicyPeer,
  PolicyPort,
  PolicyRule,
  ProtocolName,
  Step,
} from './cluster.ts';

export const ALL: LabelSelector = {};
export const labelled = (matchLabels: Labels): LabelSelector => ({ matchLabels });
export const pod = (name: string): LabelSelector => labelled({ pod: name });
export const ns = (name: string): LabelSelector => labelled({ ns: name });
export const among = (key: string, ...values: string[]): LabelSelector => ({
  matchExpressions: [{ key, operator: 'In', values }],
});
export const notAmong = (key: string, ...values: string[]): LabelSelector => ({
  matchExpressions: [{ key, operator: 'NotIn', values }],
});

export const pods = (podSelector: LabelSelector, namespaceSelector?: LabelSelector): PolicyPeer =>
  namespaceSelector === undefined ? { podSelector } : { podSelector, namespaceSelector };
export const namespaces = (namespaceSelector: LabelSelector): PolicyPeer => ({ namespaceSelector });
export const block = (cidr: string, ...except: string[]): PolicyPeer => ({
  ipBlock: { cidr, ...(except.length > 0 && { except }) },
});

export const port = (
  number: number | string,
  protocol: ProtocolName = 'TCP',
  endPort?: number,
): PolicyPort => ({
  protocol,
  port: number,
  ...(endPort !== undefined && { endPort }),
});
export const every = (protocol: ProtocolName): PolicyPort => ({ protocol });

export const from = (peers: readonly PolicyPeer[], ...ports: PolicyPort[]): PolicyRule => ({
  ...(peers.length > 0 && { from: peers }),
  ...(ports.length > 0 && { ports }),
});
export const to = (peers: readonly PolicyPeer[], ...ports: PolicyPort[]): PolicyRule => ({
  ...(peers.length > 0 && { to: peers }),
  ...(ports.length > 0 && { ports }),
});

interface Sketch {
  readonly on?: LabelSelector;
  readonly ingress?: readonly PolicyRule[];
  readonly egress?: readonly PolicyRule[];
}

/** `x/name`; its types are the directions that are given. */
export function policy(key: string, { on = ALL, ingress, egress }: Sketch): NetworkPolicy {
  const [namespace = '', name = ''] = key.split('/');
  const policyTypes = [...(ingress ? (['Ingress'] as const) : []), ...(egress ? (['Egress'] as const) : [])];
  return {
    kind: 'NetworkPolicy',
    metadata: { namespace, name },
    spec: { podSelector: on, policyTypes, ...(ingress && { ingress }), ...(egress && { egress }) },
  };
}

export const step = (what: string, more: Omit<Step, 'what'>): Step => ({ what, ...more });
