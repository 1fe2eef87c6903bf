// Problems for machines.
import { formatPath } from './path.ts';
import type { Note, Path, Place, Problem } from './problem.ts';
import { sortProblems } from './sort.ts';

/** A problem of plain JSON values. `field` is `path` as text; `cause` is what the cause says. */
export interface JsonProblem {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly resource?: string;
  readonly field?: string;
  readonly path?: Path;
  readonly place?: Place;
  readonly hint?: string;
  readonly notes?: readonly Note[];
  readonly cause?: string;
}

/** Sorted as sortProblems does; the fields of each always in the same order. */
export function problemsToJson(problems: Iterable<Problem>): JsonProblem[] {
  return sortProblems(problems).map((p) => ({
    code: p.code,
    severity: p.severity,
    message: p.message,
    ...(p.resource === undefined ? {} : { resource: p.resource }),
    ...(p.path === undefined ? {} : { field: formatPath(p.path), path: p.path }),
    ...(p.place === undefined ? {} : { place: p.place }),
    ...(p.hint === undefined ? {} : { hint: p.hint }),
    ...(p.notes === undefined ? {} : { notes: p.notes }),
    ...(p.cause === undefined ? {} : { cause: causeText(p.cause) }),
  }));
}

function causeText(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
