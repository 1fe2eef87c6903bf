// What resources contribute to matching: labels, profiles to inherit from, addresses and named ports.
import { canonicalHost, canonicalPrefix, protocolNumber, sortMembers } from '../net/index.ts';
import {
  type GlobalNetworkSet,
  type HostEndpoint,
  type LabelMap,
  labelMap,
  type Metadata,
  type NetworkSet,
  type WorkloadEndpoint,
} from '../resources/index.ts';
import {
  NAMESPACE_LABEL,
  NAMESPACE_PREFIX,
  ORCHESTRATOR_LABEL,
  SERVICE_ACCOUNT_LABEL,
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
  /** Canonical prefix text; of endpoints sorted, each once. */
  readonly nets: readonly string[];
  readonly ports: readonly EndpointPort[];
}

const NONE: readonly never[] = Object.freeze([]);
const NO_LABELS = labelMap(new Map());

/** Undefined for an endpoint without addresses: it is as if it did not exist. */
export function endpointSource(endpoint: WorkloadEndpoint): Source | undefined {
  const { spec, metadata } = endpoint;
  const nets = hosts(spec.ipNetworks ?? NONE);
  if (nets.length === 0) return undefined;
  const ports = spec.ports?.length ? endpointPorts(spec.ports) : NONE;
  return {
    labels: withForced(withoutInherited(labelsOf(metadata)), [
      [NAMESPACE_LABEL, metadata.namespace],
      [ORCHESTRATOR_LABEL, spec.orchestrator],
      // In the spec it can be longer than a label's value may be.
      [SERVICE_ACCOUNT_LABEL, spec.serviceAccountName],
    ]),
    parents: unique(spec.profiles ?? NONE),
    nets,
    ports,
  };
}

/** Its addresses are those that it expects; there may be none. */
export function hostEndpointSource({ spec, metadata }: HostEndpoint): Source {
  return {
    labels: labelsOf(metadata),
    parents: unique(spec.profiles ?? NONE),
    nets: hosts(spec.expectedIPs ?? NONE),
    ports: spec.ports?.length ? endpointPorts(spec.ports) : NONE,
  };
}

/** Ports without a name are in no set. */
function endpointPorts(ports: WorkloadEndpoint['spec']['ports']): readonly EndpointPort[] {
  return ports.flatMap(({ name, protocol, port }) =>
    name ? [{ name, protocol: typeof protocol === 'string' ? protocol.toLowerCase() : protocol, port }] : [],
  );
}

/** A network set inherits the labels of its namespace. */
export function networkSetSource(set: NetworkSet | GlobalNetworkSet): Source {
  const labels = labelsOf(set.metadata);
  const nets = prefixes(set.spec.nets);
  const { namespace } = set.metadata;
  if (set.kind === 'GlobalNetworkSet' || !namespace) return { labels, parents: NONE, nets, ports: NONE };
  return {
    labels: withForced(labels, [[NAMESPACE_LABEL, namespace]]),
    parents: [`kns.${namespace}`],
    nets,
    ports: NONE,
  };
}

function labelsOf({ labels }: Metadata): LabelMap {
  return labels ? labelMap(labels) : NO_LABELS;
}

function unique(names: readonly string[]): readonly string[] {
  return names.length < 2 ? names : [...new Set(names)];
}

/** Invalid entries are skipped, duplicates too; sorted. The same list when it is so already. */
function hosts(nets: readonly string[]): readonly string[] {
  const [first] = nets;
  if (nets.length === 1 && first !== undefined && canonicalHost(first) === first) return nets;
  const texts = new Set(defined(nets.map(canonicalHost)));
  return texts.size > 1 ? sortMembers(texts) : [...texts];
}

/** Invalid entries are skipped. In the order of the resource: what is counted twice is taken back twice. */
function prefixes(nets: readonly string[]): readonly string[] {
  const canonical = nets.map(canonicalPrefix);
  return canonical.every((text, index) => text === nets[index]) ? nets : defined(canonical);
}

function defined(texts: readonly (string | undefined)[]): string[] {
  return texts.filter((text) => text !== undefined);
}

/** The same map when nothing differs: there may be hundreds of thousands. */
function withForced(
  labels: LabelMap,
  forced: readonly (readonly [label: string, value: string | undefined])[],
): LabelMap {
  if (forced.every(([label, value]) => !value || labels.get(label) === value)) return labels;
  const all = new Map(labels);
  for (const [label, value] of forced) if (value) all.set(label, value);
  return labelMap(all);
}

/** Labels that only a namespace or service account may give cannot be claimed by an endpoint itself. */
function withoutInherited(labels: LabelMap): LabelMap {
  if (!labels.names.list.some(isInherited)) return labels;
  return labelMap(new Map([...labels].filter(([name]) => !isInherited(name))));
}

function isInherited(label: string): boolean {
  return label.startsWith(NAMESPACE_PREFIX) || label.startsWith(SERVICE_ACCOUNT_PREFIX);
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
