import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REFUSED, VECTORS } from '../../test/interop/crd-vectors.ts';
import { safeParse } from './busy-schema.ts';
import { SPECS } from './kinds/index.ts';
import { metadata } from './metadata.ts';
import type { ParsedKind } from './resource.ts';
import { compiled } from './schema.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const ALL = Object.entries({ metadata, ...SPECS });
const quick = new Map(ALL.map(([kind, schema]) => [kind, compiled(schema)]));

const SAMPLES: readonly (readonly [kind: string, value: object])[] = [
  ...[...VECTORS, ...REFUSED].map(([kind, spec]) => [kind, spec] as const),
  [
    'metadata',
    { name: 'a', labels: { 'a/b': 'c', d: null }, annotations: { e: 'f' }, uid: 'g', finalizers: [] },
  ],
  [
    'WorkloadEndpoint',
    {
      orchestrator: 'k8s',
      node: 'n',
      pod: 'p',
      endpoint: 'eth0',
      ipNetworks: ['10.0.0.1/32', 'fd00::1'],
      ipNATs: [{ internalIP: '10.0.0.1', externalIP: '192.0.2.1' }],
      profiles: ['kns.default'],
      interfaceName: 'cali1',
      ports: [{ name: 'http', protocol: 'TCP', port: 80, hostPort: 8080 }],
    },
  ],
];

/** Values of every type, some of them right in one place or another. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    0,
    6,
    80,
    1.5,
    NaN,
    '',
    'a',
    'TCP',
    '80:90',
    '10.0.0.1/32',
    '-',
    'a = b',
  ),
  fc.constantFrom<unknown>([], {}, ['10.0.0.1/32', '10.0.0.1'], ['a', 'a'], { name: 'a' }, { a: null }, [{}]),
);

/** The sample with one place of it set to `by`, or with another field. */
function changed(sample: object, places: readonly number[], by: unknown, field: string): object {
  const copy = structuredClone(sample) as Record<string, unknown>;
  let at = copy;
  for (const place of places) {
    const keys = Object.keys(at);
    const key = place === 0 ? field : (keys[place % keys.length] ?? field);
    const next = Object.hasOwn(at, key) ? at[key] : undefined;
    if (typeof next !== 'object' || next === null) {
      // Not by assignment: the field may be `__proto__`.
      return Object.defineProperty(at, key, { value: by, enumerable: true, writable: true }) && copy;
    }
    at = next as Record<string, unknown>;
  }
  return copy;
}

const issuesOf = (schema: (typeof ALL)[number][1], raw: unknown): unknown => {
  const { success, data, error } = schema.safeParse(raw);
  return success ? { data } : error.issues;
};

describe('a compiled schema', () => {
  it.each(ALL)('is made of every schema: %s', (kind, schema) => {
    expect(quick.get(kind)).not.toBe(schema);
  });

  it.each(SAMPLES.map((sample) => [JSON.stringify(sample).slice(0, 150), sample] as const))(
    'answers as the schema: %s',
    (_name, [kind, sample]) => {
      const [schema, other] = [SPECS[kind as ParsedKind] ?? metadata, quick.get(kind)];
      expect(issuesOf(other as typeof schema, sample)).toStrictEqual(issuesOf(schema, sample));
    },
  );

  it(`answers as the schema to what was changed (seed ${seed})`, () => {
    const places = fc.array(fc.nat(11), { minLength: 1, maxLength: 6 });
    const field = fc.constantFrom('name', 'selector', 'nets', 'ports', 'unknown', '__proto__', 'tier');
    let valid = 0;
    fc.assert(
      fc.property(fc.constantFrom(...SAMPLES), places, value, field, ([kind, sample], where, by, name) => {
        const [schema, other] = [SPECS[kind as ParsedKind] ?? metadata, quick.get(kind)];
        const raw = changed(sample, where, by, name);
        if (schema.safeParse(raw).success) valid++;
        expect(issuesOf(other as typeof schema, raw)).toStrictEqual(issuesOf(schema, raw));
      }),
      { numRuns: 3000, seed },
    );
    expect(valid).toBeGreaterThan(100);
  });
});

it('a schema that is asked often answers as before', () => {
  const schema = SPECS.Tier;
  const [right, wrong] = [{ order: 1 }, { order: 'first', nothing: 1 }];
  const ask = () => [safeParse(schema, right).data, safeParse(schema, wrong).error?.issues];
  const first = ask();
  for (let i = 0; i < 600; i++) ask();
  expect(ask()).toStrictEqual(first);
});
