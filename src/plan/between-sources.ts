// The check of sources (render/iptables/reverse-path.ts) beside a change of filter: a source that may be spoofed from now
// on, by a workload whose policy forbids from now on what it sends, must not pass while one table is new and the other old.
// So the raw table in between asks both checks, the old one and the new one, the latter under names that are gone again in
// the end: a second step that took over what the first one made could not be tested before the first is committed.
import { chain } from '../render/iptables/chain.ts';
import { textHash } from '../render/hash.ts';
import { REVERSE_PATH, SOURCES_PREFIX } from '../render/iptables/reverse-path.ts';
import type { ChainText, IptablesTable, IptablesTableName, RuleLine } from '../render/ruleset.ts';
import { chainsBetween } from './between.ts';
import { sameRules } from './delta.ts';

type Chains = ReadonlyMap<string, ChainText>;
type Tables = ReadonlyMap<IptablesTableName, IptablesTable>;

const NONE: Chains = new Map();

/** The chains of a table in between, be it policy or the check of sources that demands one; undefined: neither does. */
export function tableBetween(name: IptablesTableName, from: Tables, to: Tables): Chains | undefined {
  const judged = chainsBetween(name, from, to);
  if (name !== 'raw') return judged;
  return sourcesBetween(from.get(name)?.chains ?? NONE, to.get(name)?.chains ?? NONE, judged);
}

/** `judged`: the table in between as far as policy demands one. */
function sourcesBetween(before: Chains, after: Chains, judged: Chains | undefined): Chains | undefined {
  const [old, fresh] = [before.get(REVERSE_PATH), after.get(REVERSE_PATH)];
  const same = old !== undefined && fresh !== undefined && sameRules(old, fresh);
  if (same || (old === undefined && fresh === undefined)) return judged;
  const chains = new Map(judged ?? before);
  const below = [...after.values()].filter(({ name }) => BELOW.test(name));
  const used = new Set([...before.keys(), ...after.keys(), ...chains.keys()]);
  const names = temporaryNames(
    below.map(({ name }) => name),
    used,
  );
  for (const { name, rules, cause } of below) {
    const made = chain(names(name), renamed(rules, names), cause);
    chains.set(made.name, made);
  }
  const more = renamed(fresh?.rules ?? [], names);
  chains.set(REVERSE_PATH, chain(REVERSE_PATH, [...(old?.rules ?? []), ...more]));
  return chains;
}

type Naming = (chain: string) => string;

const TEMPORARY_PREFIX = 'tortie-tmp-';
/** Chains below the entry; what a state in between has left behind is asked like the rest, and may be put back. */
const BELOW = new RegExp(`^(?:${SOURCES_PREFIX}|${TEMPORARY_PREFIX})`);
const ASKED = new RegExp(`( -[jg] )((?:${SOURCES_PREFIX}|${TEMPORARY_PREFIX})\\S+)$`);

/** None of them is in use, neither before nor after. */
function temporaryNames(names: readonly string[], used: ReadonlySet<string>): Naming {
  for (let round = 0; ; round++) {
    const name: Naming = (of) => `${TEMPORARY_PREFIX}${textHash(`${of} ${round}`).slice(0, 16)}`;
    if (names.every((one) => !used.has(name(one)))) return name;
  }
}

function renamed(rules: readonly RuleLine[], names: Naming): RuleLine[] {
  return rules.map((rule) => ({
    ...rule,
    text: ` ${rule.text}`.replace(ASKED, (_, verb: string, name: string) => verb + names(name)).slice(1),
  }));
}
