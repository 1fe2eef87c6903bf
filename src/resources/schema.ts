// The few building blocks that our schemas add to zod: checks that always run, and sets and maps as Kubernetes has
// them. A zod refinement is skipped as soon as the value under it has failed; `always` is not, so that one error
// never hides another. A check that always runs sees values that may not have parsed: it reads them with `fieldsOf`,
// `listOf` (fields.ts) and `typeof`, and stays silent about what the shape has reported already.
import * as z from 'zod';
import type { Note, Path } from '../errors/problem.ts';
import { isObject, listOf } from './fields.ts';

export interface Fault {
  readonly message: string;
  /** Below the value that is checked. */
  readonly path?: Path;
  /** Problem code; `resource/invalid` when absent. */
  readonly code?: string;
  readonly hint?: string;
  readonly notes?: readonly Note[];
}

export type Report = (fault: Fault) => void;

function reporter(ctx: z.core.$RefinementCtx): Report {
  return (fault) =>
    ctx.addIssue({
      code: 'custom',
      message: fault.message,
      path: [...(fault.path ?? [])],
      params: { fault },
    });
}

/** A zod check that runs whatever else failed. */
export function always<T>(check: (value: unknown, report: Report) => void): z.core.$ZodCheck<T> {
  return z.superRefine<T>((value, ctx) => check(value, reporter(ctx)), { when: () => true });
}

/** A string that satisfies `check`. */
export function text(check: (value: string, report: Report) => void): z.ZodString {
  return z.string().superRefine((value, ctx) => check(value, reporter(ctx)));
}

/** A string for which `test` holds; else the problem says `message`. */
export function textThat(test: (value: string) => boolean, message: string, hint?: string): z.ZodString {
  return text((value, report) => {
    if (!test(value)) report(hint === undefined ? { message } : { message, hint });
  });
}

export type Decoded<T> = { readonly value: T } | { readonly fault: Fault };

/** A number or a string that `decode` turns into something else. */
export function numberOrText<T>(decode: (value: number | string) => Decoded<T>) {
  return z
    .union([z.number(), z.string()])
    .transform((value, ctx): T => {
      const decoded = decode(value);
      if ('value' in decoded) return decoded.value;
      reporter(ctx)(decoded.fault);
      return z.NEVER;
    })
    .meta({ 'x-kubernetes-int-or-string': true });
}

/** A list without duplicates (`x-kubernetes-list-type: set`). */
export function set<S extends z.ZodType>(item: S, message = 'duplicate entry') {
  return z
    .array(item)
    .check(
      always((value, report) => {
        const seen = new Set<unknown>();
        listOf(value).forEach((entry, index) => {
          if (seen.has(entry)) report({ message, path: [index], code: 'resource/duplicate-entry' });
          seen.add(entry);
        });
      }),
    )
    .meta({ 'x-kubernetes-list-type': 'set' });
}

/** A map keyed by users: becomes a Map, so that no key is special. `check` sees each entry. */
export function stringMap(check: (key: string, value: string, report: Report) => void = () => {}) {
  return z
    .custom<Record<string, unknown>>(isObject, 'expected a map')
    .transform((raw, ctx): ReadonlyMap<string, string> => {
      const report = reporter(ctx);
      const map = new Map<string, string>();
      for (const [key, value] of Object.entries(raw)) {
        // A key without a value is the empty string for Calico (and for Kubernetes).
        const string = value === null || value === undefined ? '' : value;
        if (typeof string === 'string') {
          check(key, string, report);
          map.set(key, string);
        } else ctx.addIssue({ code: 'invalid_type', expected: 'string', path: [key], input: value });
      }
      return map;
    })
    .meta(STRING_MAP);
}

/** For the JSON Schema of what a check, not a type, takes for a map. */
export const STRING_MAP = { type: 'object', additionalProperties: { type: 'string' } } as const;
