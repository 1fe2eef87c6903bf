// The items of a long YAML list by their lines, so that one of them can be read again without the others.
import type { Chunk } from './chunks.ts';

const ITEMS = /^items:[ \t]*\r?\n/m;

/**
 * The text of each item of the top-level `items`, in block style; undefined when there is no such list. What is inside of
 * an item is indented deeper than its dash, so only a value that YAML forbids could be mistaken for one: check the count.
 */
export function itemChunks(text: string, { start, end }: Chunk): Chunk[] | undefined {
  const source = text.slice(start, end);
  const head = ITEMS.exec(source);
  if (!head) return undefined;
  const body = head.index + head[0].length;
  const indent = /^( *)-[ \r\n]/.exec(source.slice(body, body + 80))?.[1];
  if (indent === undefined) return undefined;
  const chunks: { start: number; end: number }[] = [];
  let at = body;
  while (at < source.length) {
    const dash = source.startsWith('-', at + indent.length) && source.startsWith(indent, at);
    if (dash && /[ \r\n]/.test(source[at + indent.length + 1] ?? '\n')) {
      chunks.push({ start: start + at, end });
    } else if (!isInside(source, at, indent.length)) break;
    const next = source.indexOf('\n', at);
    at = next < 0 ? source.length : next + 1;
    const last = chunks.at(-1);
    if (last) last.end = start + at;
  }
  return chunks;
}

/** Deeper than the dash, or blank. */
function isInside(source: string, at: number, indent: number): boolean {
  let column = 0;
  while (source[at + column] === ' ') column++;
  const first = source[at + column];
  return column > indent || first === '\n' || first === '\r' || first === undefined || first === '#';
}
