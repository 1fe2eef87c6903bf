// One line of an input, made fit to show: tabs become spaces, control characters visible, wide lines a window around
// the place; and where under it the caret stands.

const TAB = '    ';
const WIDEST = 100;
/** How much of the line stays before the place when the line is cut. */
const CONTEXT = 40;
const ELLIPSIS = '…';

export interface Excerpt {
  readonly shown: string;
  /** In terminal cells. */
  readonly indent: number;
  /** How many cells to underline; 0 when no column is known. */
  readonly width: number;
}

/** `column` counts UTF-16 units from 1, as YAML and JavaScript positions do; one behind the end is a place too. */
export function excerpt(line: string, column?: number, length = 1): Excerpt {
  const start = Math.min(Math.max((column ?? 1) - 1, 0), line.length);
  const end = Math.min(Math.max(start + length, start), line.length);
  const from =
    line.length <= WIDEST
      ? 0
      : wholeCharacter(line, Math.max(0, Math.min(start - CONTEXT, line.length - WIDEST)));
  const to = wholeCharacter(line, Math.min(line.length, from + WIDEST));
  const head = from > 0 ? ELLIPSIS : '';
  const tail = to < line.length ? ELLIPSIS : '';
  const before = head + visible(line.slice(from, start));
  return {
    shown: head + visible(line.slice(from, to)) + tail,
    indent: cells(before),
    width: column === undefined ? 0 : Math.max(1, cells(visible(line.slice(start, Math.min(end, to))))),
  };
}

/** Control characters, and marks that reorder text, as `\x1b` and `\u202e`. */
export function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (c) => {
    const code = c.charCodeAt(0);
    return code < 256
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

function visible(text: string): string {
  return escapeControls(text.replaceAll('\t', TAB));
}

/** The index itself, or the one before it when it is inside a surrogate pair. */
function wholeCharacter(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code >= 0xdc00 && code <= 0xdfff ? index - 1 : index;
}

const COMBINING = /\p{M}/u;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** How many cells of a terminal the text takes. */
function cells(text: string): number {
  let count = 0;
  for (const character of text) {
    if (COMBINING.test(character)) continue;
    count += WIDE.test(character) ? 2 : 1;
  }
  return count;
}
