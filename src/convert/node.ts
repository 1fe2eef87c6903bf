// Node of Kubernetes → Node of Calico: labels, addresses, and what Calico keeps in annotations (node-annotations.ts).
// Policy reads only labels and addresses; the rest is for whoever shows or routes.
import { parsePrefix } from '../net/index.ts';
import type { KubernetesObjectOf, Node, NodeSpec } from '../resources/index.ts';
import type { Conversion } from './conversion.ts';
import {
  asNumberIn,
  interfacesIn,
  NODE_TEXTS,
  OWN_ANNOTATIONS,
  OWN_LABELS,
  textsIn,
} from './node-annotations.ts';

export interface NodeOptions {
  /** The tunnel's address follows from the node's pod CIDR (`usePodCIDR`), not from annotations. */
  readonly usePodCidr?: boolean | undefined;
}

type Fields = Record<string, unknown>;
type Addresses = NonNullable<NodeSpec['addresses']>;

export function convertNode(
  { metadata, spec: given, status: said }: KubernetesObjectOf<'Node'>,
  { usePodCidr = false }: NodeOptions = {},
): Conversion<Node> {
  const { name, annotations = new Map<string, string>() } = metadata;
  const parts: { readonly spec: Fields; readonly status: Fields } = { spec: {}, status: {} };
  for (const { annotation, path, valid } of NODE_TEXTS) {
    const text = annotations.get(annotation);
    if (text && valid(text)) put(parts, path, text);
  }
  const { spec, status } = parts;
  const asNumber = asNumberIn(annotations);
  if (asNumber !== undefined) put(parts, ['spec', 'bgp', 'asNumber'], asNumber);
  const interfaces = interfacesIn(annotations);
  if (interfaces) spec['interfaces'] = interfaces;
  spec['orchRefs'] = [{ nodeName: name, orchestrator: 'k8s' }];
  if (usePodCidr && given.podCIDR) tunnelsFrom(given.podCIDR, parts);
  if (given.podCIDRs?.length) status['podCIDRs'] = given.podCIDRs;
  const addresses = addressesOf(spec['bgp'] as NodeSpec['bgp'], said.addresses ?? []);
  if (addresses.length > 0) spec['addresses'] = addresses;
  // Those of Kubernetes win.
  const labels = new Map([...textsIn(annotations, OWN_LABELS), ...(metadata.labels ?? [])]);
  const own = textsIn(annotations, OWN_ANNOTATIONS);
  return {
    value: {
      apiVersion: 'projectcalico.org/v3',
      kind: 'Node',
      metadata: { name, ...(labels.size > 0 && { labels }), ...(own.size > 0 && { annotations: own }) },
      spec,
      ...(Object.keys(status).length > 0 && { status }),
    },
    problems: [],
  };
}

function put(parts: Readonly<Record<'spec' | 'status', Fields>>, path: readonly string[], value: unknown) {
  const [root, ...rest] = path;
  let at = root === 'spec' ? parts.spec : parts.status;
  for (const step of rest.slice(0, -1)) at = (at[step] ??= {}) as Fields;
  at[rest.at(-1) ?? ''] = value;
}

function tunnelsFrom(podCidr: string, parts: { readonly spec: Fields; readonly status: Fields }): void {
  const { spec, status } = parts;
  const { ipv4IPIPTunnelAddr: _, ...bgp } = (spec['bgp'] ?? {}) as Fields;
  if (Object.keys(bgp).length > 0) spec['bgp'] = bgp;
  else delete spec['bgp'];
  delete spec['wireguard'];
  const first = firstAddress(podCidr);
  if (first === undefined) return;
  put(parts, ['spec', 'bgp', 'ipv4IPIPTunnelAddr'], first);
  if (status['wireguardPublicKey']) put(parts, ['spec', 'wireguard', 'interfaceIPv4Address'], first);
}

/** The first after the network's own; IPv4 alone. */
function firstAddress(cidr: string): string | undefined {
  const parsed = parsePrefix(cidr)?.prefix;
  if (parsed?.family !== 4) return undefined;
  const bits = parsed.bits + 1n;
  return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.');
}

function addressesOf(
  bgp: NodeSpec['bgp'],
  said: readonly { readonly type: string; readonly address: string }[],
): Addresses {
  return [
    ...[bgp?.ipv4Address, bgp?.ipv6Address].flatMap((address) =>
      address ? [{ address, type: 'CalicoNodeIP' as const }] : [],
    ),
    ...said.flatMap(({ type, address }) =>
      type === 'InternalIP' || type === 'ExternalIP' ? [{ address, type } as const] : [],
    ),
  ];
}
