// What a template may call: Go's builtins but for those of HTML and JavaScript, and calicoctl's join, joinAndTruncate and
// config. `and` and `or` are in evaluate.ts, which alone can leave arguments alone.
import { entriesOf, fieldOf, isObject, isTrue, itemOf, printed, value, type Value } from './values.ts';
import { CallError, sprintf, typeName } from './printf.ts';

export interface Settings {
  /** Of `config "asnumber"`. */
  readonly asNumber: string;
}

export interface TemplateFunction {
  readonly least: number;
  readonly most: number;
  readonly call: (given: readonly Value[], settings: Settings) => Value;
}

const fn = (
  least: number,
  most: number,
  call: (given: readonly Value[], settings: Settings) => unknown,
): TemplateFunction => ({ least, most, call: (given, settings) => value(call(given, settings)) });

const at = (given: readonly Value[], index: number): Value => given[index] ?? value(undefined);

const MANY = Infinity;

export const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map([
  ['and', fn(1, MANY, () => undefined)],
  ['or', fn(1, MANY, () => undefined)],
  ['not', fn(1, 1, (given) => !isTrue(at(given, 0)))],
  ['len', fn(1, 1, (given) => lengthOf(at(given, 0)))],
  ['index', { least: 1, most: MANY, call: ([of, ...keys]) => keys.reduce(indexed, of ?? value(undefined)) }],
  ['slice', { least: 1, most: 4, call: ([of, ...ends]) => sliced(of ?? value(undefined), ends) }],
  ['print', fn(0, MANY, sprint)],
  ['println', fn(0, MANY, (given) => `${given.map(printed).join(' ')}\n`)],
  ['printf', fn(1, MANY, ([format, ...rest]) => sprintf(textOf(format ?? value(undefined)), rest))],
  ['urlquery', fn(0, MANY, (given) => encodeURIComponent(sprint(given)).replaceAll('%20', '+'))],
  ['eq', fn(2, MANY, ([first, ...others]) => others.some((each) => compare(first ?? each, each) === 0))],
  ['ne', fn(2, 2, (given) => compare(at(given, 0), at(given, 1)) !== 0)],
  ['lt', fn(2, 2, (given) => ordered(given) < 0)],
  ['le', fn(2, 2, (given) => ordered(given) <= 0)],
  ['gt', fn(2, 2, (given) => ordered(given) > 0)],
  ['ge', fn(2, 2, (given) => ordered(given) >= 0)],
  ['join', fn(2, 2, (given) => joined(at(given, 0), textOf(at(given, 1)), 0))],
  [
    'joinAndTruncate',
    fn(3, 3, (given) => joined(at(given, 0), textOf(at(given, 1)), numberOf(at(given, 2)))),
  ],
  ['config', fn(1, 1, (given, { asNumber }) => config(textOf(at(given, 0)), asNumber))],
]);

function textOf(of: Value): string {
  if (typeof of.value === 'string') return of.value;
  throw new CallError(`wrong type for value; expected string; got ${typeName(of)}`);
}

function numberOf(of: Value): number {
  if (typeof of.value === 'number') return of.value;
  throw new CallError(`wrong type for value; expected int; got ${typeName(of)}`);
}

/** Texts are counted in bytes. */
function lengthOf(of: Value): number {
  const { value: it } = of;
  if (typeof it === 'string') return Buffer.byteLength(it);
  if (Array.isArray(it)) return it.length;
  if (isObject(it)) return Object.keys(it).length;
  throw new CallError(`len of type ${typeName(of)}`);
}

function indexed(of: Value, key: Value): Value {
  const { value: it } = of;
  if (isObject(it)) {
    const name = textOf(key);
    if (of.shape?.type === 'map') return value(Object.hasOwn(it, name) ? it[name] : '');
    return fieldOf(of, name) ?? value(undefined);
  }
  if (!Array.isArray(it) && typeof it !== 'string')
    throw new CallError(`can't index item of type ${typeName(of)}`);
  const index = numberOf(key);
  const length = lengthOf(of);
  if (!Number.isInteger(index) || index < 0 || index >= length)
    throw new CallError(`index out of range: ${index}`);
  return typeof it === 'string' ? value(Buffer.from(it)[index]) : itemOf(of, index);
}

function sliced(of: Value, ends: readonly Value[]): Value {
  const { value: it, shape } = of;
  if (!Array.isArray(it) && typeof it !== 'string')
    throw new CallError(`can't slice item of type ${typeName(of)}`);
  const [from = 0, to = lengthOf(of)] = ends.map(numberOf);
  if (from < 0 || to > lengthOf(of) || from > to) throw new CallError(`index out of range: ${from}:${to}`);
  if (typeof it === 'string') return value(Buffer.from(it).subarray(from, to).toString());
  return { value: it.slice(from, to), shape };
}

/** Go puts blanks between operands of which neither is a text. */
function sprint(given: readonly Value[]): string {
  return given
    .map((each, index) => {
      const before = given[index - 1];
      const apart =
        before !== undefined && typeof before.value !== 'string' && typeof each.value !== 'string';
      return (apart ? ' ' : '') + printed(each);
    })
    .join('');
}

/** 0 when equal. What is not there equals nothing else. */
function compare(a: Value, b: Value): number {
  const [x, y] = [a.value ?? null, b.value ?? null];
  if (x === null || y === null) return x === y ? 0 : 1;
  if (typeof x === 'object' || typeof y === 'object')
    throw new CallError(`non-comparable type ${typeName(typeof x === 'object' ? a : b)}`);
  if (typeof x !== typeof y)
    throw new CallError(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`);
  return x === y ? 0 : x < y ? -1 : 1;
}

function ordered(given: readonly Value[]): number {
  const [a, b] = [at(given, 0), at(given, 1)];
  for (const each of [a, b])
    if (typeof each.value !== 'number' && typeof each.value !== 'string')
      throw new CallError(`invalid type for comparison: ${typeName(each)}`);
  return compare(a, b);
}

const SUFFIX = '...';

function joined(items: Value, separator: string, most: number): string {
  const { value: it } = items;
  if (it === undefined || it === null) return '';
  const parts = Array.isArray(it)
    ? it.map((_, index) => printed(itemOf(items, index)))
    : isObject(it)
      ? entriesOf(it).map(([key, entry]) => `${key}=${printed(value(entry))}`)
      : [printed(items)];
  const whole = Buffer.from(parts.join(separator));
  if (most <= 0 || whole.length <= most) return whole.toString();
  return whole.subarray(0, Math.max(0, most - SUFFIX.length)).toString() + SUFFIX;
}

function config(name: string, asNumber: string): string {
  if (name.toLowerCase() === 'asnumber') return asNumber;
  throw new CallError(`unknown configuration ${JSON.stringify(name)}, there is "asnumber"`);
}
