// JSON text as Go's encoding/json writes it: `<`, `>`, `&` and the two line separators are escaped, so that `a && b`
// is stored as `a \u0026\u0026 b`. Numbers and everything else agree with ECMAScript.

/** `value` is plain JSON; fields in the order of the object. */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
