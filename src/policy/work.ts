// Counters of the work a graph did, for tests and metrics: they show that cost follows the size of a change.

export interface WorkCounters {
  /** Single evaluations of a selector against the labels of a class. */
  selectorEvaluations: number;
  classesCreated: number;
  /** Classes looked at because a selector appeared. */
  classesVisited: number;
  /** Endpoints and network sets whose class was determined. */
  itemsClassified: number;
  /** Label values looked at because a selector named new ones: far cheaper than to determine a class. */
  valuesCompared: number;
  /** Members counted into or out of an IP set. */
  membersCounted: number;
  /** Selector texts that were not in the cache. */
  selectorsParsed: number;
  policiesCompiled: number;
  /** Tier lists computed, one per class of local endpoints. */
  tierListsComputed: number;
  /** NodePolicy values built. */
  nodePoliciesBuilt: number;
}

export function createWorkCounters(): WorkCounters {
  return {
    selectorEvaluations: 0,
    classesCreated: 0,
    classesVisited: 0,
    itemsClassified: 0,
    valuesCompared: 0,
    membersCounted: 0,
    selectorsParsed: 0,
    policiesCompiled: 0,
    tierListsComputed: 0,
    nodePoliciesBuilt: 0,
  };
}
