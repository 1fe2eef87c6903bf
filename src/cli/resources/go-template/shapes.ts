// What Go's types say of a value beside its JSON: how fields are called there, what an unset one is, what is a pointer.
// Go's names are those of JSON but for case and a few exceptions. Made of the schemas and layouts; of a kind without a
// schema nothing is known, and its unset fields have no value.
import * as z from 'zod';
import { SPECS } from '../../../resources/kinds/index.ts';
import type { Layout } from '../../../resources/stored/layout.ts';
import { specLayout } from '../../../resources/stored/layouts.ts';

export type Shape =
  | { readonly type: 'struct'; readonly name: string; readonly fields: ReadonlyMap<string, Field> }
  | { readonly type: 'list'; readonly items: Shape | undefined }
  /** Objects and lists of any kind, each saying which. */
  | { readonly type: 'results' }
  | { readonly type: 'map' }
  | {
      readonly type: 'scalar';
      readonly zero: string | number | boolean;
      readonly form?: 'float' | 'time';
    };

export interface Field {
  /** Empty: the value itself, as Go embeds `TypeMeta`. */
  readonly json: string;
  readonly shape: Shape | undefined;
  readonly pointer: boolean;
}

const scalar = (zero: string | number | boolean): Shape => ({ type: 'scalar', zero });
const TEXT = scalar('');
const TIME: Shape = { type: 'scalar', zero: '', form: 'time' };
export const FLOAT: Shape = { type: 'scalar', zero: 0, form: 'float' };
const MAP: Shape = { type: 'map' };
const LIST: Shape = { type: 'list', items: undefined };

const plainly = (json: string, shape: Shape | undefined, pointer = false): Field => ({
  json,
  shape,
  pointer,
});

/** Under the names of JSON and of Go, in small letters. */
function struct(name: string, fields: readonly (readonly [goName: string, Field])[]): Shape {
  const all = fields.flatMap(([goName, field]) => [
    [goName.toLowerCase(), field] as const,
    ...(field.json === '' ? [] : [[field.json.toLowerCase(), field] as const]),
  ]);
  return { type: 'struct', name, fields: new Map(all) };
}

const named = (shapes: Readonly<Record<string, Shape>>): [string, Field][] =>
  Object.entries(shapes).map(([json, shape]) => [json, plainly(json, shape)]);

const TYPE_META = named({ kind: TEXT, apiVersion: TEXT });

const OBJECT_META: readonly (readonly [string, Field])[] = [
  ...named({
    name: TEXT,
    generateName: TEXT,
    namespace: TEXT,
    selfLink: TEXT,
    uid: TEXT,
    resourceVersion: TEXT,
    generation: scalar(0),
    creationTimestamp: TIME,
    labels: MAP,
    annotations: MAP,
    ownerReferences: LIST,
    finalizers: LIST,
    managedFields: LIST,
  }),
  ['deletionTimestamp', plainly('deletionTimestamp', TIME, true)],
  ['deletionGracePeriodSeconds', plainly('deletionGracePeriodSeconds', scalar(0), true)],
];

/** Go's names that are other words than those of JSON. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  externalNodesList: 'ExternalNodesCIDRList',
  wireguardKeepAlive: 'WireguardPersistentKeepAlive',
};

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

function shapeFrom(
  name: string,
  { type, properties, items, anyOf }: Schema,
  layout: Layout | undefined,
): Shape {
  if (properties) {
    const fields = Object.entries(properties).map(([json, schema]) => {
      const { write, layout: below } = layout?.get(json) ?? {};
      const goName = OTHER_NAMES[json] ?? json;
      return [goName, plainly(json, shapeFrom(goName, schema, below), write === 'given')] as const;
    });
    return struct(name, fields);
  }
  if (items) return { type: 'list', items: shapeFrom(name, items, layout) };
  switch (type) {
    case 'object':
      return MAP;
    case 'array':
      return LIST;
    case 'boolean':
      return scalar(false);
    case 'number':
      return FLOAT;
    case 'integer':
      return scalar(0);
    default:
      return scalar(anyOf?.some((each) => each.type === 'integer' || each.type === 'number') ? 0 : '');
  }
}

function specShape(kind: string): Shape | undefined {
  if (!Object.hasOwn(SPECS, kind)) return undefined;
  const schema: z.ZodType = SPECS[kind as keyof typeof SPECS];
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
  return shapeFrom(`${kind}Spec`, json as Schema, specLayout(kind));
}

function objectShape(kind: string): Shape {
  const meta = struct('ObjectMeta', OBJECT_META);
  // Go lets the fields of embedded structs be named without them.
  const promoted = OBJECT_META.map(([name, field]): [string, Field] => [
    name,
    { ...field, json: `metadata/${field.json}` },
  ]);
  return struct(kind, [
    ...promoted,
    ...TYPE_META,
    ['TypeMeta', plainly('', struct('TypeMeta', TYPE_META))],
    ['ObjectMeta', plainly('metadata', meta)],
    ['spec', plainly('spec', specShape(kind))],
    ['status', plainly('status', undefined)],
  ]);
}

function listShape(kind: string): Shape {
  const meta = struct('ListMeta', named({ resourceVersion: TEXT, continue: TEXT, selfLink: TEXT }));
  return struct(`${kind}List`, [
    ['resourceVersion', plainly('metadata/resourceVersion', TEXT)],
    ...TYPE_META,
    ['TypeMeta', plainly('', struct('TypeMeta', TYPE_META))],
    ['ListMeta', plainly('metadata', meta)],
    ['items', plainly('items', { type: 'list', items: shapeOf(kind) })],
  ]);
}

const made = new Map<string, Shape>();

/** Of an object of the kind, or of a list: `TierList`. */
export function shapeOf(kind: string): Shape {
  const known = made.get(kind);
  if (known) return known;
  const shape = kind.endsWith('List') ? listShape(kind.slice(0, -'List'.length)) : objectShape(kind);
  made.set(kind, shape);
  return shape;
}
