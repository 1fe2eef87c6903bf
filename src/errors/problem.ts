// The error value of tortie. Every room reports trouble as `Problem`s: a stable code, what is wrong, which
// resource and field, where in which file, and what to do. Problems are collected, never thrown one by one;
// `TortieError` carries a list of them across a boundary that can only throw. One module prints them (print.ts).

/** A position in an input: lines and columns count from 1; `length` is how many characters to underline. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly length?: number;
}

/** Field path inside a resource, e.g. `['spec', 'ingress', 0, 'source', 'nets', 2]`. */
export type Path = readonly (string | number)[];

export interface Note {
  readonly message: string;
  readonly place?: Place;
}

export interface Problem {
  /** Stable, machine-readable: `room/what`, e.g. `selector/syntax`, `yaml/alias-bomb`, `resource/unknown-field`. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** One line, no trailing full stop, no position in it. */
  readonly message: string;
  /** Resource key, see `resourceKey()`: `Kind/namespace/name` or `Kind/name`. */
  readonly resource?: string;
  readonly path?: Path;
  readonly place?: Place;
  readonly hint?: string;
  readonly notes?: readonly Note[];
  readonly cause?: unknown;
}

/** A value and what was wrong on the way to it; `value` is absent when nothing usable came out. */
export interface Result<T> {
  readonly value?: T;
  readonly problems: readonly Problem[];
}

/** The one exception of tortie: it carries problems through code that can only throw. */
export class TortieError extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[], options?: { cause?: unknown }) {
    super(problems.map((p) => p.message).join('; '), options);
    this.name = 'TortieError';
    this.problems = problems;
  }
}

/** Shorthand for one error; `more` adds the optional fields. */
export function problem(
  code: string,
  message: string,
  more: Partial<Omit<Problem, 'code' | 'message'>> = {},
): Problem {
  return { code, severity: 'error', message, ...more };
}
