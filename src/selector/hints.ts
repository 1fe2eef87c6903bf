// What the author of a selector that does not parse probably meant.
import { suggest } from '../errors/suggest.ts';

const OPERATORS = ['contains', 'starts with', 'startswith', 'ends with', 'endswith', 'in', 'not in', 'notin'];
const WINDOW = 64;
const CONNECTIVES: ReadonlyMap<string, string> = new Map([
  ['and', '&&'],
  ['or', '||'],
]);

/** `offset` is where the parser stopped, `message` what it said. */
export function hintFor(text: string, offset: number, message: string): string | undefined {
  // Short windows: the expressions below must not walk through a text of a million characters again and again.
  const before = text.slice(Math.max(0, offset - WINDOW), offset);
  const after = text.slice(offset, offset + WINDOW);
  const words = /^[A-Za-z]+/.exec(after)?.[0] ?? '';

  if (after.startsWith('\n') || after.startsWith('\r')) {
    return 'a selector is one line; in YAML a folded block (>-) joins its lines';
  }
  if (message.startsWith('expected operator after label')) {
    if (after.startsWith('(')) return spaceBeforeParenthesis(before);
    return misspeltOperator(after);
  }
  if (message === 'expected string' && words !== '') return 'put the value in quotes';
  if (message === 'expected ==') return 'equality is written ==';
  if (message === 'expected set literal') return 'a set is written {"a", "b"}';
  if (message === 'unexpected content at end of selector') {
    const connective = CONNECTIVES.get(words.toLowerCase());
    return connective ? `did you mean "${connective}"?` : 'terms are joined with && or ||';
  }
  return undefined;
}

function spaceBeforeParenthesis(before: string): string | undefined {
  const word = /([A-Za-z]+)[ \t]*$/.exec(before)?.[1];
  if (word === undefined) return undefined;
  const known = suggest(word, ['has', 'all', 'global']);
  if (known === undefined) return undefined;
  return known === word ? `write ${word}( without a space` : `did you mean "${known}("?`;
}

function misspeltOperator(after: string): string | undefined {
  // Two words first: `start with` is nearer to an operator than `start`.
  const [two = '', one = ''] = /^([A-Za-z]+)(?:[ \t]+[A-Za-z]+)?/.exec(after) ?? [];
  const found = (two === one ? undefined : suggest(two, OPERATORS)) ?? suggest(one, OPERATORS);
  return found === undefined
    ? 'operators are ==, !=, in, not in, contains, starts with, ends with'
    : `did you mean "${found}"?`;
}
