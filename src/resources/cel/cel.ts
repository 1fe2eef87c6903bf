// Rules that the API server evaluates, written into the schemas so that the generated CRDs carry them: the same
// demands, in the same words, as the checks beside which they stand. Contract:
//   rules(forbids(…), …)   for `.meta()` of an object's schema
//   `rule` is CEL over `self`; a field that is absent must be asked for with has()

export interface CelRule {
  readonly rule: string;
  readonly message: string;
  readonly reason: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired';
}

export function rules(...list: readonly CelRule[]) {
  return { 'x-kubernetes-validations': list };
}

/** A value that is wrong. */
export function invalid(message: string, rule: string): CelRule {
  return { rule, message, reason: 'FieldValueInvalid' };
}

/** A field that must not be there. */
export function forbidden(message: string, rule: string): CelRule {
  return { rule, message, reason: 'FieldValueForbidden' };
}

/** A field that must be there. */
export function required(message: string, rule: string): CelRule {
  return { rule, message, reason: 'FieldValueRequired' };
}

/** CEL: the string or list is there and not empty. `field` may be a path whose beginning is known to be there. */
export function some(field: string): string {
  return `(has(self.${field}) && size(self.${field}) > 0)`;
}

/** CEL: the switch is there and on. */
export function on(field: string): string {
  return `(has(self.${field}) && self.${field})`;
}

/** CEL: the string is absent or does not speak of `global()`. */
export function withoutGlobal(field: string): string {
  return `!has(self.${field}) || !self.${field}.contains('global(')`;
}
