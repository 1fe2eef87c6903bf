// The check of sources (render/iptables/reverse-path.ts) beside a change of filter: a source that may be spoofed from now
// on, by a workload whose policy forbids from now on what it sends, must not pass while one table is new and the other old.
// So the raw table in between asks both checks, the old one and the new one, the latter under names that are gone again in
// the end: a second step that took over what the first one made could not be tested before the first is committed.
import { chain } from '../render/iptables/chain.ts';
import { REVERSE_PATH, SOURCES_PREFIX } from '../render/iptables/reverse-path.ts';
import type { ChainText, RuleLine } from '../render/ruleset.ts';
import { sameRules } from './delta.ts';

type Chains = ReadonlyMap<string, ChainText>;

/** `judged`: the table in between as far as policy demands one. Undefined: both tables are alike. */
export function sourcesBetween(
  before: Chains,
  after: Chains,
  judged: Chains | undefined,
): Chains | undefined {
  const [old, fresh] = [before.get(REVERSE_PATH), after.get(REVERSE_PATH)];
  const same = old !== undefined && fresh !== undefined && sameRules(old, fresh);
  if (same || (old === undefined && fresh === undefined)) return judged;
  const chains = new Map(judged ?? before);
  for (const [name, found] of after) {
    if (!name.startsWith(SOURCES_PREFIX)) continue;
    const made = chain(temporary(name), found.rules.map(renamed), found.cause);
    chains.set(made.name, made);
  }
  const more = fresh?.rules.map(renamed) ?? [];
  chains.set(REVERSE_PATH, chain(REVERSE_PATH, [...(old?.rules ?? []), ...more]));
  return chains;
}

/** As long as the name that it stands for. */
const TEMPORARY_PREFIX = 'tortie-tmp-';

function temporary(name: string): string {
  return TEMPORARY_PREFIX + name.slice(SOURCES_PREFIX.length);
}

function renamed(rule: RuleLine): RuleLine {
  return {
    ...rule,
    text: rule.text.replace(
      /( -[jg] )(tortie-src-\S+)$/,
      (_, verb: string, name: string) => verb + temporary(name),
    ),
  };
}
