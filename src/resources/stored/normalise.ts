// An object in the form in which Calico would write it: fields in order, nothing that holds nothing, one spelling of
// each value. Unknown fields stay, behind the others. Doing it twice changes nothing.
import { isObject } from '../fields.ts';
import type { Layout, LayoutField } from './layout.ts';

/** `value` is plain JSON; what has another shape than the layout says is left as it is. */
export function normalise(value: unknown, layout: Layout): unknown {
  if (!isObject(value)) return value;
  const entries: [string, unknown][] = [];
  for (const field of layout.values()) {
    const given: unknown = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
    if (isLeftOut(field, given ?? undefined)) continue;
    entries.push([field.name, valueOf(field, given ?? field.absent)]);
  }
  for (const [name, entry] of Object.entries(value)) {
    if (!layout.has(name) && entry !== undefined) entries.push([name, entry]);
  }
  return Object.fromEntries(entries);
}

function valueOf(field: LayoutField, value: unknown): unknown {
  const one = (entry: unknown): unknown =>
    field.layout ? normalise(entry, field.layout) : field.value ? field.value(entry) : entry;
  return Array.isArray(value) ? value.map(one) : one(value);
}

function isLeftOut({ write, layout }: LayoutField, value: unknown): boolean {
  if (write === 'always') return false;
  if (write === 'given') return value === undefined;
  if (write === 'filled' || layout === undefined || !isObject(value)) return isEmpty(value);
  // A struct counts as filled by a list that is given, even an empty one.
  return Object.values(value).every((entry) => !Array.isArray(entry) && !isObject(entry) && isEmpty(entry));
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === '' || value === 0 || value === false;
}
