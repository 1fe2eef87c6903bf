// What a selector demands of single labels, whatever the rest of it says: an index needs to look only at what meets
// the demand of one label. Demands are necessary, never sufficient; a label without demands has no entry.
import type { Selector } from './ast.ts';

export interface Restriction {
  readonly present: boolean;
  /** With `present` too, the selector matches nothing. */
  readonly absent: boolean;
  /** The label must have one of these; an empty set matches nothing. Without it: any value. */
  readonly values?: ReadonlySet<string>;
}

type Restrictions = ReadonlyMap<string, Restriction>;

const NONE: Restrictions = new Map();
const PRESENT: Restriction = Object.freeze({ present: true, absent: false });
const ABSENT: Restriction = Object.freeze({ present: false, absent: true });

export function restrictions(selector: Selector): ReadonlyMap<string, Restriction> {
  switch (selector.kind) {
    case 'all':
    case 'global':
      return NONE;
    case 'has':
      return new Map([[selector.label, PRESENT]]);
    case 'compare':
      if (selector.op === '!=') return NONE;
      return new Map([[selector.label, selector.op === '==' ? oneOf([selector.value]) : PRESENT]]);
    case 'in':
      if (selector.negated) return NONE;
      // As in Calico, `in {}` demands only presence. It matches nothing, but an index need not know.
      return new Map([[selector.label, selector.values.length > 0 ? oneOf(selector.values) : PRESENT]]);
    case 'not':
      return selector.operand.kind === 'has' ? new Map([[selector.operand.label, ABSENT]]) : NONE;
    case 'and':
      return all(selector.operands.map(restrictions));
    case 'or':
      return any(selector.operands.map(restrictions));
  }
}

function oneOf(values: Iterable<string>): Restriction {
  return { present: true, absent: false, values: new Set(values) };
}

/** Every demand of every branch. */
function all(branches: readonly Restrictions[]): Restrictions {
  const result = new Map<string, Restriction>();
  for (const branch of branches) {
    for (const [label, demand] of branch) {
      const known = result.get(label);
      result.set(label, known === undefined ? demand : conjunction(known, demand));
    }
  }
  return result;
}

function conjunction(a: Restriction, b: Restriction): Restriction {
  const values = a.values && b.values ? intersection(a.values, b.values) : (a.values ?? b.values);
  return demand(a.present || b.present, a.absent || b.absent, values);
}

function intersection(a: ReadonlySet<string>, b: ReadonlySet<string>): Set<string> {
  const [few, many] = a.size <= b.size ? [a, b] : [b, a];
  return new Set([...few].filter((value) => many.has(value)));
}

/** What all branches demand alike. Label by label, so that a list of thousands of values is gathered once. */
function any(branches: readonly Restrictions[]): Restrictions {
  const result = new Map<string, Restriction>();
  for (const label of branches[0]?.keys() ?? []) {
    const demands = branches.map((branch) => branch.get(label)).filter((found) => found !== undefined);
    if (demands.length < branches.length) continue;
    const present = demands.every((one) => one.present);
    const absent = demands.every((one) => one.absent);
    const values = demands.every((one) => one.values)
      ? new Set(demands.flatMap((one) => [...(one.values ?? [])]))
      : undefined;
    if (present || absent || values) result.set(label, demand(present, absent, values));
  }
  return result;
}

function demand(present: boolean, absent: boolean, values: ReadonlySet<string> | undefined): Restriction {
  return values === undefined ? { present, absent } : { present, absent, values };
}
