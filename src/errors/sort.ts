// One order of problems, whatever the order in which they were found: as a reader meets them in the files.
import type { Path, Problem } from './problem.ts';

/** By file, line, column; then resource, path, code and message. What has no file comes last. The input stays. */
export function sortProblems(problems: Iterable<Problem>): Problem[] {
  return [...problems].sort(
    (a, b) =>
      text(a.place?.file, b.place?.file) ||
      (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0) ||
      text(a.resource, b.resource) ||
      comparePaths(a.path ?? [], b.path ?? []) ||
      text(a.code, b.code) ||
      text(a.message, b.message),
  );
}

function comparePaths(a: Path, b: Path): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const x = a[i];
    const y = b[i];
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : text(String(x), String(y));
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function text(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return a < b ? -1 : 1;
}
