// Node of Kubernetes → Node of Calico: labels, addresses, and what Calico keeps in annotations. An annotation that is not
// what it should be is ignored, as Calico does; policy reads only labels and addresses.
import { parsePrefix } from '../net/index.ts';
import type { KubernetesObjectOf, Node, NodeSpec } from '../resources/index.ts';
import type { Conversion } from './conversion.ts';

const PREFIX = 'projectcalico.org/';

export function convertNode({ metadata, status }: KubernetesObjectOf<'Node'>): Conversion<Node> {
  const { name, annotations = new Map<string, string>() } = metadata;
  const address = (key: string): string | undefined => {
    const text = annotations.get(`${PREFIX}${key}`);
    return text && parsePrefix(text) ? text : undefined;
  };
  const ipv4Address = address('IPv4Address');
  const ipv6Address = address('IPv6Address');
  const tunnel = address('IPv4IPIPTunnelAddr');
  const asNumber = Number(annotations.get(`${PREFIX}ASNumber`));
  const bgp = {
    ...(asNumber > 0 && { asNumber }),
    ...(ipv4Address && { ipv4Address }),
    ...(ipv6Address && { ipv6Address }),
    ...(tunnel && { ipv4IPIPTunnelAddr: tunnel }),
  };
  const vxlan = address('IPv4VXLANTunnelAddr');
  const vxlanV6 = address('IPv6VXLANTunnelAddr');
  const addresses: NonNullable<NodeSpec['addresses']> = [
    ...[ipv4Address, ipv6Address].flatMap((text) =>
      text ? [{ address: text, type: 'CalicoNodeIP' as const }] : [],
    ),
    ...(status.addresses ?? []).flatMap(({ type, address: text }) =>
      type === 'InternalIP' || type === 'ExternalIP' ? [{ address: text, type } as const] : [],
    ),
  ];
  const spec: NodeSpec = {
    ...(Object.keys(bgp).length > 0 && { bgp }),
    ...(vxlan && { ipv4VXLANTunnelAddr: vxlan }),
    ...(vxlanV6 && { ipv6VXLANTunnelAddr: vxlanV6 }),
    orchRefs: [{ nodeName: name, orchestrator: 'k8s' }],
    ...(addresses.length > 0 && { addresses }),
  };
  const labels = new Map([...calicoLabels(annotations), ...(metadata.labels ?? [])]);
  return {
    value: { apiVersion: 'projectcalico.org/v3', kind: 'Node', metadata: { name, labels }, spec },
    problems: [],
  };
}

/** Labels that Calico alone knows; those of Kubernetes win. */
function calicoLabels(annotations: ReadonlyMap<string, string>): [string, string][] {
  try {
    const value: unknown = JSON.parse(annotations.get(`${PREFIX}labels`) ?? '{}');
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : []));
  } catch {
    return [];
  }
}
