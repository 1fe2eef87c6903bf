// Values as Go prints them in a table.
import { fieldOf, listOf } from '../../resources/fields.ts';
import { byBytes } from '../../resources/stored/byte-order.ts';

/** A field of plain JSON by names with dots between them. */
export function at(object: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>(fieldOf, object);
}

export const text = (value: unknown): string => (value === undefined || value === null ? '' : plain(value));
/** A pointer of Go. */
export const orNil = (value: unknown): string =>
  value === undefined || value === null ? '<nil>' : plain(value);
export const flag = (value: unknown): string => String(value === true);
export const count = (value: unknown): string => String(listOf(value).length);
export const joined = (value: unknown): string => listOf(value).map(text).join(',');

const MOST = 80;

export function truncated(value: unknown): string {
  const whole = joined(value);
  return whole.length > MOST ? `${whole.slice(0, MOST - 3)}...` : whole;
}

export function labels(value: unknown): string {
  return entriesOf(value)
    .map(([name, entry]) => `${name}=${text(entry)}`)
    .join(',');
}

export function entriesOf(value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).sort(([a], [b]) => byBytes(a, b));
}

const plain = (value: unknown): string =>
  typeof value === 'number' ? number(value) : typeof value === 'string' ? value : JSON.stringify(value);

/** From a million on Go writes floating point numbers with an exponent. */
function number(value: number): string {
  if (value === 0 || (Math.abs(value) < 1e6 && Math.abs(value) >= 1e-4)) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

/** A label selector of Kubernetes in the form in which its Go type prints itself. */
export function labelSelector(value: unknown): string {
  const matchLabels = entriesOf(at(value, 'matchLabels')).map(([name, entry]) => `${name}: ${text(entry)},`);
  const expressions = listOf(at(value, 'matchExpressions')).map((each) => {
    const values = listOf(at(each, 'values')).map(text).join(' ');
    return `LabelSelectorRequirement{Key:${text(at(each, 'key'))},Operator:${text(at(each, 'operator'))},Values:[${values}],},`;
  });
  return `&LabelSelector{MatchLabels:map[string]string{${matchLabels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}
