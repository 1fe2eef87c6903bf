// What zod reports, as Problems in the terms of the file's author.
import * as z from 'zod';
import { type Path, type Problem, problem } from '../errors/problem.ts';
import { suggest } from '../errors/suggest.ts';
import type { Fault } from './schema.ts';

type Issue = z.core.$ZodIssue;

/** `raw` is what was parsed with `schema`; `prefix` is the path of `raw` in the resource. */
export function problemsOf(
  issues: readonly Issue[],
  schema: z.core.$ZodType,
  raw: unknown,
  prefix: Path,
): Problem[] {
  return issues.flatMap((issue) => {
    const below = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
    if (issue.code === 'unrecognized_keys') {
      const known = fieldsAt(schema, below);
      return issue.keys.map((key) => unknownField(key, [...prefix, ...below, key], known));
    }
    return [problemOf(issue, valueAt(raw, below), [...prefix, ...below])];
  });
}

export function unknownField(key: string, path: Path, known: readonly string[]): Problem {
  const near = suggest(key, known);
  const hint = near === undefined ? undefined : `did you mean "${near}"?`;
  return problem('resource/unknown-field', `unknown field ${JSON.stringify(key)}`, {
    path,
    ...(hint === undefined ? {} : { hint }),
  });
}

function problemOf(issue: Issue, value: unknown, path: Path): Problem {
  switch (issue.code) {
    case 'custom': {
      const fault = issue.params?.['fault'] as Fault | undefined;
      const { hint, notes } = fault ?? {};
      return problem(fault?.code ?? 'resource/invalid', issue.message, {
        path,
        ...(hint === undefined ? {} : { hint }),
        ...(notes === undefined ? {} : { notes }),
      });
    }
    case 'invalid_type':
      return wrongType(EXPECTED.get(issue.expected) ?? issue.expected, value, path);
    case 'invalid_union':
      return typeof value === 'string' || typeof value === 'number'
        ? problem('resource/invalid', `invalid value ${JSON.stringify(value)}`, { path })
        : wrongType('a number or a string', value, path);
    case 'invalid_value':
      return wrongValue(issue.values, value, path);
    case 'too_big':
    case 'too_small':
      return problem('resource/invalid', sizeMessage(issue), { path });
    default:
      return problem('resource/invalid', issue.message, { path });
  }
}

const EXPECTED: ReadonlyMap<string, string> = new Map([
  ['string', 'a string'],
  ['number', 'a number'],
  ['int', 'an integer'],
  ['boolean', 'true or false'],
  ['object', 'a map'],
  ['record', 'a map'],
  ['array', 'a list'],
]);

function wrongType(expected: string, value: unknown, path: Path): Problem {
  if (value === undefined) {
    return problem('resource/missing-field', `${String(path.at(-1) ?? 'value')} is required`, { path });
  }
  const hint = typeHint(expected, value);
  return problem('resource/type', `expected ${expected}, got ${describe(value)}`, {
    path,
    ...(hint === undefined ? {} : { hint }),
  });
}

function typeHint(expected: string, value: unknown): string | undefined {
  const scalar = typeof value === 'number' || typeof value === 'boolean';
  if (expected === 'a string' && scalar) return `quote it: "${String(value)}"`;
  if (expected === 'a list' && (scalar || typeof value === 'string'))
    return `write a list: [${String(value)}]`;
  const unquote =
    (expected === 'true or false' && (value === 'true' || value === 'false')) ||
    ((expected === 'a number' || expected === 'an integer') &&
      typeof value === 'string' &&
      /^\d+$/.test(value));
  return unquote ? 'write it without quotes' : undefined;
}

function describe(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return `the string ${JSON.stringify(shorten(value))}`;
  return typeof value === 'number' || typeof value === 'boolean'
    ? `the ${typeof value} ${value}`
    : typeof value;
}

function wrongValue(values: readonly z.core.util.Primitive[], value: unknown, path: Path): Problem {
  if (value === undefined) return wrongType('', value, path);
  const supported = values.map((v) => JSON.stringify(v)).join(', ');
  const near = typeof value === 'string' ? suggest(value, values.map(String)) : undefined;
  const shown = typeof value === 'string' ? JSON.stringify(shorten(value)) : describe(value);
  return problem('resource/value', `Unsupported value: ${shown}: supported values: ${supported}`, {
    path,
    ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
  });
}

function sizeMessage(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall): string {
  // A message of the schema's own.
  if (!/^(Too (big|small)|Invalid)/.test(issue.message)) return issue.message;
  const limit = issue.code === 'too_big' ? `at most ${issue.maximum}` : `at least ${issue.minimum}`;
  if (issue.origin === 'array') return `${limit} entries are allowed`;
  if (issue.origin === 'string') return `${limit} characters are allowed`;
  return `must be ${limit}`;
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

/** A copy of `raw` without the fields that the issues call unknown. */
export function withoutUnknown(raw: unknown, issues: readonly Issue[]): unknown {
  const unknown = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key].map(String)) : [],
  );
  return unknown.length === 0 ? raw : pruned(raw, unknown);
}

function pruned(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (typeof value !== 'object' || value === null || paths.length === 0) return value;
  const below = (key: string) => paths.filter(([first]) => first === key).map(([, ...rest]) => rest);
  if (Array.isArray(value)) return value.map((entry, index): unknown => pruned(entry, below(String(index))));
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]): [string, unknown][] => {
      const deeper = below(key);
      return deeper.some((path) => path.length === 0) ? [] : [[key, pruned(entry, deeper)]];
    }),
  );
}

export function valueAt(raw: unknown, path: Path): unknown {
  let value = raw;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** The field names of the object schema at `path`. */
function fieldsAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  let current = unwrap(schema);
  for (const step of path) {
    const next =
      current instanceof z.ZodArray
        ? current.element
        : current instanceof z.ZodObject
          ? current.shape[step]
          : undefined;
    if (next === undefined) return [];
    current = unwrap(next);
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodPipe) return unwrap(schema.in);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap());
  }
  return schema;
}
