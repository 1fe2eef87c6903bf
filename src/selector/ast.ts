// The selector language as a tree (spec: Calico's selector grammar). Frozen plain data with a `kind`.

export type Comparison = '==' | '!=' | 'contains' | 'starts with' | 'ends with';

export type Selector =
  | { readonly kind: 'all' }
  | { readonly kind: 'global' }
  | { readonly kind: 'has'; readonly label: string }
  | { readonly kind: 'compare'; readonly label: string; readonly op: Comparison; readonly value: string }
  /** `values` sorted bytewise, without duplicates. */
  | { readonly kind: 'in'; readonly label: string; readonly negated: boolean; readonly values: readonly string[] }
  | { readonly kind: 'not'; readonly operand: Selector }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Selector[] };

/** Where labels come from: own, then inherited. `undefined` means the label is absent. */
export interface Labels {
  get(label: string): string | undefined;
}
