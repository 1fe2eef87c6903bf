// Finds the selectors that can match given labels, without evaluating those that cannot: each selector is filed under
// the most telling label that it demands.
import { restrictions, type Selector } from '../selector/index.ts';

/** What a selector demands at least: nothing, a label (with one of some values), or the impossible. */
export type Demand =
  | { readonly kind: 'none' }
  | { readonly kind: 'label'; readonly label: string; readonly values: ReadonlySet<string> | undefined }
  | { readonly kind: 'impossible' };

/** The strongest single demand: a label with the fewest values, else a label. */
export function demandOf(selector: Selector): Demand {
  let best: Extract<Demand, { kind: 'label' }> | undefined;
  for (const [label, { present, absent, values }] of restrictions(selector)) {
    if ((present && absent) || values?.size === 0) return { kind: 'impossible' };
    if (!present) continue;
    const better =
      !best || (values?.size ?? Number.POSITIVE_INFINITY) < (best.values?.size ?? Number.POSITIVE_INFINITY);
    if (better) best = { kind: 'label', label, values };
  }
  return best ?? { kind: 'none' };
}

interface ByLabel<S> {
  readonly anyValue: Set<S>;
  readonly byValue: Map<string, Set<S>>;
}

export class SelectorLookup<S> {
  readonly #free = new Set<S>();
  readonly #byLabel = new Map<string, ByLabel<S>>();

  add(selector: S, demand: Demand): void {
    for (const slot of this.#slots(demand)) slot.add(selector);
  }

  remove(selector: S, demand: Demand): void {
    for (const slot of this.#slots(demand)) slot.delete(selector);
    if (demand.kind !== 'label') return;
    const byLabel = this.#byLabel.get(demand.label);
    if (!byLabel) return;
    for (const value of demand.values ?? [])
      if (byLabel.byValue.get(value)?.size === 0) byLabel.byValue.delete(value);
    if (byLabel.anyValue.size === 0 && byLabel.byValue.size === 0) this.#byLabel.delete(demand.label);
  }

  /** Each candidate once. `values`: the labels that some selector mentions. */
  *candidates(values: ReadonlyMap<string, string>): Iterable<S> {
    yield* this.#free;
    for (const [label, value] of values) {
      const byLabel = this.#byLabel.get(label);
      if (!byLabel) continue;
      yield* byLabel.anyValue;
      yield* byLabel.byValue.get(value) ?? [];
    }
  }

  #slots(demand: Demand): Set<S>[] {
    if (demand.kind === 'none') return [this.#free];
    if (demand.kind === 'impossible') return [];
    let byLabel = this.#byLabel.get(demand.label);
    if (!byLabel) {
      byLabel = { anyValue: new Set(), byValue: new Map() };
      this.#byLabel.set(demand.label, byLabel);
    }
    const { anyValue, byValue } = byLabel;
    if (!demand.values) return [anyValue];
    return [...demand.values].map((value) => {
      const slot = byValue.get(value) ?? new Set<S>();
      byValue.set(value, slot);
      return slot;
    });
  }
}
