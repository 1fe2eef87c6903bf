// The selector language as a tree (Calico's selector grammar). Frozen plain data with a `kind`, made only by `build`,
// which keeps what the text form relies on: lists of two and more, no negation of a negation, sorted sets.
import { byCodePoint } from './order.ts';

export type Comparison = '==' | '!=' | 'contains' | 'starts with' | 'ends with';

export type Selector =
  | { readonly kind: 'all' }
  | { readonly kind: 'global' }
  | { readonly kind: 'has'; readonly label: string }
  | { readonly kind: 'compare'; readonly label: string; readonly op: Comparison; readonly value: string }
  /** `values` sorted bytewise, without duplicates. */
  | {
      readonly kind: 'in';
      readonly label: string;
      readonly negated: boolean;
      readonly values: readonly string[];
    }
  | { readonly kind: 'not'; readonly operand: Selector }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Selector[] };

/** Where labels come from: own, then inherited. `undefined` means the label is absent. */
export interface Labels {
  get(label: string): string | undefined;
}

const ALL: Selector = Object.freeze({ kind: 'all' });
const GLOBAL: Selector = Object.freeze({ kind: 'global' });

export const build = Object.freeze({
  all: (): Selector => ALL,
  global: (): Selector => GLOBAL,
  has: (label: string): Selector => Object.freeze({ kind: 'has', label }),
  compare: (label: string, op: Comparison, value: string): Selector =>
    Object.freeze({ kind: 'compare', label, op, value }),
  in: (label: string, negated: boolean, values: readonly string[]): Selector =>
    Object.freeze({
      kind: 'in',
      label,
      negated,
      values: Object.freeze([...new Set(values)].sort(byCodePoint)),
    }),
  /**
   * The negation; of a negation, its operand. Calico does so only for `!!a` and keeps two nodes for `!(!a)`, whose
   * canonical text `!!a` then reads back as another tree; here the canonical text is the same for both.
   */
  not: (operand: Selector): Selector =>
    operand.kind === 'not' ? operand.operand : Object.freeze({ kind: 'not', operand }),
  /** One operand stands for itself, none is `all()`. Nested groups stay nested: they are part of the canonical text. */
  and: (operands: readonly Selector[]): Selector => group('and', operands, ALL),
  /** One operand stands for itself, none is `!all()`. */
  or: (operands: readonly Selector[]): Selector => group('or', operands, NOTHING),
});

const NOTHING: Selector = build.not(ALL);

function group(kind: 'and' | 'or', operands: readonly Selector[], empty: Selector): Selector {
  if (operands.length < 2) return operands[0] ?? empty;
  return Object.freeze({ kind, operands: Object.freeze([...operands]) });
}
