// What a selector means: an interpreter for single questions, and a compiler to closures for selectors asked about
// many sets of labels. A property test holds the two together, and both to the text.
import type { Comparison, Labels, Selector } from './ast.ts';

/** Does the selector match these labels? `global()` matches everything here: only rules give it a meaning. */
export function matches(selector: Selector, labels: Labels): boolean {
  switch (selector.kind) {
    case 'all':
    case 'global':
      return true;
    case 'has':
      return labels.get(selector.label) !== undefined;
    case 'compare':
      return COMPARE[selector.op](labels.get(selector.label), selector.value);
    case 'in': {
      const actual = labels.get(selector.label);
      return (actual !== undefined && selector.values.includes(actual)) !== selector.negated;
    }
    case 'not':
      return !matches(selector.operand, labels);
    case 'and':
      return selector.operands.every((operand) => matches(operand, labels));
    case 'or':
      return selector.operands.some((operand) => matches(operand, labels));
  }
}

/** The same function of labels, with everything that does not depend on them done beforehand. */
export function compileSelector(selector: Selector): (labels: Labels) => boolean {
  switch (selector.kind) {
    case 'all':
    case 'global':
      return () => true;
    case 'has': {
      const { label } = selector;
      return (labels) => labels.get(label) !== undefined;
    }
    case 'compare': {
      const { label, value } = selector;
      const compare = COMPARE[selector.op];
      return (labels) => compare(labels.get(label), value);
    }
    case 'in': {
      const { label, negated } = selector;
      const values = new Set<string | undefined>(selector.values);
      return (labels) => values.has(labels.get(label)) !== negated;
    }
    case 'not': {
      const operand = compileSelector(selector.operand);
      return (labels) => !operand(labels);
    }
    case 'and': {
      const operands = selector.operands.map(compileSelector);
      return (labels) => operands.every((operand) => operand(labels));
    }
    case 'or': {
      const operands = selector.operands.map(compileSelector);
      return (labels) => operands.some((operand) => operand(labels));
    }
  }
}

// An absent label differs from every value and contains none, not even the empty string.
const COMPARE: Record<Comparison, (actual: string | undefined, value: string) => boolean> = {
  '==': (actual, value) => actual === value,
  '!=': (actual, value) => actual !== value,
  contains: (actual, value) => actual?.includes(value) ?? false,
  'starts with': (actual, value) => actual?.startsWith(value) ?? false,
  'ends with': (actual, value) => actual?.endsWith(value) ?? false,
};
