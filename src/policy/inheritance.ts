// The effective labels of an item: its own, then those of its profiles, the first that has the label.
import type { Labels } from '../selector/index.ts';

/** The labels that items inherit, by name of profile; an unknown profile gives none. */
export interface ParentLabels {
  get(name: string): ReadonlyMap<string, string> | undefined;
}

export interface Labelled {
  labels: ReadonlyMap<string, string>;
  /** Names of profiles, in order, each once. */
  parents: readonly string[];
}

export function effectiveLabels(item: Labelled, profiles: ParentLabels): Labels {
  return {
    get(label) {
      const own = item.labels.get(label);
      if (own !== undefined) return own;
      for (const parent of item.parents) {
        const inherited = profiles.get(parent)?.get(label);
        if (inherited !== undefined) return inherited;
      }
      return undefined;
    },
  };
}

/** Every effective label once. */
export function* effectiveEntries(
  item: Labelled,
  profiles: ParentLabels,
): Iterable<readonly [string, string]> {
  yield* item.labels;
  const { parents } = item;
  for (let index = 0; index < parents.length; index++) {
    const labels = profiles.get(parents[index] as string);
    if (!labels) continue;
    for (const entry of labels) {
      const shadowed =
        item.labels.has(entry[0]) ||
        parents.slice(0, index).some((name) => profiles.get(name)?.has(entry[0]));
      if (!shadowed) yield entry;
    }
  }
}
