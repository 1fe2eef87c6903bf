// Formats that only FelixConfiguration has.
import * as z from 'zod';
import { textThat } from '../schema.ts';

const WHOLE = /^([0-9]+(h|m|s|ms))+$/;
const DURATION_HINT = 'a duration such as 90s or 1h5m';

/** Calico's pattern for durations refuses fractions. */
export const duration = textThat((v) => WHOLE.test(v), 'invalid duration', DURATION_HINT).meta({
  pattern: WHOLE.source,
});
const FRACTION = /^([0-9]+(\.[0-9]+)?(h|m|s|ms))+$/;
/** One field of Felix has a pattern that takes fractions. */
export const durationWithFraction = textThat((v) => FRACTION.test(v), 'invalid duration', DURATION_HINT).meta(
  {
    pattern: FRACTION.source,
  },
);

/** One of `values` in any case, given back as spelled in `values`; the empty string is the same as no value. */
export function enumAnyCase<const T extends string>(values: readonly T[]) {
  return z
    .string()
    .transform((text, ctx): T | undefined => {
      if (text === '') return undefined;
      const value = values.find((known) => known.toLowerCase() === text.toLowerCase());
      if (value === undefined) ctx.addIssue({ code: 'invalid_value', values: [...values], input: text });
      return value;
    })
    .meta({ 'x-any-case': values });
}

/** RE2 and ECMAScript agree on the plain part of the language; a flag group is RE2's own. */
export const regex = textThat((value) => {
  try {
    return new RegExp(value.replace(/^\(\?[imsU]+\)/, '')) instanceof RegExp;
  } catch {
    return false;
  }
}, 'invalid regular expression');

export const host = textThat((v) => /^[a-zA-Z0-9:._+-]{1,64}$/.test(v), 'invalid host name or address');
export const interfaceFilter = textThat(
  (v) => /^[a-zA-Z0-9:._+-]{1,15}$/.test(v),
  'invalid interface filter',
);

/** Comma separated; each begins an interface name. */
export const interfacePrefixes = textThat(
  (value) => value.split(',').every((prefix) => /^[a-zA-Z0-9_-]{1,15}$/.test(prefix)),
  'invalid interface prefix',
  "comma separated, each 1 to 15 letters, digits, '_' and '-'",
);
export const logPrefix = textThat(
  (v) => /^[a-zA-Z0-9%: /_-]*$/.test(v),
  'invalid log prefix',
  "letters, digits, space, '%', ':', '/', '_' and '-'",
).meta({ pattern: '^[a-zA-Z0-9%: /_-]*$' });
