// A table or chains with our names that are not ours. Ours carry a hash in the comment of every chain's first rule; what
// has rules but not one such comment was made by somebody else, and is neither changed nor removed. Chains without any
// rule are taken as ours that somebody flushed if they have the names of our base chains.
import { problem, type Problem } from '../errors/problem.ts';

const NFT_HASH = / comment "t:[\w-]{16}[ "]/;
const SAVE_HASH = / --comment "?tortie:[\w-]{16}\b/;
/** Names of the base chains, which exist in every ruleset of ours. */
const BASE_CHAIN =
  /^\tchain (?:(?:forward|input|output|prerouting|postrouting)-[\w-]+) \{\n\t\ttype \w+ hook \w+ priority /m;

/** `listing`: what nft prints of the table `inet tortie`. */
export function isForeignNft(listing: string): boolean {
  if (NFT_HASH.test(listing)) return false;
  return !(BASE_CHAIN.test(listing) && !hasRules(listing));
}

function hasRules(listing: string): boolean {
  const chains = listing.match(/^\tchain [^]*?^\t\}/gm) ?? [];
  return chains.some((chain) =>
    chain
      .split('\n')
      .slice(1, -1)
      .some((line) => !line.startsWith('\t\ttype ')),
  );
}

export interface SplitSave {
  /** The text without the tables that hold chains with our prefix of somebody else. */
  readonly ours: string;
  /** Names of those tables. */
  readonly foreign: readonly string[];
}

/** `save`: what iptables-save prints. */
export function splitSave(save: string): SplitSave {
  if (!save.includes('tortie-')) return { ours: save, foreign: [] };
  const sections = save.split(/^(?=\*)/m);
  const foreign = sections.filter(isForeignSection);
  if (foreign.length === 0) return { ours: save, foreign: [] };
  return {
    ours: sections.filter((section) => !foreign.includes(section)).join(''),
    foreign: foreign.map((section) => section.slice(1, section.indexOf('\n'))),
  };
}

/** Chains named `tortie-` with rules, and no hash of ours at all. */
function isForeignSection(section: string): boolean {
  return section.startsWith('*') && /^-A tortie-/m.test(section) && !SAVE_HASH.test(section);
}

export function foreignNft(): Problem {
  return problem(
    'apply/foreign-table',
    'the table inet tortie of this kernel is not ours: no chain of it carries our mark',
    {
      hint: 'whoever made it should name it otherwise; if nobody needs it, `nft delete table inet tortie`',
    },
  );
}

export function foreignChains(tool: string, table: string): Problem {
  return problem(
    'apply/foreign-chains',
    `chains named tortie-… in the table ${table} of ${tool} are not ours: none carries our mark`,
    {
      hint: `whoever made them should name them otherwise; see \`${tool}-save -t ${table}\``,
    },
  );
}
