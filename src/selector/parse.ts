// Text to tree. Never throws, whatever the text: limits are checked before the parser runs, and what it finds becomes
// one problem with the exact place of the offending characters.
import { type Problem, problem, type Result } from '../errors/problem.ts';
import { build, type Selector } from './ast.ts';
import { parse, SyntaxError as ParserError } from './generated/selector-parser.js';
import { hintFor } from './hints.ts';

/** In UTF-16 units. Calico's CRDs stop at 1,024 for a field; what is merged from several fields is longer. */
export const MAX_LENGTH = 1 << 20;
/**
 * Parentheses open at once, in the text and in its canonical text, which has one pair for each group: so whatever
 * parses, its canonical text parses too. The parser recurses; its stack would last for about twice as many.
 */
export const MAX_DEPTH = 500;

/** Position of the first character of the text in its file; lines and columns count from 1. */
export interface TextPosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Blank text is `all()`. Problems: `selector/syntax`, `selector/too-long`, `selector/too-deep`. With `at` a problem has
 * its place in the file; without, a note names the column in the text.
 */
export function parseSelector(text: string, at?: TextPosition): Result<Selector> {
  if (text.length > MAX_LENGTH) {
    const message = `selector of ${text.length} characters, at most ${MAX_LENGTH} are allowed`;
    return failure('selector/too-long', message, text, 0, 1, at);
  }
  const tooDeep = `parentheses nest deeper than ${MAX_DEPTH}`;
  const offset = offsetBeyondDepth(text);
  if (offset !== undefined) return failure('selector/too-deep', tooDeep, text, offset, 1, at);
  try {
    const value = parse(text, { build });
    if (canonicalDepth(value) <= MAX_DEPTH) return { value, problems: [] };
    return failure('selector/too-deep', `${tooDeep} in canonical form`, text, 0, text.length, at);
  } catch (error) {
    if (error instanceof ParserError) {
      const { start, end } = error.location;
      return failure('selector/syntax', error.message, text, start.offset, end.offset - start.offset, at);
    }
    // The stack was nearly full before we were called.
    if (error instanceof RangeError) {
      return failure('selector/too-deep', 'selector nests too deeply', text, 0, 1, at);
    }
    throw error;
  }
}

function failure(
  code: string,
  message: string,
  text: string,
  offset: number,
  length: number,
  at: TextPosition | undefined,
): Result<Selector> {
  const hint = code === 'selector/syntax' ? hintFor(text, offset, message) : undefined;
  const more: Partial<Problem> = {
    ...(at === undefined
      ? { notes: [{ message: `at column ${offset + 1} of the selector` }] }
      : { place: { file: at.file, ...positionOf(text, offset, at), length } }),
    ...(hint === undefined ? {} : { hint }),
  };
  return { problems: [problem(code, message, more)] };
}

function positionOf(text: string, offset: number, at: TextPosition): { line: number; column: number } {
  const lines = text.slice(0, offset).split('\n');
  const inLine = lines.at(-1)?.length ?? 0;
  return lines.length === 1
    ? { line: at.line, column: at.column + inLine }
    : { line: at.line + lines.length - 1, column: inLine + 1 };
}

/** Where the parentheses outside strings first nest too deeply. */
function offsetBeyondDepth(text: string): number | undefined {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '(') {
      if (++depth > MAX_DEPTH) return i;
    } else if (character === ')') depth--;
    else if (character === '"' || character === "'") {
      const end = text.indexOf(character, i + 1);
      if (end < 0) return undefined;
      i = end;
    }
  }
  return undefined;
}

function canonicalDepth(selector: Selector): number {
  switch (selector.kind) {
    case 'compare':
    case 'in':
      return 0;
    case 'all':
    case 'global':
    case 'has':
      return 1;
    case 'not':
      return canonicalDepth(selector.operand);
    case 'and':
    case 'or':
      return 1 + selector.operands.reduce((most, operand) => Math.max(most, canonicalDepth(operand)), 0);
  }
}
