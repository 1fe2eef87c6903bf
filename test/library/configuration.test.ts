// docs/configuration.md tells of every field of FelixConfiguration once, and what it says of the used ones is so.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type FieldDoc, OTHER_FIELDS, USED_FIELDS } from '../../scripts/docs/felix-fields.ts';
import { PAGES, withTables } from '../../scripts/docs/configuration.ts';
import { createGraph, type NodeConfig } from '../../src/policy/index.ts';
import { parseResource, resourceKey } from '../../src/resources/index.ts';
import { felixConfigurationSpec } from '../../src/resources/kinds/felix-configuration.ts';

const pageOf = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const PAGE = pageOf('configuration.md');
const FIELDS = Object.keys(felixConfigurationSpec.shape);

interface Raw {
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Through the schema, as input goes. */
function configOf(...objects: readonly Raw[]): NodeConfig {
  const graph = createGraph({ nodes: ['n1'] });
  graph.onUpdates(
    objects.map((object) => {
      const { value, problems } = parseResource({ apiVersion: 'projectcalico.org/v3', ...object });
      if (value === undefined) throw new Error(problems.map(({ message }) => message).join('; '));
      return { key: resourceKey(value.kind, undefined, value.metadata.name), value };
    }),
  );
  graph.onStatus('in-sync');
  graph.flush();
  return graph.nodePolicy('n1').config;
}

const felix = (spec: Raw['spec'], name = 'default'): Raw => ({
  kind: 'FelixConfiguration',
  metadata: { name },
  spec,
});
const NODE: Raw = { kind: 'Node', metadata: { name: 'n1' }, spec: {} };

it.each(Object.entries(PAGES))('%s is fresh', (name, make) => {
  expect(withTables(pageOf(name), make())).toBe(pageOf(name));
});

it('every field of the schema stands on the page exactly once, and no other', () => {
  const rows = PAGE.slice(PAGE.indexOf('<!-- felix')).split('\n');
  const used = rows.flatMap((row) => /^\| `(\w+)` \| /.exec(row)?.[1] ?? []);
  const others = rows
    .filter((row) => /^\| [^`|]+ \| `/.test(row))
    .flatMap((row) => [...(row.split('|')[2] ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name));
  expect([...used, ...others].toSorted()).toEqual(FIELDS.toSorted());
  expect(used).toEqual(Object.keys(USED_FIELDS));
});

/** Whether the schema takes it. */
function taken(spec: Raw['spec']): boolean {
  return parseResource({ apiVersion: 'projectcalico.org/v3', ...felix(spec) }).value !== undefined;
}

const same = (a: Raw['spec'], b: Raw['spec']): boolean =>
  JSON.stringify(configOf(felix(a))) === JSON.stringify(configOf(felix(b)));

/** What the entry of a field says and is not so. */
function untrue(name: string, doc: FieldDoc): string[] {
  const others = doc.with ?? {};
  const faults = same({ ...others, [name]: doc.example }, others) ? ['the example changes nothing'] : [];
  if (doc.default !== undefined && !same({ ...others, [name]: doc.default }, others)) faults.push('default');
  for (const value of doc.values ?? []) {
    if (!taken({ [name]: value })) faults.push(`${value} is refused`);
    const upper = { [name]: value.toUpperCase() };
    if (taken(upper) !== (doc.anyCase === true)) faults.push(`${value} in capitals`);
    else if (doc.anyCase && !same(upper, { [name]: value })) faults.push(`${value} in capitals differs`);
  }
  if (doc.values && taken({ [name]: 'Neither' })) faults.push('any word is taken');
  return faults;
}

describe('fields that change what is enforced', () => {
  const fields = Object.entries<FieldDoc>(USED_FIELDS).filter(([name]) => name !== 'nodeSelector');

  it.each(fields)('%s', (name, doc) => {
    expect(untrue(name, doc)).toEqual([]);
  });

  it('nodeSelector', () => {
    const spec = { chainInsertMode: 'Append' };
    expect(configOf(NODE, felix(spec, 'edge')).chainInsertMode).toBe('insert');
    expect(configOf(NODE, felix({ ...spec, nodeSelector: 'all()' }, 'edge')).chainInsertMode).toBe('append');
    expect(configOf(NODE, felix({ ...spec, nodeSelector: "a == 'b'" }, 'edge')).chainInsertMode).toBe(
      'insert',
    );
  });
});

it('the other fields change nothing', { timeout: 120_000 }, () => {
  const names = new Set(OTHER_FIELDS.flatMap(({ fields }) => fields.split(' ')));
  // A value of each shape: what the schema refuses says nothing, and each must take at least one.
  const values = [
    true,
    7,
    '10s',
    'Enabled',
    'abc',
    '192.0.2.1',
    'fd00::1',
    [],
    {},
    '100/minute',
    'Auto',
    'Drop',
  ];
  const more = ['Enable', 'TC', 'Off', 'Loose', 'DSR', 'All', 'None', 'Any', 'Debug', 'NFT', 'Accept', 'TCP'];
  const last = [
    'DoubleIfFull',
    'HostAddress',
    'NoClientCert',
    'WorkloadIPs',
    'PodsAndLoadBalancers',
    'a=true',
    { min: 1, max: 2 },
  ];
  const found = [...names].map((name) => {
    const specs = [...values, ...more, ...last].map((value) => ({ [name]: value })).filter(taken);
    return [name, specs.length > 0, specs.every((spec) => same(spec, {}))];
  });
  expect(found).toEqual([...names].map((name) => [name, true, true]));
});

it('the annotation of ours does what the page says', () => {
  const on = (value: string): Raw => ({
    ...felix({}),
    metadata: { name: 'default', annotations: { 'tortie.dev/hostNeighbourDiscovery': value } },
  });
  expect(configOf(on('disabled')).hostNeighbourDiscovery).toBe(false);
  expect(configOf(on('Enabled')).hostNeighbourDiscovery).toBe(true);
  expect(configOf(on('off')).hostNeighbourDiscovery).toBe(true);
});
