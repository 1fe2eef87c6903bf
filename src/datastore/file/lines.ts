// Offsets of a text as lines and columns. Columns count UTF-16 units, as the printer and editors' goto do.
import type { Place } from '../../errors/problem.ts';

export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** Finds positions in one file; the table of lines is made when the first is asked for. */
export function lineFinder(file: string, text: string): (span: TextSpan) => Place {
  let starts: number[] | undefined;
  return ({ start, end }) => {
    starts ??= lineStarts(text);
    const index = lastNotAfter(starts, start);
    const lineStart = starts[index] ?? 0;
    const nextLine = starts[index + 1] ?? text.length + 1;
    // Only what is on the first line can be underlined.
    let last = Math.min(end, nextLine - 1);
    if (text[last - 1] === '\r') last--;
    const length = Math.max(1, last - start);
    return { file, line: index + 1, column: start - lineStart + 1, length };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lastNotAfter(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
