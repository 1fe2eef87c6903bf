// Template text to a tree, as Go's text/template reads it; `define`, `template` and `block` are left out.
import { suggest } from '../../../errors/index.ts';
import type { Command, Expression, Node, Pipeline, Span } from './ast.ts';
import { type Fail, failIn, type Source } from './fault.ts';
import { lex, type Piece, type Token } from './lex.ts';

type Action = Extract<Piece, { type: 'action' }>;

/** `functions`: the names that may be called. Throws TortieError. */
export function parseTemplate(source: Source, functions: ReadonlySet<string>): readonly Node[] {
  const fail = failIn(source);
  const pieces = lex(source.text, fail);
  let next = 0;
  let loops = 0;
  /** What is visible, innermost last; a block ends what was declared in it. */
  const known = [''];

  /** Until an `end` or `else`, which is answered; undefined at the end of the template. */
  const nodes = (): { readonly body: readonly Node[]; readonly last?: Action; readonly words: Words } => {
    const body: Node[] = [];
    while (next < pieces.length) {
      const piece = pieces[next++] as Piece;
      if (piece.type === 'text') {
        body.push(piece);
        continue;
      }
      const words = wordsOf(piece, functions, known, fail);
      const keyword = words.keyword();
      if (keyword === 'end' || keyword === 'else') return { body, last: piece, words };
      body.push(node(piece, keyword, words));
    }
    return { body, words: wordsOf(undefined, functions, known, fail) };
  };

  const node = (piece: Action, keyword: string | undefined, words: Words): Node => {
    switch (keyword) {
      case 'if':
      case 'with':
      case 'range':
        return block(piece, keyword, words);
      case 'break':
      case 'continue':
        words.done();
        if (loops === 0) fail(piece, `{{${keyword}}} outside {{range}}`);
        return { type: keyword };
      case 'define':
      case 'template':
      case 'block':
        return fail(piece, `{{${keyword}}} is not supported`);
      default: {
        const pipeline = words.pipeline(false);
        words.done();
        return { type: 'output', pipeline };
      }
    }
  };

  const block = (piece: Action, type: 'if' | 'with' | 'range', words: Words): Node => {
    const visible = known.length;
    const pipeline = words.pipeline(type === 'range');
    words.done();
    const inside = known.length;
    if (type === 'range') loops++;
    const { body, last, words: ending } = nodes();
    if (type === 'range') loops--;
    known.length = inside;
    const otherwise = last === undefined ? unclosed(piece, type) : rest(piece, type, last, ending);
    known.length = visible;
    return { type, pipeline, body, otherwise };
  };

  /** Behind the body: `{{end}}`, `{{else}}…{{end}}`, or `{{else if …}}`, which needs no end of its own. */
  const rest = (
    piece: Action,
    type: 'if' | 'with' | 'range',
    last: Action,
    ending: Words,
  ): readonly Node[] => {
    if (ending.ends()) return [];
    const keyword = ending.keyword();
    if (keyword !== undefined && keyword === type && type !== 'range') return [block(last, type, ending)];
    ending.done();
    const { body, last: end, words } = nodes();
    if (end === undefined) return unclosed(piece, type);
    if (!words.ends()) fail(end, `expected end; found {{else}}`);
    return body;
  };

  const unclosed = (piece: Span, type: string): never => fail(piece, `{{${type}}} without {{end}}`);

  const { body, last } = nodes();
  if (last) fail(last, `unexpected {{${last.tokens[0]?.text ?? ''}}}`);
  return body;
}

const KEYWORDS: ReadonlySet<string> = new Set(
  'if else end range with break continue define template block'.split(' '),
);

type Words = ReturnType<typeof wordsOf>;

