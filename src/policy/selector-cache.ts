// Selector text → parsed form, remembered: the same few texts stand in thousands of rules. Two texts with the same
// canonical form have the same `text`, which is what the graph compares, and the same `id`.
import type { Problem, Result } from '../errors/problem.ts';
import {
  build,
  compileSelector,
  formatSelector,
  type Labels,
  parseSelector,
  readEquality,
  type Selector,
  uniqueId,
} from '../selector/index.ts';
import { shareText } from '../resources/index.ts';
import type { WorkCounters } from './work.ts';

export interface ParsedSelector {
  /** Canonical text: what tells selectors apart in the graph. */
  readonly text: string;
  /** Made from the text when first asked for; names IP sets. */
  readonly id: string;
  readonly ast: Selector;
  readonly test: (labels: Labels) => boolean;
}

export interface SelectorCache {
  /** The parsed selector, or what is wrong with it (only a text that no resource schema let through). */
  parse(text: string): ParsedSelector | readonly Problem[];
}

/** Beyond this many texts the cache starts anew: a bound on memory, not a limit on selectors. */
const LIMIT = 50_000;

/** Most policies of a cluster apply to no local endpoint: their selectors are neither asked for an id nor evaluated. */
class LazySelector implements ParsedSelector {
  readonly ast: Selector;
  readonly text: string;
  #id: string | undefined;
  #test: ((labels: Labels) => boolean) | undefined;

  constructor(ast: Selector) {
    this.ast = ast;
    this.text = formatSelector(ast);
  }

  get id(): string {
    this.#id ??= uniqueId('s', this.text);
    return this.#id;
  }

  get test(): (labels: Labels) => boolean {
    this.#test ??= compileSelector(this.ast);
    return this.#test;
  }
}

export function createSelectorCache(work: WorkCounters): SelectorCache {
  const byText = new Map<string, ParsedSelector | readonly Problem[]>();
  return {
    parse(text) {
      const known = byText.get(text);
      if (known) return known;
      if (byText.size >= LIMIT) byText.clear();
      work.selectorsParsed++;
      const { value, problems } = equality(text) ?? parseSelector(text);
      const parsed = value ? new LazySelector(value) : problems;
      byText.set(text, parsed);
      return parsed;
    },
  };
}

function equality(text: string): Result<Selector> | undefined {
  const read = readEquality(text);
  if (read === undefined) return undefined;
  // What a regular expression gives is a view of the text, or of half a dozen: the one string for all is shorter.
  return { value: build.compare(shareText(read.label), '==', shareText(read.value)), problems: [] };
}

export function isParsed(parsed: ParsedSelector | readonly Problem[]): parsed is ParsedSelector {
  return !Array.isArray(parsed);
}
