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

function issueOf(fault: Fault) {
  return {
    code: 'custom' as const,
    message: fault.message,
    path: [...(fault.path ?? [])],
    params: { fault },
  };
}

function reporter(ctx: z.core.$RefinementCtx): Report {
  return (fault) => ctx.addIssue(issueOf(fault));
}

/** Where a check, unlike a transformation, leaves its issues: what follows it still runs. */
function addFault({ issues, value }: z.core.ParsePayload, fault: Fault): void {
  issues.push({ ...issueOf(fault), input: value, continue: true });
}

/** As `superRefine` of zod does, which makes several objects for each value; every string of an object comes by here. */
function refinement<T>(check: (value: T, report: Report) => void): z.core.$ZodCheck<T> {
  return z.check<T>((payload) => check(payload.value, (fault) => addFault(payload, fault)));
}

/** A zod check that runs whatever else failed. */
export function always<T>(check: (value: unknown, report: Report) => void): z.core.$ZodCheck<T> {
  const made = refinement<T>(check);
  const { _zod: internals } = made;
  Object.defineProperty(internals.def, 'when', { get: () => (compiling ? undefined : whateverFailed) });
  return made;
}

const whateverFailed = () => true;
/** zod compiles no check that has a condition. What it compiles is the way of valid values, on which none has failed. */
let compiling = false;

/**
 * The same schema, quick for valid values: zod makes one function of it, and asks the schema itself as soon as that finds
 * anything wrong. Takes milliseconds.
 */
export function compiled<S extends z.ZodType>(schema: S): S {
  compiling = true;
  try {
    return z.compile(schema);
  } finally {
    compiling = false;
  }
}

/** A string that satisfies `check`. */
export function text(check: (value: string, report: Report) => void): z.ZodString {
  return z.string().check(refinement(check));
}

/** A string for which `test` holds; else the problem says `message`. */
export function textThat(test: (value: string) => boolean, message: string, hint?: string): z.ZodString {
  const fault: Fault = hint === undefined ? { message } : { message, hint };
  return z.string().check((payload) => {
    if (!test(payload.value)) addFault(payload, fault);
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
        const entries = listOf(value);
        if (entries.length < 2) return;
        const seen = new Set<unknown>();
        entries.forEach((entry, index) => {
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
      for (const key of Object.keys(raw)) {
        const value = raw[key];
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
