// Values of a template: JSON, and what Go knows of it (shapes.ts). How they are walked, printed and taken for true.
import { byBytes } from '../../../resources/stored/byte-order.ts';
import { text as goText } from '../go-text.ts';
import { type Shape, shapeOf } from './shapes.ts';

export interface Value {
  /** Null is Go's nil; undefined is what is not there at all. */
  readonly value: unknown;
  readonly shape?: Shape | undefined;
  /** It is present, whatever it points to. */
  readonly pointer?: boolean;
}

export const value = (of: unknown): Value => ({ value: of });

type Fields = Readonly<Record<string, unknown>>;

export const isObject = (of: unknown): of is Fields =>
  typeof of === 'object' && of !== null && !Array.isArray(of);

/** Undefined: such values have no such field. */
export function fieldOf({ value: of, shape }: Value, name: string): Value | undefined {
  if (of === undefined) return value(undefined);
  if (!isObject(of)) return undefined;
  if (shape?.type === 'map') return value(Object.hasOwn(of, name) ? of[name] : undefined);
  const field = shape?.type === 'struct' ? shape.fields.get(name.toLowerCase()) : undefined;
  if (field?.json === '') return { value: of, shape: field.shape };
  if (field) {
    const found = field.json
      .split('/')
      .reduce<unknown>((at, key) => (isObject(at) ? own(at, key) : undefined), of);
    return { value: found ?? unset(field), shape: field.shape, pointer: field.pointer };
  }
  const key = keyLike(of, name);
  if (key !== undefined) return value(of[key]);
  return shape?.type === 'struct' ? undefined : value(undefined);
}

const own = (of: Fields, key: string): unknown => (Object.hasOwn(of, key) ? of[key] : undefined);

/** As it is written, or in other case: Go's names begin with a capital. */
function keyLike(of: Fields, name: string): string | undefined {
  if (Object.hasOwn(of, name)) return name;
  return Object.keys(of).find((key) => key.toLowerCase() === name.toLowerCase());
}

function unset({
  shape,
  pointer,
}: {
  readonly shape: Shape | undefined;
  readonly pointer: boolean;
}): unknown {
  if (shape === undefined) return undefined;
  if (pointer) return null;
  return shape.type === 'list' ? [] : shape.type === 'scalar' ? shape.zero : {};
}

export function itemOf({ value: of, shape }: Value, index: number): Value {
  const item = (of as readonly unknown[])[index];
  if (shape?.type === 'results') return { value: item, shape: shapeOf((item as { kind: string }).kind) };
  return { value: item, shape: shape?.type === 'list' ? shape.items : undefined };
}

/** Of maps, by their keys; of structs too, whose fields Go would not count. */
export const entriesOf = (of: Fields): readonly (readonly [string, unknown])[] =>
  Object.entries(of).sort(([a], [b]) => byBytes(a, b));

export function isTrue({ value: of, shape, pointer }: Value): boolean {
  if (of === undefined || of === null) return false;
  if (pointer) return true;
  if (Array.isArray(of)) return of.length > 0;
  if (isObject(of)) return shape?.type === 'struct' || Object.keys(of).length > 0;
  return Boolean(of);
}

export const isFloat = ({ value: of, shape }: Value): boolean =>
  typeof of === 'number' && (!Number.isInteger(of) || (shape?.type === 'scalar' && shape.form === 'float'));

/** As Go's `%v`; a struct as if it were a map. */
export function printed(of: Value): string {
  const { value: it, shape } = of;
  if (it === undefined) return '<no value>';
  if (it === null) return '<nil>';
  if (Array.isArray(it)) return `[${it.map((_, index) => printed(itemOf(of, index))).join(' ')}]`;
  if (isObject(it)) {
    const entries = entriesOf(it).map(
      ([key, entry]) => `${key}:${printed(fieldOf(of, key) ?? value(entry))}`,
    );
    return `map[${entries.join(' ')}]`;
  }
  if (shape?.type === 'scalar' && shape.form === 'time' && typeof it === 'string') return timeText(it);
  return typeof it === 'number' && !isFloat(of)
    ? String(it)
    : typeof it === 'boolean'
      ? String(it)
      : goText(it);
}

/** Of Go's time, in UTC. */
function timeText(time: string): string {
  if (time === '') return '0001-01-01 00:00:00 +0000 UTC';
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return time;
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`;
}
