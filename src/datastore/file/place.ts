// The place of a problem in its file: the value it is about; the key for an unknown field; the parent's key for a
// missing one; the offending characters for a selector.
import type { Path, Place, Problem } from '../../errors/problem.ts';
import { parseSelector } from '../../selector/index.ts';
import { valueAt } from '../../resources/index.ts';
import type { TextSpan } from './lines.ts';
import type { Located, Positions } from './positions.ts';
import { sourceOffset } from './scalar-offset.ts';

/** One document, or one item of a list in it. */
export interface PlaceContext {
  readonly text: string;
  readonly placeOf: (span: TextSpan) => Place;
  readonly positions: Positions;
  /** Path of the resource in its document. */
  readonly base: Path;
  /** The resource as it was read. */
  readonly raw: unknown;
}

/** The problem with its place; the path stays that of the resource. */
export function withPlace(found: Problem, context: PlaceContext): Problem {
  const path = found.path ?? [];
  const located = context.positions([...context.base, ...path]);
  const exact = found.code.startsWith('selector/') ? selectorSpan(found, located, context) : undefined;
  if (exact) {
    // The column in the selector is told by the place.
    const { notes: _, ...rest } = found;
    return { ...rest, place: context.placeOf(exact) };
  }
  const span = found.code === 'resource/unknown-field' && located.complete ? located.key : spanOf(located);
  const hint = quoteHint(found, located, context);
  return {
    ...found,
    ...(hint === undefined ? {} : { hint }),
    ...(span ? { place: context.placeOf(span) } : {}),
  };
}

/** Where a person looks for a value: a scalar itself, the key of a map or list, or of what should hold it. */
export function spanOf({ key, value, collection, complete }: Located): TextSpan | undefined {
  const empty = value === undefined || value.start === value.end;
  return complete && !collection && !empty ? value : (key ?? value);
}

function selectorSpan(found: Problem, located: Located, context: PlaceContext): TextSpan | undefined {
  const { value: span, style, complete } = located;
  const text = valueAt(context.raw, found.path ?? []);
  if (!span || !style || !complete || typeof text !== 'string') return undefined;
  if (style === 'BLOCK_LITERAL' || style === 'BLOCK_FOLDED') return located.key;
  const at = parseSelector(text, { file: '', line: 1, column: 1 }).problems.find(
    (p) => p.code === found.code,
  )?.place;
  if (at?.line === undefined || at.column === undefined) return undefined;
  const start = offsetOf(text, at.line, at.column);
  const source = context.text.slice(span.start, span.end);
  const from = sourceOffset(style, source, text, start);
  const to = sourceOffset(style, source, text, Math.min(text.length, start + (at.length ?? 1)));
  return from === undefined || to === undefined
    ? undefined
    : { start: span.start + from, end: span.start + to };
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let i = 1; i < line; i++) start = text.indexOf('\n', start) + 1;
  return start + column - 1;
}

/** The author's own spelling in quotes: YAML has read `010` as 8 and `yes` as true. */
function quoteHint(
  found: Problem,
  { value, style, collection }: Located,
  context: PlaceContext,
): string | undefined {
  if (!found.hint?.startsWith('quote it: ') || !value || collection || style !== 'PLAIN') return undefined;
  return `quote it: "${context.text.slice(value.start, value.end)}"`;
}
