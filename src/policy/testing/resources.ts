// Short hands for the resources of tests. Each goes through the real schema, so that a test cannot use what a user
// could not write.
import { parseResource, type Resource, type ResourceKey, resourceKey } from '../../resources/index.ts';

type Labels = Readonly<Record<string, string>>;
type Raw = Readonly<Record<string, unknown>>;

export function resource(kind: string, fullName: string, spec: Raw, metadata: Raw = {}): Resource {
  const slash = fullName.indexOf('/');
  const name = fullName.slice(slash + 1);
  const namespace = slash < 0 ? {} : { namespace: fullName.slice(0, slash) };
  const raw = {
    apiVersion: 'projectcalico.org/v3',
    kind,
    metadata: { name, ...namespace, ...metadata },
    spec,
  };
  const { value, problems } = parseResource(raw);
  if (!value) throw new Error(`${kind} ${fullName}: ${JSON.stringify(problems)}`);
  return value;
}

export function keyOf({ kind, metadata }: Resource): ResourceKey {
  return resourceKey(kind, metadata.namespace, metadata.name);
}

export interface EndpointOptions {
  readonly labels?: Labels;
  /** Default: the node of the tests, n1. */
  readonly node?: string;
  readonly profiles?: readonly string[];
  readonly ports?: readonly { name: string; protocol: string | number; port: number }[];
  /** Default: `cali` and the name. */
  readonly interface?: string;
}

/** `name`: namespace/pod. */
export function endpoint(name: string, addresses: string, options: EndpointOptions = {}): Resource {
  const [namespace = '', pod = ''] = name.split('/');
  const node = options.node ?? 'n1';
  const spec = {
    node,
    orchestrator: 'k8s',
    pod,
    endpoint: 'eth0',
    interfaceName: options.interface ?? `cali${pod}`,
    ipNetworks: addresses.split(' ').filter((text) => text !== ''),
    ...(options.profiles && { profiles: options.profiles }),
    ...(options.ports && { ports: options.ports }),
  };
  const double = (text: string): string => text.replaceAll('-', '--');
  const full = `${namespace}/${double(node)}-k8s-${double(pod)}-eth0`;
  return resource('WorkloadEndpoint', full, spec, options.labels ? { labels: options.labels } : {});
}

export interface HostOptions {
  readonly labels?: Labels;
  /** Default: the node of the tests, n1. */
  readonly node?: string;
  readonly profiles?: readonly string[];
  readonly ports?: readonly { name: string; protocol: string | number; port: number }[];
  readonly interface?: string;
  readonly expected?: string;
}

/** Without an interface it needs expected addresses. */
export function hostEndpoint(name: string, options: HostOptions): Resource {
  const spec = {
    node: options.node ?? 'n1',
    ...(options.interface !== undefined && { interfaceName: options.interface }),
    ...(options.expected !== undefined && { expectedIPs: options.expected.split(' ') }),
    ...(options.profiles && { profiles: options.profiles }),
    ...(options.ports && { ports: options.ports }),
  };
  return resource('HostEndpoint', name, spec, options.labels ? { labels: options.labels } : {});
}

export function networkPolicy(name: string, spec: Raw): Resource {
  return resource('NetworkPolicy', name, spec);
}

export function globalPolicy(name: string, spec: Raw): Resource {
  return resource('GlobalNetworkPolicy', name, spec);
}

export function tier(name: string, order: number, defaultAction: 'Deny' | 'Pass' = 'Deny'): Resource {
  return resource('Tier', name, { order, defaultAction });
}

export function profile(name: string, labelsToApply: Labels = {}, rules: Raw = {}): Resource {
  return resource('Profile', name, { labelsToApply, ...rules });
}

/** A profile as a namespace gets it: its labels, and everything allowed. */
export function namespaceProfile(namespace: string, labels: Labels = {}): Resource {
  const prefixed = Object.entries(labels).map(([label, value]) => [`pcns.${label}`, value]);
  const own = Object.fromEntries([...prefixed, ['pcns.projectcalico.org/name', namespace]]);
  return profile(`kns.${namespace}`, own, { ingress: [{ action: 'Allow' }], egress: [{ action: 'Allow' }] });
}

export function networkSet(name: string, nets: string, labels: Labels): Resource {
  const kind = name.includes('/') ? 'NetworkSet' : 'GlobalNetworkSet';
  return resource(kind, name, { nets: nets.split(' ').filter((text) => text !== '') }, { labels });
}

/** Rules in one word: allow from, allow to. */
export function allowFrom(source: Raw, more: Raw = {}): Raw {
  return { action: 'Allow', source, ...more };
}

export function allowTo(destination: Raw, more: Raw = {}): Raw {
  return { action: 'Allow', destination, ...more };
}
