// `label == "value"`, the form that most selectors have, one per namespace or application: read without the parser, which
// takes fifty times as long. A test holds the two together.
const EQUALITY = /^([A-Za-z0-9_./-]{1,512}) == (?:"([^"]*)"|'([^']*)')$/;

/** Undefined for every other form, right or wrong, and for other spellings of this one. */
export function readEquality(text: string): { readonly label: string; readonly value: string } | undefined {
  const [, label, double, single] = EQUALITY.exec(text) ?? [];
  const value = double ?? single;
  return label === undefined || value === undefined ? undefined : { label, value };
}