/** The tokens of one action, read from the left. */
function wordsOf(action: Action | undefined, functions: ReadonlySet<string>, known: string[], fail: Fail) {
  const tokens = action?.tokens ?? [];
  let at = 0;
  let ended = false;
  const end: Token = { type: 'end', text: '}}', at: 0, length: 1, spaced: false };
  const peek = (): Token => tokens[at] ?? tokens.at(-1) ?? end;
  const is = (text: string): boolean => peek().type === 'punctuation' && peek().text === text;
  const described = ({ type, text }: Token) => (type === 'end' ? 'end of action' : JSON.stringify(text));

  const pipeline = (range: boolean, closing?: Token): Pipeline => {
    const first = peek();
    const { variables, assigns } = declaration(range);
    const commands: Command[] = [];
    do commands.push(command(closing !== undefined));
    while (
      // Go takes a bar with nothing behind it.
      is('|') &&
      tokens[++at]?.type !== 'end'
    );
    // Visible behind its own value.
    if (!assigns) known.push(...variables);
    return { variables, assigns, commands, ...spanTo(first) };
  };

  const declaration = (range: boolean): Pick<Pipeline, 'variables' | 'assigns'> => {
    const names: string[] = [];
    const start = at;
    while (peek().type === 'variable' && names.length < (range ? 2 : 1)) {
      names.push(peek().text);
      at++;
      if (range && names.length === 1 && is(',')) {
        at++;
        if (peek().type !== 'variable') fail(peek(), 'range can only initialize variables');
        continue;
      }
      break;
    }
    if (names.length > 0 && (is(':=') || is('='))) {
      const assigns = is('=');
      for (const name of assigns ? names : [])
        if (!known.includes(name)) fail(peek(), `undefined variable "$${name}"`);
      at++;
      return { variables: names, assigns };
    }
    if (names.length > 1) fail(peek(), `unexpected ${described(peek())} in range`);
    at = start;
    return { variables: [], assigns: false };
  };

  const command = (inside: boolean): Command => {
    const first = peek();
    const operands: Expression[] = [];
    for (;;) {
      const token = peek();
      const over = token.type === 'end' || is('|') || (inside && is(')'));
      if (over && operands.length > 0) return { operands, ...spanTo(first) };
      if (over) fail(token, 'missing value for command');
      if (operands.length > 0 && !token.spaced) fail(token, `unexpected ${described(token)} in operand`);
      operands.push(chain(operand()));
    }
  };

  /** Fields directly behind an operand belong to it. */
  const chain = (base: Expression): Expression => {
    let of = base;
    while (peek().type === 'field' && !peek().spaced) {
      if (of.type === 'literal') fail(peek(), `unexpected . after term ${describedLiteral(of.value)}`);
      const { text: name, at: where, length } = peek();
      at++;
      of = { type: 'field', of, name, at: where, length };
    }
    return of;
  };

  const operand = (): Expression => {
    const token = peek();
    at++;
    const span = { at: token.at, length: token.length };
    switch (token.type) {
      case 'field':
        return { type: 'field', of: { type: 'dot', ...span }, name: token.text, ...span };
      case 'variable':
        if (!known.includes(token.text)) fail(token, `undefined variable "$${token.text}"`);
        return { type: 'variable', name: token.text, ...span };
      case 'string':
        return { type: 'literal', value: token.text, ...span };
      case 'char':
        return { type: 'literal', value: token.text.codePointAt(0) ?? 0, ...span };
      case 'number':
        return { type: 'literal', ...numberOf(token, fail), ...span };
      case 'word':
        return word(token, span);
      default:
    }
    if (token.text === '.' && token.type === 'punctuation') return { type: 'dot', ...span };
    if (token.text !== '(' || token.type !== 'punctuation')
      return fail(token, `unexpected ${described(token)} in operand`);
    const inner = pipeline(false, token);
    if (!is(')')) fail(token, 'unclosed left paren');
    at++;
    return { type: 'pipeline', pipeline: inner, ...spanTo(token) };
  };

  const word = (token: Token, span: Span): Expression => {
    const { text } = token;
    if (text === 'true' || text === 'false') return { type: 'literal', value: text === 'true', ...span };
    if (text === 'nil') return { type: 'literal', value: null, ...span };
    if (KEYWORDS.has(text)) return fail(token, `unexpected <${text}> in operand`);
    if (functions.has(text)) return { type: 'function', name: text, ...span };
    const near = suggest(text, functions);
    return fail(token, `function ${JSON.stringify(text)} not defined`, near && `did you mean ${near}?`);
  };

  const spanTo = (first: Token): Span => {
    const last = tokens[Math.max(0, at - 1)] ?? first;
    return { at: first.at, length: Math.max(1, last.at + last.length - first.at) };
  };

  return {
    /** Takes a keyword, if one is next. */
    keyword(): string | undefined {
      const { type, text } = peek();
      if (type !== 'word' || !KEYWORDS.has(text)) return undefined;
      at++;
      ended ||= text === 'end';
      return text;
    },
    /** Whether the keyword was `end`, with nothing behind it. */
    ends(): boolean {
      if (ended && peek().type !== 'end') fail(peek(), `unexpected ${described(peek())} in end`);
      return ended;
    },
    pipeline,
    done() {
      if (peek().type !== 'end') fail(peek(), `unexpected ${described(peek())} in command`);
    },
  };
}

const describedLiteral = (value: unknown): string => JSON.stringify(value);

function numberOf(token: Token, fail: Fail): { readonly value: number; readonly float?: boolean } {
  const text = token.text.replaceAll('_', '');
  const [, sign, digits = ''] = /^([+-]?)(.*)$/.exec(text) ?? [];
  const value = (sign === '-' ? -1 : 1) * Number(/^0\d+$/.test(digits) ? `0o${digits}` : digits);
  if (Number.isNaN(value)) fail(token, `bad number syntax: ${JSON.stringify(token.text)}`);
  return /^0[xob]/i.test(digits) || !/[.e]/i.test(digits) ? { value } : { value, float: true };
}
