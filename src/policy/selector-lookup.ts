// Finds the selectors that can match given labels, without evaluating those that cannot: each selector is filed under
// the most telling label that it demands.
import { each, type Few, putInto, takeFrom } from './few.ts';
import { restrictions, type Selector } from '../selector/index.ts';

/** What a selector demands at least: nothing, a label (with one of some values), or the impossible. */
export type Demand =
  | { readonly kind: 'none' }
  | { readonly kind: 'label'; readonly label: string; readonly values: readonly string[] | undefined }
  | { readonly kind: 'impossible' };

/** The strongest single demand: a label with the fewest values, else a label. */
export function demandOf(selector: Selector): Demand {
  if (selector.kind === 'compare' && selector.op === '==')
    return { kind: 'label', label: selector.label, values: [selector.value] };
  let best: Extract<Demand, { kind: 'label' }> | undefined;
  for (const [label, { present, absent, values }] of restrictions(selector)) {
    if ((present && absent) || values?.size === 0) return { kind: 'impossible' };
    if (!present) continue;
    const better =
      !best || (values?.size ?? Number.POSITIVE_INFINITY) < (best.values?.length ?? Number.POSITIVE_INFINITY);
    if (better) best = { kind: 'label', label, values: values && [...values] };
  }
  return best ?? { kind: 'none' };
}

interface ByLabel<S extends object> {
  readonly anyValue: Set<S>;
  readonly byValue: Map<string, Few<S>>;
}

export class SelectorLookup<S extends object> {
  readonly #free = new Set<S>();
  readonly #byLabel = new Map<string, ByLabel<S>>();

  add(selector: S, demand: Demand): void {
    if (demand.kind === 'none') this.#free.add(selector);
    if (demand.kind !== 'label') return;
    let byLabel = this.#byLabel.get(demand.label);
    if (!byLabel) {
      byLabel = { anyValue: new Set(), byValue: new Map() };
      this.#byLabel.set(demand.label, byLabel);
    }
    if (!demand.values) byLabel.anyValue.add(selector);
    else for (const value of demand.values) putInto(byLabel.byValue, value, selector);
  }

  remove(selector: S, demand: Demand): void {
    if (demand.kind === 'none') this.#free.delete(selector);
    if (demand.kind !== 'label') return;
    const byLabel = this.#byLabel.get(demand.label);
    if (!byLabel) return;
    if (!demand.values) byLabel.anyValue.delete(selector);
    else for (const value of demand.values) takeFrom(byLabel.byValue, value, selector);
    if (byLabel.anyValue.size === 0 && byLabel.byValue.size === 0) this.#byLabel.delete(demand.label);
  }

  /** Each candidate once. `values`: the labels that some selector mentions. */
  *candidates(values: ReadonlyMap<string, string>): Iterable<S> {
    yield* this.#free;
    for (const [label, value] of values) {
      const byLabel = this.#byLabel.get(label);
      if (!byLabel) continue;
      yield* byLabel.anyValue;
      yield* each(byLabel.byValue.get(value));
    }
  }
}
