// Which labels a selector looks at, and which differences in their values it can tell apart. The graph groups
// endpoints into classes by exactly these answers.
import type { Comparison, Selector } from './ast.ts';

export interface Substring {
  readonly op: Exclude<Comparison, '==' | '!='>;
  readonly value: string;
}

/**
 * Two states of a label (absent, or a value) that agree on all of this give the same answer:
 * which of `values` it is, if any; with `presence`, whether it is there; and each of `substrings` (absent: false).
 */
export interface LabelUse {
  /** Named by ==, !=, in, not in. Such a test cannot tell an absent label from any other value. */
  readonly values: ReadonlySet<string>;
  /** Some has() asks for the label. */
  readonly presence: boolean;
  /** Without duplicates, in the order of the text. */
  readonly substrings: readonly Substring[];
}

interface Use {
  values: Set<string>;
  presence: boolean;
  substrings: Map<string, Substring>;
}

/** Labels in the order of the text. */
export function labelsOf(selector: Selector): ReadonlyMap<string, LabelUse> {
  const uses = new Map<string, Use>();
  collect(selector, uses);
  return new Map(
    [...uses].map(([label, use]) => [label, { ...use, substrings: [...use.substrings.values()] }]),
  );
}

function collect(selector: Selector, uses: Map<string, Use>): void {
  switch (selector.kind) {
    case 'all':
    case 'global':
      return;
    case 'has':
      useOf(uses, selector.label).presence = true;
      return;
    case 'compare': {
      const { op, value } = selector;
      const use = useOf(uses, selector.label);
      if (op === '==' || op === '!=') use.values.add(value);
      else use.substrings.set(`${op} ${value}`, { op, value });
      return;
    }
    case 'in': {
      const use = useOf(uses, selector.label);
      for (const value of selector.values) use.values.add(value);
      return;
    }
    case 'not':
      collect(selector.operand, uses);
      return;
    case 'and':
    case 'or':
      for (const operand of selector.operands) collect(operand, uses);
  }
}

function useOf(uses: Map<string, Use>, label: string): Use {
  let use = uses.get(label);
  if (use === undefined) {
    use = { values: new Set(), presence: false, substrings: new Map() };
    uses.set(label, use);
  }
  return use;
}
