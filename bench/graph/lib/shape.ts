// Resources as a datastore hands them on: through JSON, so that no two share a string by the generator's doing, and in
// the shape that parseResource gives, which shares what is equal. Checking a quarter of a million of them by the schema would only measure zod, so
// they are shaped here, and `checkShape` holds samples to the schema.
import { deepStrictEqual } from 'node:assert';
import {
  compact,
  LabelMap,
  parseResource,
  type Resource,
  resourceKey,
} from '../../../src/resources/index.ts';
import type { ResourceUpdate } from '../../../src/sync/types.ts';

const API = 'projectcalico.org/v3';

type Labels = Readonly<Record<string, string>>;
type Raw = Readonly<Record<string, unknown>>;

function through(raw: unknown): unknown {
  return JSON.parse(JSON.stringify(raw));
}

function labelMap(labels: Labels): Map<string, string> {
  return new Map(Object.entries(labels));
}

interface Parsed {
  readonly metadata: { name: string; namespace?: string; labels: Labels };
  readonly spec: Record<string, unknown>;
}

/** The resource after a round trip through JSON, its labels as a Map. */
function shaped(kind: string, metadata: Raw, spec: Raw): Resource {
  const raw = through({ metadata, spec }) as Parsed;
  const labels = labelMap(raw.metadata.labels);
  const whole = { apiVersion: API, kind, metadata: { ...raw.metadata, labels }, spec: raw.spec };
  return compact(whole as unknown as Resource);
}

export interface EndpointSketch {
  readonly index: number;
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
  readonly address: string;
  readonly labels: Labels;
}

/** The two labels that every endpoint has in Calico's v3 API come on top of those of the sketch. */
export function endpoint({ index, node, namespace, pod, address, labels: own }: EndpointSketch): Resource {
  const name = `${node.replaceAll('-', '--')}-k8s-${pod.replaceAll('-', '--')}-eth0`;
  const labels = {
    ...own,
    'projectcalico.org/namespace': namespace,
    'projectcalico.org/orchestrator': 'k8s',
  };
  const spec = {
    orchestrator: 'k8s',
    node,
    pod,
    endpoint: 'eth0',
    ipNetworks: [address],
    profiles: [`kns.${namespace}`],
    interfaceName: `cali${index.toString(16)}`,
    ports: [],
  };
  return shaped('WorkloadEndpoint', { name, namespace, labels }, spec);
}

export interface PolicySketch {
  readonly name: string;
  readonly selector: string;
  readonly ingress: readonly Raw[];
  readonly egress: readonly Raw[];
}

/** Applies in both directions, as a policy without types does in Felix. */
export function policy({ name, selector, ingress, egress }: PolicySketch): Resource {
  const rule = (each: Raw): Raw => ({ source: {}, destination: {}, ...each });
  const spec = {
    tier: 'default',
    selector,
    types: ['Ingress', 'Egress'],
    ingress: ingress.map(rule),
    egress: egress.map(rule),
    doNotTrack: false,
    preDNAT: false,
    applyOnForward: false,
  };
  return shaped('GlobalNetworkPolicy', { name, labels: { 'projectcalico.org/tier': 'default' } }, spec);
}

export function profile(name: string, labels: Labels): Resource {
  const raw = through({ name, labels }) as { name: string; labels: Labels };
  return compact({
    apiVersion: API,
    kind: 'Profile',
    metadata: { name: raw.name },
    spec: { ingress: [], egress: [], labelsToApply: labelMap(raw.labels) },
  });
}

export function networkSet(name: string, nets: readonly string[], labels: Labels): Resource {
  return shaped('GlobalNetworkSet', { name, labels }, { nets });
}

/** Keys are flat strings, as they are when they come out of a store. */
export function update(value: Resource): ResourceUpdate {
  const { kind, metadata } = value;
  return { key: String(through(resourceKey(kind, metadata.namespace, metadata.name))), value };
}

function isMap(value: unknown): value is ReadonlyMap<string, string> {
  return value instanceof Map || value instanceof LabelMap;
}

/** Throws unless the resource is what parseResource makes of it. */
export function checkShape(resource: Resource): void {
  const text = JSON.stringify(resource, (_key, value: unknown) =>
    isMap(value) ? Object.fromEntries(value) : value,
  );
  const raw = JSON.parse(text, (_key, value: { kind?: string; first?: number } | null) =>
    value?.kind === 'range' ? value.first : value,
  ) as unknown;
  const { value, problems } = parseResource(raw);
  deepStrictEqual(problems, []);
  deepStrictEqual(resource, value);
}
