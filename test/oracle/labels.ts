// The oracle's own reading of labels and selectors: who has which label, and whether a selector holds. Written from
// the description of the language, not from src/selector's evaluator; only the parser is shared.
import type { HostEndpoint, Protocol, Resource, WorkloadEndpoint } from '../../src/resources/index.ts';
import { parseSelector, type Selector } from '../../src/selector/index.ts';
import { type Block, block } from './addresses.ts';

export const NAMESPACE = 'projectcalico.org/namespace';
export const SERVICE_ACCOUNT = 'projectcalico.org/serviceaccount';

interface NamedPort {
  readonly name?: string | undefined;
  readonly protocol: Protocol;
  readonly port: number;
}

/** Something that rules name: an endpoint of a workload or host, or a network set; or, for no selector, a slice of a service. */
export interface Item {
  readonly endpoint?: WorkloadEndpoint;
  readonly host?: HostEndpoint;
  /** `namespace/name`, of what an EndpointSlice belongs to. */
  readonly service?: string;
  readonly ports: readonly NamedPort[];
  readonly blocks: readonly Block[];
  /** The value of a label: own, or of the first profile in order that applies it. */
  label(name: string): string | undefined;
}

export function items(resources: readonly Resource[]): Item[] {
  const applied = new Map<string, ReadonlyMap<string, string>>();
  for (const one of resources)
    if (one.kind === 'Profile') applied.set(one.metadata.name, one.spec.labelsToApply ?? new Map());
  const item = (
    own: ReadonlyMap<string, string>,
    parents: readonly string[],
    nets: readonly string[],
  ): Item => ({
    ports: [],
    blocks: nets.flatMap((net) => block(net) ?? []),
    label: (name) =>
      own.get(name) ??
      parents.map((parent) => applied.get(parent)?.get(name)).find((value) => value !== undefined),
  });
  return resources.flatMap((one): Item[] => {
    const own = new Map(one.metadata.labels ?? []);
    if (one.kind === 'WorkloadEndpoint') {
      if (one.spec.ipNetworks.length === 0) return [];
      own.set(NAMESPACE, one.metadata.namespace ?? '');
      if (one.spec.serviceAccountName) own.set(SERVICE_ACCOUNT, one.spec.serviceAccountName);
      return [
        {
          ...item(
            own,
            one.spec.profiles,
            one.spec.ipNetworks.map((net) => net.split('/')[0] ?? net),
          ),
          endpoint: one,
          ports: one.spec.ports,
        },
      ];
    }
    if (one.kind === 'HostEndpoint') {
      const { profiles = [], expectedIPs = [], ports = [] } = one.spec;
      return [{ ...item(own, profiles, expectedIPs), host: one, ports }];
    }
    if (one.kind === 'KubernetesEndpointSlice') {
      const { service, addresses, ports } = one.spec;
      return [{ ...item(own, [], addresses), service: `${one.metadata.namespace}/${service}`, ports }];
    }
    if (one.kind === 'GlobalNetworkSet') return [item(own, [], one.spec.nets)];
    if (one.kind !== 'NetworkSet') return [];
    own.set(NAMESPACE, one.metadata.namespace ?? '');
    return [item(own, [`kns.${one.metadata.namespace}`], one.spec.nets)];
  });
}

export type Predicate = (item: Item) => boolean;

export interface Reading {
  /** Prepended to each label name. */
  readonly prefix?: string;
  /** What `all()` means; default true. */
  readonly all?: Predicate;
  readonly global?: Predicate;
}

/** A selector as a predicate. `undefined` for an absent or empty one. */
export function predicate(text: string | undefined, reading: Reading = {}): Predicate | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const tree = parseSelector(text).value;
  if (!tree) throw new Error(`the oracle was given a selector that does not parse: ${text}`);
  return (item) => holds(tree, item, reading);
}

function holds(tree: Selector, item: Item, reading: Reading): boolean {
  const value = (label: string): string | undefined => item.label((reading.prefix ?? '') + label);
  switch (tree.kind) {
    case 'all':
      return reading.all ? reading.all(item) : true;
    case 'global':
      return reading.global ? reading.global(item) : true;
    case 'has':
      return value(tree.label) !== undefined;
    case 'in': {
      const found = value(tree.label);
      return (found !== undefined && tree.values.includes(found)) !== tree.negated;
    }
    case 'not':
      return !holds(tree.operand, item, reading);
    case 'and':
      return tree.operands.every((operand) => holds(operand, item, reading));
    case 'or':
      return tree.operands.some((operand) => holds(operand, item, reading));
    case 'compare': {
      const found = value(tree.label);
      if (found === undefined) return tree.op === '!=';
      if (tree.op === '==') return found === tree.value;
      if (tree.op === '!=') return found !== tree.value;
      if (tree.op === 'contains') return found.includes(tree.value);
      return tree.op === 'starts with' ? found.startsWith(tree.value) : found.endsWith(tree.value);
    }
  }
}

/** All that are given hold; `undefined` when none is. */
export function both(...parts: readonly (Predicate | undefined)[]): Predicate | undefined {
  const given = parts.filter((part) => part !== undefined);
  return given.length === 0 ? undefined : (item) => given.every((part) => part(item));
}
