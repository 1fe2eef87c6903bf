// Positions in JSON text that JSON.parse has accepted: one walk over the text that knows the path it is at. Reading
// with JSON.parse is many times faster than with the YAML reader; this is only asked when a position matters, and once
// for duplicate keys, which JSON.parse lets through.
import type { Path } from '../../errors/problem.ts';
import type { TextSpan } from './lines.ts';
import type { Located, Positions } from './positions.ts';

interface Visitor {
  /** At every key of an object; `path` is that of the object. */
  key?(path: Path, key: string, span: TextSpan): void;
  /** At every value. */
  value?(path: Path, span: TextSpan): void;
}

const BLANK = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const ATOM = /[^,\]}\s]+/y;

/** The text must be valid JSON, and not nested deeper than its reader allows. */
export function walkJson(text: string, visitor: Visitor): void {
  let at = 0;
  const skip = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const match = pattern.exec(text)?.[0] ?? '';
    at += match.length;
    return match;
  };
  const value = (path: Path): void => {
    skip(BLANK);
    const start = at;
    const open = text[at];
    if (open === '{' || open === '[') {
      at++;
      if (open === '{') members(path);
      else elements(path);
      at++;
    } else if (open === '"') skip(STRING);
    else skip(ATOM);
    visitor.value?.(path, { start, end: at });
    skip(BLANK);
  };
  const members = (path: Path): void => {
    skip(BLANK);
    while (at < text.length && text[at] !== '}') {
      const start = at;
      const key = JSON.parse(skip(STRING)) as string;
      visitor.key?.(path, key, { start, end: at });
      skip(BLANK);
      at++; // the colon
      value([...path, key]);
      if (text[at] === ',') at++;
      skip(BLANK);
    }
  };
  const elements = (path: Path): void => {
    skip(BLANK);
    for (let index = 0; at < text.length && text[at] !== ']'; index++) {
      value([...path, index]);
      if (text[at] === ',') at++;
      skip(BLANK);
    }
  };
  value([]);
}

/** The text must be valid JSON. */
export function jsonPositions(text: string): Positions {
  return (path) => findInJson(text, path);
}

function findInJson(text: string, path: Path): Located {
  let depth = -1;
  let found: Located = { collection: true, complete: false };
  const keys = new Map<number, TextSpan>();
  walkJson(text, {
    key(parent, key, span) {
      if (isPrefix([...parent, key], path)) keys.set(parent.length + 1, span);
    },
    value(at, span) {
      // Values end after those inside them: the deepest comes first. Of equal keys the last one counts.
      if (!isPrefix(at, path) || at.length < depth) return;
      depth = at.length;
      const key = typeof at.at(-1) === 'string' ? keys.get(at.length) : undefined;
      const collection = text[span.start] === '{' || text[span.start] === '[';
      const complete = at.length === path.length;
      const style = text[span.start] === '"' ? { style: 'QUOTE_DOUBLE' as const } : {};
      found = { ...(key ? { key } : {}), value: span, collection, complete, ...style };
    },
  });
  return found;
}

function isPrefix(prefix: Path, path: Path): boolean {
  return prefix.length <= path.length && prefix.every((step, index) => String(step) === String(path[index]));
}

export function duplicateJsonKeys(text: string): { key: string; span: TextSpan }[] {
  const duplicates: { key: string; span: TextSpan }[] = [];
  const open: { path: Path; keys: Set<string> }[] = [];
  walkJson(text, {
    key(path, key, span) {
      while ((open.at(-1)?.path.length ?? -1) > path.length) open.pop();
      let frame = open.at(-1);
      if (frame === undefined || frame.path !== path) {
        if (frame && frame.path.length === path.length) open.pop();
        frame = { path, keys: new Set() };
        open.push(frame);
      }
      if (frame.keys.has(key)) duplicates.push({ key, span });
      frame.keys.add(key);
    },
  });
  return duplicates;
}
