// JSON text as Go's encoding/json writes it: `<`, `>`, `&` and the two line separators are escaped, so that `a && b`
// is stored as `a \u0026\u0026 b`. Numbers and everything else agree with ECMAScript.
import { byBytes } from './byte-order.ts';

/** `value` is plain JSON; fields in the order of the object. */
export function goJson(value: unknown): string {
  const text = JSON.stringify(value);
  return (/"\d+":/.test(text) ? inOrder(value) : text).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** ECMAScript puts keys that are whole numbers first, by value; only maps have such, and Go sorts those by their bytes. */
function inOrder(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((entry) => inOrder(entry ?? null)).join(',')}]`;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  if (entries.some(([key]) => /^\d+$/.test(key))) {
    entries.sort(([a], [b]) => byBytes(a, b));
  }
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${inOrder(entry)}`).join(',')}}`;
}
