// A field that a schema has and no layout would be written behind the others; one that only a layout has was misspelt.
import { expect, it } from 'vitest';
import * as z from 'zod';
import { SPECS } from '../kinds/index.ts';
import { METADATA, specLayout } from './layouts.ts';
import { metadata } from '../metadata.ts';
import type { Layout } from './layout.ts';

interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
}

const shapeOf = (schema: z.ZodType) =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;

/** Paths of the fields, of the lists' entries too. */
function fields(shape: Shape, path = ''): string[] {
  const inside = shape.items ?? shape;
  return Object.entries(inside.properties ?? {}).flatMap(([name, below]) => [
    `${path}${name}`,
    ...fields(below, `${path}${name}.`),
  ]);
}

function written(layout: Layout, path = ''): string[] {
  return [...layout.values()].flatMap(({ name, layout: below }) => [
    `${path}${name}`,
    ...(below ? written(below, `${path}${name}.`) : []),
  ]);
}

it.each(Object.entries(SPECS))('%s is written with the fields of its schema', (kind, schema) => {
  const layout = specLayout(kind);
  expect(written(layout ?? new Map()).sort()).toEqual(fields(shapeOf(schema as z.ZodType)).sort());
});

it('writes all metadata', () => {
  const known = new Set(fields(shapeOf(metadata)));
  const extra = written(METADATA).filter((field) => !field.includes('.') && !known.has(field));
  expect(extra).toEqual([]);
});
