// JSON Schema (draft 7) of each modelled kind, from its zod schema: what the other generators start from, and, for
// editors, a whole object. Keywords of ours, which no output keeps:
//   x-default       the effective default, in words, where none is filled in
//   x-crd-default   what Calico's CRD fills in
//   x-crd           what the CRD says instead
//   x-crd-optional  the CRD does not demand it
//   x-any-case      one of these, in any case, or empty
import * as z from 'zod';
import { KINDS } from '../../src/resources/catalogue.ts';
import { SPECS, WITH_STATUS } from '../../src/resources/kinds/index.ts';
import { API_VERSION } from '../../src/resources/resource.ts';

export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly description?: string;
  readonly title?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly [keyword: string]: unknown;
}

/** Of the spec, as people write it. */
export function specSchema(kind: string): Schema | undefined {
  const schema = Object.hasOwn(SPECS, kind) ? SPECS[kind as keyof typeof SPECS] : undefined;
  if (schema === undefined) return undefined;
  // draft-7 and no ids, so that there are no references: CRDs must not have any.
  return z.toJSONSchema(schema as z.ZodType, {
    io: 'input',
    unrepresentable: 'any',
    target: 'draft-7',
    reused: 'inline',
  }) as Schema;
}

const TEXT: Schema = { type: 'string' };
const TEXTS: Schema = { type: 'object', additionalProperties: TEXT };

function metadata(namespaced: boolean, named: boolean): Schema {
  return {
    type: 'object',
    description: 'Name, namespace and labels, as of every object of Kubernetes.',
    properties: {
      name: { ...TEXT, description: 'Name of the object.' },
      ...(namespaced ? { namespace: { ...TEXT, description: 'Its namespace; `default` when absent.' } } : {}),
      labels: { ...TEXTS, description: 'Labels, for selectors.' },
      annotations: { ...TEXTS, description: 'Notes of any kind.' },
    },
    ...(named ? { required: ['name'] } : {}),
  };
}

/** Of a whole object, for editors. */
export function objectSchema(kind: string, summary: string): Schema {
  const spec = specSchema(kind);
  const { $schema: dialect, ...body } = forEditors(spec ?? {});
  return {
    $schema: dialect ?? 'http://json-schema.org/draft-07/schema#',
    title: kind,
    description: summary,
    type: 'object',
    properties: {
      apiVersion: { const: API_VERSION },
      kind: { const: kind },
      // The name of a workload endpoint is made of its identifiers.
      metadata: metadata(KINDS.get(kind)?.namespaced ?? false, kind !== 'WorkloadEndpoint'),
      spec: body,
      ...(WITH_STATUS.has(kind) ? { status: { type: 'object' } } : {}),
    },
    required: ['apiVersion', 'kind', 'metadata'],
    additionalProperties: false,
  };
}

/** All kinds in one, told apart by `kind`, for files with several documents. */
export function anyObjectSchema(kinds: readonly string[]): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Calico resource',
    type: 'object',
    properties: { kind: { enum: kinds } },
    required: ['apiVersion', 'kind', 'metadata'],
    allOf: kinds.map((kind) => ({
      if: { properties: { kind: { const: kind } }, required: ['kind'] },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: { $ref: `${kind}.schema.json` },
    })),
  };
}

const OURS = /^x-/;

function forEditors(schema: Schema): Schema {
  const entries = Object.entries(schema).filter(
    ([keyword, value]) => !OURS.test(keyword) && !isNoBound(keyword, value),
  );
  const { properties, items, anyOf, ...plain } = Object.fromEntries(entries) as Schema;
  const anyCase = schema['x-any-case'] as readonly string[] | undefined;
  return {
    ...plain,
    ...(anyOf ? { anyOf: anyOf.map(forEditors) } : {}),
    ...(anyCase ? { anyOf: [{ enum: anyCase }, { pattern: inAnyCase(anyCase) }] } : {}),
    ...(items ? { items: forEditors(items) } : {}),
    ...(properties ? { properties: mapValues(properties, forEditors) } : {}),
  };
}

/** zod bounds integers by what a number can hold. */
export function isNoBound(keyword: string, value: unknown): boolean {
  return (
    (keyword === 'maximum' && value === Number.MAX_SAFE_INTEGER) ||
    (keyword === 'minimum' && value === Number.MIN_SAFE_INTEGER)
  );
}

function inAnyCase(values: readonly string[]): string {
  const letters = (value: string) =>
    value.replace(/[a-z]/gi, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`);
  return `^(${values.map(letters).join('|')})?$`;
}

export function mapValues<T>(
  map: Readonly<Record<string, T>>,
  change: (value: T) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]));
}
