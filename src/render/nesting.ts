// How chains lead to chains: what kernel and reference check walk. Works on texts, so that it sees what a tool will see.
import type { ChainText, NftRuleset } from './ruleset.ts';

/** What a chain's rules name. Quoted text (log prefixes) is not looked at. */
export interface ChainReferences {
  readonly chains: readonly string[];
  readonly maps: readonly string[];
  readonly sets: readonly string[];
}

/** name → the chains that its rules lead to; `bases` are where packets come in. */
export interface CallGraph {
  readonly edges: ReadonlyMap<string, readonly string[]>;
  readonly bases: readonly string[];
}

export interface Nesting {
  /** Edges on the longest path; Infinity when chains call each other in a circle. */
  readonly depth: number;
  /** Chains visited when every path is walked. */
  readonly walk: number;
}

const LEAF: Nesting = { depth: 0, walk: 1 };
const REFERENCE = /\b(jump|goto) (\S+)|\bvmap @(\S+)|@(\S+)/g;

const cache = new WeakMap<ChainText, ChainReferences>();

export function nftReferences(chain: ChainText): ChainReferences {
  let found = cache.get(chain);
  if (found === undefined) {
    const chains: string[] = [];
    const maps: string[] = [];
    const sets = new Set<string>();
    for (const { text } of chain.rules) {
      const unquoted = text.includes('"') ? text.replaceAll(/"[^"]*"/g, '""') : text;
      for (const [, verb, target, vmap, set] of unquoted.matchAll(REFERENCE)) {
        if (verb !== undefined) chains.push(target ?? '');
        else if (vmap !== undefined) maps.push(vmap);
        else sets.add(set ?? '');
      }
    }
    found = { chains, maps, sets: [...sets] };
    cache.set(chain, found);
  }
  return found;
}

/** The chain that a verdict leads to, if any. */
export function verdictTarget(verdict: string): string | undefined {
  return /^(?:jump|goto) (.+)$/.exec(verdict)?.[1];
}

const measured = new WeakMap<NftRuleset, Nesting>();

/** Asked twice of each ruleset: to choose how tiers pass, and by the last check. */
export function nftNesting(ruleset: NftRuleset): Nesting {
  let known = measured.get(ruleset);
  if (known === undefined) measured.set(ruleset, (known = nesting(nftCallGraph(ruleset))));
  return known;
}

function nftCallGraph(ruleset: NftRuleset): CallGraph {
  const ofMap = new Map(
    [...ruleset.maps.values()].map((map) => [
      map.name,
      [...map.elements.values()].flatMap((verdict) => verdictTarget(verdict) ?? []),
    ]),
  );
  const edges = new Map<string, readonly string[]>();
  const bases: string[] = [];
  for (const chain of ruleset.chains.values()) {
    const { chains, maps } = nftReferences(chain);
    // Most chains are policies, and lead nowhere.
    if (maps.length > 0) edges.set(chain.name, [...chains, ...maps.flatMap((map) => ofMap.get(map) ?? [])]);
    else if (chains.length > 0) edges.set(chain.name, chains);
    if (chain.base !== undefined) bases.push(chain.name);
  }
  return { edges, bases };
}

export function nesting({ edges, bases }: CallGraph): Nesting {
  const known = new Map<string, Nesting | 'open'>();
  const visit = (name: string): Nesting => {
    const targets = edges.get(name);
    if (targets === undefined) return LEAF;
    const before = known.get(name);
    if (before === 'open') return { depth: Infinity, walk: Infinity };
    if (before !== undefined) return before;
    known.set(name, 'open');
    let depth = 0;
    let walk = 1;
    for (const target of targets) {
      const below = visit(target);
      depth = Math.max(depth, below.depth + 1);
      walk += below.walk;
    }
    known.set(name, { depth, walk });
    return { depth, walk };
  };
  const all = bases.map(visit);
  return { depth: Math.max(0, ...all.map((n) => n.depth)), walk: all.reduce((sum, n) => sum + n.walk, 0) };
}
