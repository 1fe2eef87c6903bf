// Positions in JSON text that JSON.parse has accepted, and duplicate keys, which it lets through. Reading with
// JSON.parse is many times faster than with the YAML reader; this is only asked when a position matters.
import type { Path } from '../../errors/problem.ts';
import { countMembers, endOfString, endOfValue, skipBlank } from './json-scan.ts';
import type { TextSpan } from './lines.ts';
import type { Located, Positions } from './positions.ts';

interface Visitor {
  /** At every key of an object; `path` is that of the object. */
  key?(path: Path, key: string, span: TextSpan): void;
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
    const open = text[at];
    if (open === '{' || open === '[') {
      at++;
      if (open === '{') members(path);
      else elements(path);
      at++;
    } else if (open === '"') skip(STRING);
    else skip(ATOM);
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

interface Child {
  readonly key?: TextSpan;
  readonly start: number;
}

/**
 * The text must be valid JSON. What is found on the way to a path is kept: the next path is likely to go the same way,
 * and the lists of a dump are long.
 */
export function jsonPositions(text: string): Positions {
  const known = new Map<number, ReadonlyMap<string, Child>>();
  const childrenAt = (start: number): ReadonlyMap<string, Child> => {
    const children = known.get(start) ?? childrenOf(text, start);
    known.set(start, children);
    return children;
  };
  return (path): Located => {
    let node: Child = { start: skipBlank(text, 0) };
    for (const [depth, step] of path.entries()) {
      const open = text[node.start];
      const child = open === '{' || open === '[' ? childrenAt(node.start).get(String(step)) : undefined;
      if (!child) return located(text, node, depth === path.length);
      node = child;
    }
    return located(text, node, true);
  };
}

function located(text: string, { key, start }: Child, complete: boolean): Located {
  const open = text[start];
  const value = { start, end: endOfValue(text, start) };
  const style = open === '"' ? { style: 'QUOTE_DOUBLE' as const } : {};
  return { ...(key ? { key } : {}), value, collection: open === '{' || open === '[', complete, ...style };
}

/** Of equal keys the last one counts. */
function childrenOf(text: string, start: number): ReadonlyMap<string, Child> {
  const children = new Map<string, Child>();
  const inObject = text[start] === '{';
  let at = skipBlank(text, start + 1);
  for (let index = 0; at < text.length && text[at] !== '}' && text[at] !== ']'; index++) {
    let name = String(index);
    let key: TextSpan | undefined;
    if (inObject) {
      key = { start: at, end: endOfString(text, at) };
      name = JSON.parse(text.slice(key.start, key.end)) as string;
      at = skipBlank(text, skipBlank(text, key.end) + 1);
    }
    children.set(name, { ...(key ? { key } : {}), start: at });
    at = skipBlank(text, endOfValue(text, at));
    if (text[at] === ',') at = skipBlank(text, at + 1);
  }
  return children;
}

/** `value` is what JSON.parse made of the text: it has fewer members where a key is given twice. */
export function duplicateJsonKeys(text: string, value: unknown): { key: string; span: TextSpan }[] {
  if (countMembers(text) === membersOf(value)) return [];
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

function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) for (const entry of value) members += membersOf(entry);
  else {
    for (const key of Object.keys(value)) members += 1 + membersOf((value as Record<string, unknown>)[key]);
  }
  return members;
}
