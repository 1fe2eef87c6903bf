// The form in which Calico writes values that it accepts in several: numbers given as text, durations, maps.
import { decodeAsNumber } from '../scalars/as-number.ts';
import { formatDuration, parseDuration } from '../scalars/duration.ts';
import { isObject } from '../fields.ts';
import { byBytes } from './byte-order.ts';

/** A value that is not of its type comes back as it is: checks report it. */
export const VALUES: ReadonlyMap<string, (value: unknown) => unknown> = new Map([
  ['protocol', (value: unknown) => smallNumber(value, 0xff)],
  ['port', port],
  ['dscp', (value: unknown) => smallNumber(value, 0xff)],
  ['as', asNumber],
  ['duration', duration],
  ['map', map],
]);

function smallNumber(value: unknown, most: number): unknown {
  return typeof value === 'string' && /^\d+$/.test(value) && Number(value) <= most ? Number(value) : value;
}

function port(value: unknown): unknown {
  const range = typeof value === 'string' ? /^(\d+):(\d+)$/.exec(value) : null;
  if (!range) return smallNumber(value, 0xffff);
  const [first, last] = [Number(range[1]), Number(range[2])];
  return first === last ? first : `${first}:${last}`;
}

function asNumber(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const decoded = decodeAsNumber(value);
  return 'value' in decoded ? decoded.value : value;
}

function duration(value: unknown): unknown {
  const parsed = typeof value === 'string' ? parseDuration(value) : undefined;
  return parsed === undefined ? value : formatDuration(parsed);
}

/** Go writes the keys of a map in the order of their bytes. */
function map(value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, entry]) => [key, entry ?? ''] as const)
      .sort(([a], [b]) => byBytes(a, b)),
  );
}
