// Tree to canonical text, Calico's: one spelling per tree, so that equal selectors share one IP set and one name.
import type { Selector } from './ast.ts';
import { parseSelector } from './parse.ts';

/** Parsing the text gives the same tree. */
export function formatSelector(selector: Selector): string {
  switch (selector.kind) {
    case 'all':
      return 'all()';
    case 'global':
      return 'global()';
    case 'has':
      return `has(${selector.label})`;
    case 'compare':
      // Joined, since a template is kept in pieces, each a string of its own: there may be one for every namespace.
      return [selector.label, selector.op, quote(selector.value)].join(' ');
    case 'in': {
      const { label, negated, values } = selector;
      return `${label} ${negated ? 'not in' : 'in'} {${values.map(quote).join(', ')}}`;
    }
    case 'not':
      // A comparison stays bare: `!` binds to all of it.
      return `!${formatSelector(selector.operand)}`;
    case 'and':
      return `(${selector.operands.map(formatSelector).join(' && ')})`;
    case 'or':
      return `(${selector.operands.map(formatSelector).join(' || ')})`;
  }
}

/** Trims; then the canonical text, or the trimmed text itself where it does not parse. */
export function normaliseSelector(text: string): string {
  const trimmed = text.trim();
  const { value } = parseSelector(trimmed);
  return value === undefined ? trimmed : formatSelector(value);
}

// There are no escapes: a value never holds both kinds of quotes, or it could not have been written.
function quote(value: string): string {
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}
