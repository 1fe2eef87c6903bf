// From an offset in the value of a YAML scalar to the offset in its source text: quotes, escapes and folded lines lie
// between the two.
import type { ScalarStyle } from './positions.ts';

/**
 * The offset relative to the scalar's start; undefined for block scalars, and whenever source and value cannot be
 * brought together.
 */
export function sourceOffset(
  style: ScalarStyle,
  source: string,
  value: string,
  valueOffset: number,
): number | undefined {
  const decoded = decode(style, source);
  if (decoded === undefined || decoded.text !== value) return undefined;
  return decoded.offsets[valueOffset];
}

interface Decoded {
  readonly text: string;
  /** For each unit of the text, and for its end, the offset in the source. */
  readonly offsets: readonly number[];
}

function decode(type: ScalarStyle, source: string): Decoded | undefined {
  if (type === 'PLAIN') return decodeWith(source, 0, source.length, () => undefined);
  if (type === 'QUOTE_SINGLE') return decodeWith(source, 1, source.length - 1, singleEscape);
  if (type === 'QUOTE_DOUBLE') return decodeWith(source, 1, source.length - 1, doubleEscape);
  return undefined;
}

interface Escape {
  readonly text: string;
  readonly length: number;
}

type EscapeAt = (source: string, at: number) => Escape | undefined;

const singleEscape: EscapeAt = (source, at) =>
  source.startsWith("''", at) ? { text: "'", length: 2 } : undefined;

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['a', '\x07'],
  ['b', '\b'],
  ['e', '\x1b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['N', '\u0085'],
  ['_', '\u00a0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
  [' ', ' '],
  ['"', '"'],
  ['/', '/'],
  ['\\', '\\'],
  ['\t', '\t'],
]);
const CODE = /x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}/iy;
const CONTINUED = /\\\r?\n[ \t]*/y;

const doubleEscape: EscapeAt = (source, at) => {
  if (source[at] !== '\\') return undefined;
  CONTINUED.lastIndex = at;
  const continued = CONTINUED.exec(source);
  if (continued) return { text: '', length: continued[0].length };
  CODE.lastIndex = at + 1;
  const code = CODE.exec(source)?.[0];
  if (code !== undefined) {
    const point = Number.parseInt(code.slice(1), 16);
    return point <= 0x10ffff ? { text: String.fromCodePoint(point), length: code.length + 1 } : undefined;
  }
  const text = SIMPLE.get(source[at + 1] ?? '');
  return text === undefined ? undefined : { text, length: 2 };
};

/** A line break with the white space around it: one is a space, more are one newline less. */
const FOLD = /[ \t]*(\r?\n[ \t]*)+/y;

function decodeWith(source: string, from: number, to: number, escapeAt: EscapeAt): Decoded {
  let text = '';
  const offsets: number[] = [];
  const add = (piece: string, at: number) => {
    for (let i = 0; i < piece.length; i++) offsets.push(at);
    text += piece;
  };
  for (let at = from; at < to; ) {
    FOLD.lastIndex = at;
    const fold = FOLD.exec(source)?.[0];
    if (fold !== undefined && at + fold.length <= to) {
      const breaks = fold.split('\n').length - 1;
      add(breaks === 1 ? ' ' : '\n'.repeat(breaks - 1), at);
      at += fold.length;
      continue;
    }
    const escape = escapeAt(source, at);
    add(escape ? escape.text : (source[at] ?? ''), at);
    at += escape ? escape.length : 1;
  }
  offsets.push(to);
  return { text, offsets };
}
