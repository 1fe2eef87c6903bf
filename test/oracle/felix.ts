// The oracle's reading of FelixConfiguration: field by field, the node's own object before the one whose selector
// matches the node before `default`.
import type { FelixConfigurationSpec, Resource } from '../../src/resources/index.ts';
import { predicate } from './labels.ts';

export function felixOf(resources: readonly Resource[], node: string): FelixConfigurationSpec {
  const found = resources.filter((one) => one.kind === 'FelixConfiguration');
  const labels = resources.find((one) => one.kind === 'Node' && one.metadata.name === node)?.metadata.labels;
  const machine = { blocks: [], label: (name: string) => labels?.get(name) };
  // Without a time of creation an object is the newest.
  const created = (one: (typeof found)[number]): number => {
    const text = one.metadata.other?.['creationTimestamp'];
    return typeof text === 'string' ? Date.parse(text) : Number.MAX_VALUE;
  };
  const selected = found
    .filter(
      (one) =>
        one.metadata.name !== 'default' &&
        !one.metadata.name.startsWith('node.') &&
        labels &&
        predicate(one.spec.nodeSelector)?.(machine),
    )
    .sort((a, b) => created(a) - created(b) || (a.metadata.name < b.metadata.name ? -1 : 1))[0];
  const named = (name: string): FelixConfigurationSpec | undefined =>
    found.find((one) => one.metadata.name === name)?.spec;
  const given = [named('default'), selected?.spec, named(`node.${node}`)].flatMap((spec) =>
    spec ? [spec] : [],
  );
  return given.reduce(
    (low, high) => ({
      ...low,
      ...Object.fromEntries(Object.entries(high).filter(([, value]) => value !== undefined)),
    }),
    {} as FelixConfigurationSpec,
  );
}
