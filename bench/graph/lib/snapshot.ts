// What Felix's snapshot benchmarks feed in (felix/calc, benchInitialSnap), with the same counts, labels, selectors and
// addresses. `share` makes all counts smaller alike, for growth tables.
import type { Resource } from '../../../src/resources/index.ts';
import type { ResourceUpdate } from '../../../src/sync/types.ts';
import { endpoint, networkSet, policy, profile, update } from './shape.ts';

export const LOCAL = 'localhost';
const NAMESPACES = 100;
const SET_SIZES = [1, 1, 1, 1, 2, 3, 4, 5, 100, 1000];

const PLAIN = ['calico/FizzBuzz', 'calico/BoffBip', 'calico/Bazzle', 'calico/Razzle'];
const MORE = ['calico/DoopDeeDoo', 'calico/SOME_LABEL', 'calico/BORED_NOW'];
const block = (prefix: string, names: readonly string[]): string[] => names.map((name) => prefix + name);
/** 31 entries, 29 names: Felix's list repeats two. */
export const MARKERS = [
  'FOO_BAR',
  'FOO_BAR',
  'BIFF_BOP',
  ...PLAIN,
  ...MORE,
  'MyMarkerLabel',
  ...block('x', ['FOO_BAR', 'BIFF_BOP', ...PLAIN, ...MORE]),
  'yxMyMarkerLabel',
  ...block('yx', ['FOO_BAR', 'BIFF_BOP', ...PLAIN, ...MORE, 'MyMarkerLabel']),
];

export interface SnapshotSize {
  readonly remote: number;
  readonly local: number;
  readonly tagPolicies: number;
  readonly netSets: number;
}

/** Batches in the order in which Felix's benchmark injects them. */
export interface Workload {
  readonly batches: readonly (readonly ResourceUpdate[])[];
  /** Local endpoints. */
  readonly local: readonly ResourceUpdate[];
}

export function marker(index: number): string {
  return MARKERS[index % MARKERS.length] as string;
}

/** The n-th address: Felix counts in the first four bytes of an IPv6 address. */
export function address(n: number): string {
  const bits = 0x0a000001 + n;
  return `${(bits >>> 16).toString(16)}:${(bits & 0xffff).toString(16)}::ffff:0:0/128`;
}

/** `seed`: 1 for the first endpoint. */
export function tagEndpoint(node: string, index: number, seed: number, labels = tagLabels(seed)): Resource {
  const namespace = `namespace-${index % NAMESPACES}`;
  return endpoint({ index: seed, node, namespace, pod: `wep-${index}`, address: plainAddress(seed), labels });
}

export function tagLabels(seed: number): Record<string, string> {
  const ratios = [10, 11, 20, 30, 40].map((n) => [`one-in-${n}`, `value-${seed % n}`]);
  return { ...Object.fromEntries(ratios), [marker(seed)]: 'true' };
}

function plainAddress(seed: number): string {
  return address(seed - 1);
}

/** Five rules, from the selector of each marker from `index + shift` on; `extra`: one more rule. */
export function tagPolicy(
  index: number,
  selector = `has(${marker(index)})`,
  shift = 0,
  extra?: string,
): Resource {
  const markers = [0, 1, 2, 3, 4].map((j) => `has(${marker(index + j + shift)})`);
  const ingress = [...markers, ...(extra ? [extra] : [])].map((each) => ({
    action: 'Allow',
    source: { selector: each },
  }));
  return policy({ name: `tag-pol-${index}`, selector, ingress, egress: [] });
}

function netSetPair(index: number, nets: readonly string[]): Resource[] {
  const name = `network-set-${index}`;
  const source = { selector: `network-set-name == '${name}'` };
  const allow = {
    name: `network-set-pol-${index}`,
    selector: 'all()',
    ingress: [{ action: 'Allow', source }],
    egress: [],
  };
  return [networkSet(name, nets, { 'network-set-name': name }), policy(allow)];
}

const list = <T>(length: number, make: (index: number) => T): T[] =>
  Array.from({ length }, (_, index) => make(index));

export function snapshot({ remote, local, tagPolicies, netSets }: SnapshotSize): Workload {
  const remotes = list(remote, (n) => update(tagEndpoint('remotehost', n, n + 1)));
  const locals = list(local, (n) => update(tagEndpoint(LOCAL, n, remote + n + 1)));
  const policies = list(tagPolicies, (n) => update(tagPolicy(n)));
  const profiles = list(NAMESPACES, (n) =>
    update(profile(`kns.namespace-${n}`, { 'pcns.projectcalico.org/name': `namespace-${n}` })),
  );
  let next = 0;
  const pairs = list(netSets, (n) => {
    const size = SET_SIZES[n % SET_SIZES.length] as number;
    return netSetPair(
      n,
      list(size, () => address(next++)),
    ).map(update);
  }).flat();
  return { batches: [policies, profiles, remotes, pairs, locals], local: locals };
}
