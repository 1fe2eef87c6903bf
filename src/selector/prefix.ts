// Selectors over the labels of something else: namespaces (`pcns.`) and service accounts (`pcsa.`) hand their labels
// on to endpoints under a prefix, and selectors that mean those are rewritten to match.
import { build, type Selector } from './ast.ts';

/** Every label name with the prefix before it; `all()` and `global()` stay. */
export function prefixLabels(selector: Selector, prefix: string): Selector {
  switch (selector.kind) {
    case 'all':
    case 'global':
      return selector;
    case 'has':
      return build.has(prefix + selector.label);
    case 'compare':
      return build.compare(prefix + selector.label, selector.op, selector.value);
    case 'in':
      return build.in(prefix + selector.label, selector.negated, selector.values);
    case 'not':
      return build.not(prefixLabels(selector.operand, prefix));
    case 'and':
    case 'or':
      return build[selector.kind](selector.operands.map((operand) => prefixLabels(operand, prefix)));
  }
}
