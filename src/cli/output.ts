// Machine output: one JSON value with a version, so that a reader can rely on its shape.

export const API_VERSION = 'tortie.dev/v1';

/** bigint (addresses) as text; Maps never appear in what commands print. */
export function toJson(kind: string, value: object): string {
  const replacer = (_key: string, v: unknown) => (typeof v === 'bigint' ? v.toString() : v);
  return `${JSON.stringify({ apiVersion: API_VERSION, kind, ...value }, replacer, 2)}\n`;
}
