// The effective labels of an item: its own, then those of its profiles, the first that has the label.
import type { LabelMap } from '../resources/index.ts';
import type { Labels } from '../selector/index.ts';

/** The labels that items inherit, by name of profile; an unknown profile gives none. */
export interface ParentLabels {
  get(name: string): LabelMap | undefined;
  /** Names of the profiles that hand down the label with one of the values, or (undefined) with any. */
  carrying(label: string, values: ReadonlySet<string> | undefined): Iterable<string>;
}

export interface Labelled {
  readonly labels: LabelMap;
  /** Names of profiles, in order, each once. */
  readonly parents: readonly string[];
}

function effectiveLabel(item: Labelled, profiles: ParentLabels, label: string): string | undefined {
  return item.labels.get(label) ?? inheritedLabel(item.parents, profiles, label);
}

export function inheritedLabel(
  parents: readonly string[],
  profiles: ParentLabels,
  label: string,
): string | undefined {
  for (const parent of parents) {
    const inherited = profiles.get(parent)?.get(label);
    if (inherited !== undefined) return inherited;
  }
  return undefined;
}

export function effectiveLabels(item: Labelled, profiles: ParentLabels): Labels {
  return { get: (label) => effectiveLabel(item, profiles, label) };
}
