// Selector text → parsed form, remembered: the same few texts stand in thousands of rules. Two texts with the same
// canonical form have the same `id`, which is what everything downstream compares.
import type { Problem } from '../errors/problem.ts';
import {
  compileSelector,
  formatSelector,
  type Labels,
  parseSelector,
  type Selector,
  selectorId,
} from '../selector/index.ts';
import type { WorkCounters } from './work.ts';

export interface ParsedSelector {
  readonly id: string;
  /** Canonical text. */
  readonly text: string;
  readonly ast: Selector;
  readonly test: (labels: Labels) => boolean;
}

export interface SelectorCache {
  /** The parsed selector, or what is wrong with it (only a text that no resource schema let through). */
  parse(text: string): ParsedSelector | readonly Problem[];
}

/** Beyond this many texts the cache starts anew: a bound on memory, not a limit on selectors. */
const LIMIT = 50_000;

export function createSelectorCache(work: WorkCounters): SelectorCache {
  const byText = new Map<string, ParsedSelector | readonly Problem[]>();
  return {
    parse(text) {
      const known = byText.get(text);
      if (known) return known;
      if (byText.size >= LIMIT) byText.clear();
      work.selectorsParsed++;
      const { value, problems } = parseSelector(text);
      const parsed = value
        ? { id: selectorId(value), text: formatSelector(value), ast: value, test: compileSelector(value) }
        : problems;
      byText.set(text, parsed);
      return parsed;
    },
  };
}

export function isParsed(parsed: ParsedSelector | readonly Problem[]): parsed is ParsedSelector {
  return !Array.isArray(parsed);
}
