// The last look at a ruleset before it leaves this room: nothing refers to what is not there, no name or comment is too
// long for the kernel, and no packet is sent deeper than the kernel follows. The tools find some of this too late (a
// commit that fails), some not at all (`iptables-nft-restore --test` accepts a jump to a chain that does not exist).
import { type Problem, problem } from '../errors/problem.ts';
import { type Nesting, nesting, nftNesting, nftReferences, verdictTarget } from './nesting.ts';
import type { ChainText, IptablesRuleset, NftRuleset, Ruleset } from './ruleset.ts';

export const LIMITS = {
  nftName: 255,
  nftComment: 128,
  iptablesChain: 28,
  iptablesComment: 255,
  ipsetName: 31,
  nesting: 15,
} as const;

/** What stands before the first rule's comment: `t:<16 characters> `, `tortie:<16 characters> `. */
const HASH_LENGTH = { nftables: 19, iptables: 24 } as const;

export function checkReferences(ruleset: Ruleset): Problem[] {
  return ruleset.dialect === 'nftables' ? checkNft(ruleset) : checkIptables(ruleset);
}

function checkNft(ruleset: NftRuleset): Problem[] {
  const problems: Problem[] = [];
  const { chains, sets, maps } = ruleset;
  for (const chain of chains.values()) {
    const references = nftReferences(chain);
    problems.push(...missing(chain, 'chain', references.chains, chains));
    problems.push(...missing(chain, 'map', references.maps, maps));
    problems.push(...missing(chain, 'set', references.sets, sets));
    problems.push(...longComments(chain, LIMITS.nftComment, HASH_LENGTH.nftables));
  }
  for (const map of maps.values()) {
    for (const [key, verdict] of map.elements) {
      const target = verdictTarget(verdict);
      if (target === undefined || chains.has(target)) continue;
      problems.push(
        problem('render/undefined-chain', `map ${map.name} sends ${key} to the undefined chain ${target}`),
      );
    }
  }
  for (const names of [chains, sets, maps]) {
    for (const name of names.keys()) problems.push(...longName(name, LIMITS.nftName));
  }
  return [...problems, ...tooDeep(nftNesting(ruleset))];
}

function checkIptables(ruleset: IptablesRuleset): Problem[] {
  const problems: Problem[] = [];
  for (const name of ruleset.ipsets.keys()) problems.push(...longName(name, LIMITS.ipsetName));
  for (const tables of Object.values(ruleset.tables)) {
    for (const table of tables.values()) {
      const edges = new Map<string, readonly string[]>();
      const hooks: ChainText = { name: 'hooks', hash: '', rules: table.hooks.map((hook) => hook.rule) };
      for (const chain of [...table.chains.values(), hooks]) {
        const { chains, sets } = iptablesReferences(chain);
        if (chains.length > 0) edges.set(chain.name, chains);
        problems.push(...missing(chain, 'chain', chains, table.chains));
        problems.push(...missing(chain, 'set', sets, ruleset.ipsets));
        problems.push(...longComments(chain, LIMITS.iptablesComment, HASH_LENGTH.iptables));
      }
      for (const name of table.chains.keys()) problems.push(...longName(name, LIMITS.iptablesChain));
      problems.push(...tooDeep(nesting({ edges, bases: [hooks.name] })));
    }
  }
  return problems;
}

interface References {
  readonly chains: readonly string[];
  readonly sets: readonly string[];
}

const named = new WeakMap<ChainText, References>();
const NAMES = /(?:^| )(?:(?:-j|-g|--jump|--goto) (\S+)|--match-set (\S+))/g;

/** Names in the rules, quoted parts apart; words in capitals are the kernel's own targets. Kept beside the chain. */
function iptablesReferences(chain: ChainText): References {
  let found = named.get(chain);
  if (found === undefined) {
    const chains = new Set<string>();
    const sets = new Set<string>();
    for (const { text } of chain.rules) {
      const unquoted = text.includes('"') ? text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""') : text;
      for (const [, target, set] of unquoted.matchAll(NAMES)) {
        if (set !== undefined) sets.add(set);
        else if (target !== undefined && !/^[A-Z0-9_]+$/.test(target)) chains.add(target);
      }
    }
    named.set(chain, (found = { chains: [...chains], sets: [...sets] }));
  }
  return found;
}

function missing(
  chain: ChainText,
  kind: 'chain' | 'map' | 'set',
  names: readonly string[],
  defined: ReadonlyMap<string, unknown>,
): readonly Problem[] {
  if (names.every((name) => defined.has(name))) return NONE;
  return names
    .filter((name) => !defined.has(name))
    .map((name) =>
      problem(
        `render/undefined-${kind}`,
        `chain ${chain.name} refers to the undefined ${kind} ${name}`,
        causeOf(chain),
      ),
    );
}

const NONE: readonly Problem[] = [];

function longName(name: string, limit: number): readonly Problem[] {
  if (!longerThan(limit, name)) return NONE;
  return [problem('render/name-too-long', `the name ${name} is longer than ${limit} bytes`)];
}

const inLimits = new WeakSet<ChainText>();

/** Remembers the chains that are in order: each is of one dialect. */
function longComments(chain: ChainText, limit: number, hash: number): readonly Problem[] {
  if (inLimits.has(chain)) return NONE;
  const problems = newLongComments(chain, limit, hash);
  if (problems.length === 0) inLimits.add(chain);
  return problems;
}

function newLongComments(chain: ChainText, limit: number, hash: number): Problem[] {
  return chain.rules.flatMap(({ comment = '' }, i) =>
    !longerThan(limit - (i === 0 ? hash : 0), comment)
      ? []
      : [
          problem(
            'render/comment-too-long',
            `a comment in chain ${chain.name} is longer than ${limit} bytes`,
            causeOf(chain),
          ),
        ],
  );
}

function tooDeep({ depth }: Nesting): Problem[] {
  if (depth <= LIMITS.nesting) return [];
  const found =
    depth === Infinity ? 'chains refer to each other in a circle' : `chains are nested ${depth} deep`;
  return [problem('render/nesting', `${found}; the kernel follows ${LIMITS.nesting} jumps`)];
}

const encoder = new TextEncoder();

function longerThan(limit: number, text: string): boolean {
  // No character is more than three bytes a UTF-16 unit: what is short enough in any case needs no encoding.
  return text.length * 3 > limit && encoder.encode(text).length > limit;
}

function causeOf(chain: ChainText): { resource?: string } {
  return chain.cause === undefined ? {} : { resource: chain.cause };
}
