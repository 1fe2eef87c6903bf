// The text of iptables-restore, whole and in pieces. Loading `printTable` with `--noflush` declares and thereby empties
// each of our chains and fills it anew, in one commit per table; chains of others are not touched.
//
// The hooks are the exception to "any number of times": iptables-restore can neither ask whether a rule is there nor
// delete one that may be missing (the whole table fails). The standalone text ends with them as `-I` and `-A`, right for
// a host that does not have them. src/apply looks first, and prints tables without hooks (`hooks: []`) or with those missing.
import { printIpsets } from '../../ipsets/index.ts';
import type { Family } from '../../net/index.ts';
import type { ChainText, IptablesRuleset, IptablesTable, RuleLine } from '../ruleset.ts';
import { commentMatch } from './quote.ts';

export type Hook = IptablesTable['hooks'][number];

/** What tells a rule of ours in a chain of others, and the hash of a chain in its first rule's comment. */
export const COMMENT_MARK = 'tortie:';

/** What stands after `-A <chain>`: the comment, then matches and target. `hash` only for the first rule. */
export function ruleText({ text, comment }: RuleLine, hash?: string): string {
  if (comment === undefined && hash === undefined) return text;
  const mark = hash === undefined ? '' : COMMENT_MARK + hash;
  const words = comment === undefined ? mark : mark === '' ? comment : `${mark} ${comment}`;
  return text === '' ? commentMatch(words) : `${commentMatch(words)} ${text}`;
}

/** Declares the chain; an existing one is emptied. */
export function chainDeclaration(name: string): string {
  return `:${name} - -`;
}

/** One `-A` line for each rule. */
export function printChainBody(chain: ChainText): string[] {
  return chain.rules.map((rule, i) => `-A ${chain.name} ${ruleText(rule, i === 0 ? chain.hash : undefined)}`);
}

/** What stands after `-I <chain>`, `-A <chain>` or `-D <chain>`. */
export function hookRuleText(hook: Hook): string {
  return ruleText(hook.rule);
}

/** `-I FORWARD …` or `-A FORWARD …`. */
export function hookLine(hook: Hook): string {
  return `${hook.position === 'insert' ? '-I' : '-A'} ${hook.chain} ${hookRuleText(hook)}`;
}

const bodies = new WeakMap<ChainText, string>();

/** A chain that did not change since the last time is the same object, and its text is kept beside it. */
function bodyText(chain: ChainText): string {
  let text = bodies.get(chain);
  if (text === undefined) bodies.set(chain, (text = printChainBody(chain).join('\n')));
  return text;
}

/** One table, from `*filter` to `COMMIT`. `hooks`: those to put in, none when they are there. */
export function printTable(
  name: string,
  table: IptablesTable,
  { hooks }: { hooks: readonly Hook[] },
): string {
  const lines = [`*${name}`];
  for (const chain of table.chains.keys()) lines.push(chainDeclaration(chain));
  for (const chain of table.chains.values()) lines.push(bodyText(chain));
  // Each insertion goes above the last one.
  for (const name of new Set(hooks.map((hook) => hook.chain))) {
    const here = hooks.filter((hook) => hook.chain === name && hook.position === 'insert');
    for (const hook of here.toReversed()) lines.push(hookLine(hook));
  }
  for (const hook of hooks) if (hook.position === 'append') lines.push(hookLine(hook));
  lines.push('COMMIT', '');
  return lines.join('\n');
}

export function printFamily(ruleset: IptablesRuleset, family: Family): string {
  return [...ruleset.tables[family]].map(([name, table]) => printTable(name, table, table)).join('');
}

/** In the order of loading: sets before the rules that refer to them. */
export function printIptables(ruleset: IptablesRuleset): { file: string; text: string }[] {
  return [
    { file: 'ipset.restore', text: printIpsets(ruleset.ipsets.values()) },
    { file: 'iptables.v4', text: printFamily(ruleset, 4) },
    { file: 'iptables.v6', text: printFamily(ruleset, 6) },
  ];
}
