// What resources contribute to matching: labels, profiles to inherit from, addresses and named ports.
import { formatPrefix, maskPrefix, parsePrefix, protocolNumber, sortMembers } from '../net/index.ts';
import type { GlobalNetworkSet, HostEndpoint, NetworkSet, WorkloadEndpoint } from '../resources/index.ts';
import {
  NAMESPACE_LABEL,
  NAMESPACE_PREFIX,
  ORCHESTRATOR_LABEL,
  SERVICE_ACCOUNT_PREFIX,
} from './selector-text.ts';
import type { Labelled } from './inheritance.ts';

export interface EndpointPort {
  readonly name: string;
  /** A lower-case name, or a number when the resource gives a number: the two match rules differently. */
  readonly protocol: string | number;
  readonly port: number;
}

/** Where labels come from, and what an IP set gets when a selector matches them. */
export interface Source extends Labelled {
  /** Canonical prefix text, sorted. */
  readonly nets: readonly string[];
  readonly ports: readonly EndpointPort[];
}

const NONE: readonly never[] = Object.freeze([]);
const NO_LABELS: ReadonlyMap<string, string> = new Map();

/** Undefined for an endpoint without addresses: it is as if it did not exist. */
export function endpointSource(endpoint: WorkloadEndpoint): Source | undefined {
  const { spec, metadata } = endpoint;
  const nets = canonicalNets(spec.ipNetworks ?? NONE, true);
  if (nets.length === 0) return undefined;
  const forced = new Map<string, string>();
  if (metadata.namespace) forced.set(NAMESPACE_LABEL, metadata.namespace);
  if (spec.orchestrator) forced.set(ORCHESTRATOR_LABEL, spec.orchestrator);
  return {
    labels: withLabels(withoutInherited(metadata.labels ?? NO_LABELS), forced),
    parents: unique(spec.profiles ?? NONE),
    nets,
    ports: namedPorts(spec.ports),
  };
}

/** Its addresses are those that it expects; there may be none. */
export function hostEndpointSource({ spec, metadata }: HostEndpoint): Source {
  return {
    labels: metadata.labels ?? NO_LABELS,
    parents: unique(spec.profiles ?? NONE),
    nets: canonicalNets(spec.expectedIPs ?? NONE, true),
    ports: namedPorts(spec.ports),
  };
}

/** A network set inherits the labels of its namespace. */
export function networkSetSource(set: NetworkSet | GlobalNetworkSet): Source {
  const labels = set.metadata.labels ?? NO_LABELS;
  const nets = canonicalNets(set.spec.nets, false);
  const { namespace } = set.metadata;
  if (set.kind === 'GlobalNetworkSet' || !namespace) return { labels, parents: NONE, nets, ports: NONE };
  const forced = new Map([[NAMESPACE_LABEL, namespace]]);
  return { labels: withLabels(labels, forced), parents: [`kns.${namespace}`], nets, ports: NONE };
}

function namedPorts(
  ports: readonly { name?: string | undefined; protocol: string | number; port: number }[] = NONE,
): readonly EndpointPort[] {
  const named = ports.flatMap(({ name, protocol, port }) =>
    name ? [{ name, protocol: typeof protocol === 'string' ? protocol.toLowerCase() : protocol, port }] : [],
  );
  return named.length === 0 ? NONE : named;
}

function unique(names: readonly string[]): readonly string[] {
  return names.length < 2 ? names : [...new Set(names)];
}

/** Invalid entries are skipped. `single`: addresses, whatever length they are written with. */
function canonicalNets(nets: readonly string[], single: boolean): readonly string[] {
  const texts = new Set<string>();
  for (const net of nets) {
    const parsed = parsePrefix(net);
    if (!parsed) continue;
    const { family, bits } = parsed.prefix;
    const prefix = single ? { family, bits, length: family === 4 ? 32 : 128 } : maskPrefix(parsed.prefix);
    texts.add(formatPrefix(prefix));
  }
  return texts.size > 1 ? sortMembers([...texts]) : [...texts];
}

/** The same map when nothing differs: there may be hundreds of thousands. */
function withLabels(labels: ReadonlyMap<string, string>, forced: ReadonlyMap<string, string>) {
  for (const [label, value] of forced) {
    if (labels.get(label) !== value) return new Map([...labels, ...forced]);
  }
  return labels;
}

/** Labels that only a namespace or service account may give cannot be claimed by an endpoint itself. */
function withoutInherited(labels: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const claimed = (label: string): boolean =>
    label.startsWith(NAMESPACE_PREFIX) || label.startsWith(SERVICE_ACCOUNT_PREFIX);
  for (const label of labels.keys()) {
    if (claimed(label)) return new Map([...labels].filter(([name]) => !claimed(name)));
  }
  return labels;
}

/** Members that an endpoint gives to the set of a named port. `protocol` is that of the set. */
export function portMembers(source: Source, protocol: string, name: string): readonly string[] {
  const members: string[] = [];
  for (const port of source.ports) {
    if (port.name !== name || !sameProtocol(protocol, port.protocol)) continue;
    const text = `${memberProtocol(port.protocol)}:${port.port}`;
    for (const net of source.nets) members.push(`${net.slice(0, net.indexOf('/'))},${text}`);
  }
  return members;
}

/** A protocol given as a number matches only a set of that very protocol, never one of `any`. */
function sameProtocol(wanted: string, actual: string | number): boolean {
  if (typeof actual === 'number') return protocolNumber(wanted) === actual;
  return wanted === 'any' || wanted === actual;
}

function memberProtocol(protocol: string | number): string {
  if (protocol === 17 || protocol === 'udp') return 'udp';
  return protocol === 132 || protocol === 'sctp' ? 'sctp' : 'tcp';
}
