// Tables as calicoctl prints them: every cell is followed by blanks up to the next column, the last one too, and no
// column is narrower than five.
import { escapeControls } from '../../errors/index.ts';

const GAP = 3;
const NARROWEST = 5;

/** Lines of cells, all with the same number of them; what an object holds cannot break the layout. */
export function table(rows: readonly (readonly string[])[]): string {
  return aligned(rows, widthsOf(rows));
}

export function widthsOf(rows: readonly (readonly string[])[]): readonly number[] {
  const widths = (rows[0] ?? []).map(() => NARROWEST);
  for (const row of rows)
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? NARROWEST, lengthOf(escapeControls(cell)) + GAP);
    });
  return widths;
}

/** With the widths of other rows: what comes later in a watch. */
export function aligned(rows: readonly (readonly string[])[], widths: readonly number[]): string {
  return rows.map((row) => `${row.map((cell, at) => padded(cell, widths[at] ?? 0)).join('')}\n`).join('');
}

function padded(cell: string, width: number): string {
  const text = escapeControls(cell);
  return text + ' '.repeat(Math.max(width - lengthOf(text), 1));
}

// oxlint-disable-next-line no-control-regex -- all of ASCII
const ASCII = /^[\u0000-\u007f]*$/;
/** Characters, not code units. */
const lengthOf = (text: string): number => (ASCII.test(text) ? text.length : Array.from(text).length);
