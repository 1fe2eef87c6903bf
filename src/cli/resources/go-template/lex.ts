// A template in pieces: text, and actions as tokens. By hand, since what Go's lexer does hangs on what stands beside a
// character: blanks separate operands, a minus with a blank trims, `}}` in a string ends nothing.
import type { Span } from './ast.ts';
import type { Fail } from './fault.ts';

export interface Token extends Span {
  readonly type: 'word' | 'field' | 'variable' | 'string' | 'char' | 'number' | 'punctuation' | 'end';
  /** Of a string or character its value, of a field or a variable its name, of a number as it is written. */
  readonly text: string;
  /** Whether a blank stands before it. */
  readonly spaced: boolean;
}

export type Piece =
  | { readonly type: 'text'; readonly text: string }
  | (Span & { readonly type: 'action'; readonly tokens: readonly Token[] });

const SPACE = /[ \t\r\n]+/y;
const TOKENS: readonly (readonly [Token['type'], RegExp])[] = [
  ['field', /\.([\p{L}_][\p{L}\p{N}_]*)/uy],
  ['variable', /\$([\p{L}_][\p{L}\p{N}_]*)?/uy],
  ['number', /[+-]?(?:0[xXbBoO][\da-fA-F_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y],
  ['word', /[\p{L}_][\p{L}\p{N}_]*/uy],
  ['string', /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y],
  ['char', /'(?:[^'\\\n]|\\.[^']*)'/uy],
  ['punctuation', /:=|[=|(),.]/y],
];

export function lex(template: string, fail: Fail): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let trimmed = false;
  const text = (until: number, trimEnd: boolean) => {
    let part = template.slice(at, until);
    if (trimmed) part = part.replace(/^[ \t\r\n]+/, '');
    if (trimEnd) part = part.replace(/[ \t\r\n]+$/, '');
    if (part !== '') pieces.push({ type: 'text', text: part });
  };
  for (;;) {
    const start = template.indexOf('{{', at);
    if (start < 0) {
      text(template.length, false);
      return pieces;
    }
    const trims = /\{\{-[ \t\r\n]/y;
    trims.lastIndex = start;
    const leading = trims.test(template);
    text(start, leading);
    const inside = start + (leading ? 3 : 2);
    const comment = /[ \t\r\n]*\/\*/y;
    comment.lastIndex = inside;
    const opened = comment.exec(template);
    if (opened && (leading || opened[0] === '/*')) {
      const closed = template.indexOf('*/', inside + opened[0].length);
      if (closed < 0) fail({ at: start, length: 2 }, 'unclosed comment');
      const end = /[ \t\r\n]-\}\}|\}\}/y;
      end.lastIndex = closed + 2;
      const ending =
        end.exec(template) ?? fail({ at: closed, length: 2 }, 'comment ends before closing delimiter');
      trimmed = ending[0] !== '}}';
      at = end.lastIndex;
      continue;
    }
    const action = lexAction(template, inside, start, fail);
    pieces.push({ type: 'action', at: start, length: action.end - start, tokens: action.tokens });
    trimmed = action.trims;
    at = action.end;
  }
}

interface Action {
  readonly tokens: readonly Token[];
  readonly end: number;
  /** The text behind it loses its leading blanks. */
  readonly trims: boolean;
}

function lexAction(template: string, from: number, start: number, fail: Fail): Action {
  const tokens: Token[] = [];
  let at = from;
  for (;;) {
    SPACE.lastIndex = at;
    const space = SPACE.exec(template)?.[0].length ?? 0;
    at += space;
    const trims = space > 0 && template.startsWith('-}}', at);
    if (trims || template.startsWith('}}', at)) {
      tokens.push({ type: 'end', text: '}}', at, length: 2, spaced: space > 0 });
      return { tokens, end: at + (trims ? 3 : 2), trims };
    }
    if (at >= template.length) fail({ at: start, length: 2 }, 'unclosed action');
    const token = tokenAt(template, at, space > 0);
    if (token === undefined) {
      const quote = '"`\''.includes(template.charAt(at));
      const char = String.fromCodePoint(template.codePointAt(at) ?? 0);
      fail(
        { at, length: 1 },
        quote ? 'unterminated quoted string' : `unexpected ${JSON.stringify(char)} in action`,
      );
    } else {
      const quoted = token.type === 'string' || token.type === 'char';
      tokens.push(quoted ? { ...token, text: unquoted(token, fail) } : token);
      at += token.length;
    }
  }
}

function tokenAt(template: string, at: number, spaced: boolean): Token | undefined {
  for (const [type, pattern] of TOKENS) {
    pattern.lastIndex = at;
    const found = pattern.exec(template);
    if (!found) continue;
    const named = type === 'field' || type === 'variable';
    return { type, text: named ? (found[1] ?? '') : found[0], at, length: found[0].length, spaced };
  }
  return undefined;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

function unquoted(token: Token, fail: Fail): string {
  const { text } = token;
  if (text.startsWith('`')) return text.slice(1, -1);
  return text
    .slice(1, -1)
    .replace(
      /\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|([0-7]{3})|(.))/gi,
      (_, x, u, U, octal, char) => {
        const hex = (x ?? u ?? U) as string | undefined;
        if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
        if (octal !== undefined) return String.fromCodePoint(Number.parseInt(String(octal), 8));
        return ESCAPES[String(char)] ?? fail(token, `unknown escape sequence \\${String(char)}`);
      },
    );
}
