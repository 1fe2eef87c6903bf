// The last look at a ruleset before it leaves this room: nothing refers to what is not there, no name or comment is too
// long for the kernel, and no packet is sent deeper than the kernel follows. The tools find some of this too late (a
// commit that fails), some not at all (`iptables-nft-restore --test` accepts a jump to a chain that does not exist).
import { type Problem, problem } from '../errors/problem.ts';
import { type CallGraph, nesting, nftCallGraph, nftReferences, verdictTarget } from './nesting.ts';
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
  for (const name of [...chains.keys(), ...sets.keys(), ...maps.keys()]) {
    problems.push(...longName(name, LIMITS.nftName));
  }
  return [...problems, ...tooDeep(nftCallGraph(ruleset))];
}

function checkIptables(ruleset: IptablesRuleset): Problem[] {
  const problems: Problem[] = [];
  for (const name of ruleset.ipsets.keys()) problems.push(...longName(name, LIMITS.ipsetName));
  for (const tables of Object.values(ruleset.tables)) {
    for (const table of tables.values()) {
      const edges = new Map<string, readonly string[]>();
      const hooks: ChainText = { name: 'hooks', hash: '', rules: table.hooks.map((hook) => hook.rule) };
      for (const chain of [...table.chains.values(), hooks]) {
        const targets = references(chain, /(?:^| )(?:-j|-g|--jump|--goto) (\S+)/g).filter(
          (t) => !/^[A-Z0-9_]+$/.test(t),
        );
        edges.set(chain.name, targets);
        problems.push(...missing(chain, 'chain', targets, table.chains));
        problems.push(...missing(chain, 'set', references(chain, /--match-set (\S+)/g), ruleset.ipsets));
        problems.push(...longComments(chain, LIMITS.iptablesComment, HASH_LENGTH.iptables));
      }
      for (const name of table.chains.keys()) problems.push(...longName(name, LIMITS.iptablesChain));
      problems.push(...tooDeep({ edges, bases: [hooks.name] }));
    }
  }
  return problems;
}

/** What the pattern's group finds in the texts, quoted parts apart. */
function references(chain: ChainText, pattern: RegExp): string[] {
  return chain.rules.flatMap(({ text }) =>
    [...text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(pattern)].map((found) => found[1] ?? ''),
  );
}

function missing(
  chain: ChainText,
  kind: 'chain' | 'map' | 'set',
  names: readonly string[],
  defined: ReadonlyMap<string, unknown>,
): Problem[] {
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

function longName(name: string, limit: number): Problem[] {
  if (!longerThan(limit, name)) return [];
  return [problem('render/name-too-long', `the name ${name} is longer than ${limit} bytes`)];
}

function longComments(chain: ChainText, limit: number, hash: number): Problem[] {
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

function tooDeep(graph: CallGraph): Problem[] {
  const { depth } = nesting(graph);
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
