// What a selector demands of single labels, whatever the rest of it says: an index needs to look only at what meets
// the demand of one label. Demands are necessary, never sufficient; a label without demands has no entry.
import type { Selector } from './ast.ts';

export interface Restriction {
  readonly present: boolean;
  /** With `present` too, the selector matches nothing. */
  readonly absent: boolean;
  /** The label must have one of these; an empty set matches nothing. Absent: any value. */
  readonly values?: ReadonlySet<string>;
}

type Restrictions = Map<string, Restriction>;

const PRESENT: Restriction = Object.freeze({ present: true, absent: false });
const ABSENT: Restriction = Object.freeze({ present: false, absent: true });

export function restrictions(selector: Selector): ReadonlyMap<string, Restriction> {
  return collect(selector);
}

function collect(selector: Selector): Restrictions {
  switch (selector.kind) {
    case 'has':
      return new Map([[selector.label, PRESENT]]);
    case 'compare':
      if (selector.op === '!=') return new Map();
      return new Map([[selector.label, selector.op === '==' ? oneOf([selector.value]) : PRESENT]]);
    case 'in':
      if (selector.negated) return new Map();
      // As Calico has it, `in {}` demands presence only; it never matches, but says so nowhere.
      return new Map([[selector.label, selector.values.length > 0 ? oneOf(selector.values) : PRESENT]]);
    case 'not':
      return selector.operand.kind === 'has' ? new Map([[selector.operand.label, ABSENT]]) : new Map();
    case 'and':
      return selector.operands.map(collect).reduce(both);
    case 'or':
      return selector.operands.map(collect).reduce(either);
    case 'all':
    case 'global':
      return new Map();
  }
}

function oneOf(values: Iterable<string>): Restriction {
  return { present: true, absent: false, values: new Set(values) };
}

// `into` belongs to the caller in both: lists of thousands of operands are folded without copying.
function both(into: Restrictions, more: Restrictions): Restrictions {
  for (const [label, b] of more) {
    const a = into.get(label);
    into.set(
      label,
      a === undefined ? b : withValues(a.present || b.present, a.absent || b.absent, meet(a, b)),
    );
  }
  return into;
}

function either(into: Restrictions, more: Restrictions): Restrictions {
  for (const [label, a] of into) {
    const b = more.get(label);
    const joined = b && withValues(a.present && b.present, a.absent && b.absent, join(a, b));
    if (joined && (joined.present || joined.absent || joined.values)) into.set(label, joined);
    else into.delete(label);
  }
  return into;
}

function withValues(present: boolean, absent: boolean, values: Set<string> | undefined): Restriction {
  return values === undefined ? { present, absent } : { present, absent, values };
}

function meet(a: Restriction, b: Restriction): Set<string> | undefined {
  if (a.values === undefined || b.values === undefined) {
    const one = a.values ?? b.values;
    return one && new Set(one);
  }
  const [few, many] = a.values.size <= b.values.size ? [a.values, b.values] : [b.values, a.values];
  return new Set([...few].filter((value) => many.has(value)));
}

function join(a: Restriction, b: Restriction): Set<string> | undefined {
  return a.values && b.values && new Set([...a.values, ...b.values]);
}
