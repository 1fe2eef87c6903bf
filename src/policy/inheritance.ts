// The effective labels of an item: its own, then those of its profiles, the first that has the label.
import type { Labels } from '../selector/index.ts';

/** The labels that items inherit, by name of profile; an unknown profile gives none. */
export interface ParentLabels {
  get(name: string): ReadonlyMap<string, string> | undefined;
  /** Names of the profiles that hand down the label. */
  carrying(label: string): Iterable<string>;
}

export interface Labelled {
  readonly labels: ReadonlyMap<string, string>;
  /** Names of profiles, in order, each once. */
  readonly parents: readonly string[];
}

export function effectiveLabel(item: Labelled, profiles: ParentLabels, label: string): string | undefined {
  const own = item.labels.get(label);
  if (own !== undefined) return own;
  for (const parent of item.parents) {
    const inherited = profiles.get(parent)?.get(label);
    if (inherited !== undefined) return inherited;
  }
  return undefined;
}

export function effectiveLabels(item: Labelled, profiles: ParentLabels): Labels {
  return { get: (label) => effectiveLabel(item, profiles, label) };
}
