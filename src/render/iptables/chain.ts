// Chains as values: their names, and the hash that stands in the comment of the first rule.
import type { ResourceKey } from '../../resources/index.ts';
import { chainHash, textHash } from '../hash.ts';
import { limitedName } from '../names.ts';
import type { ChainText, IptablesTable, RuleLine } from '../ruleset.ts';

export const CHAIN_PREFIX = 'tortie-';
/** iptables takes 28 characters, the closing zero not counted. */
export const CHAIN_NAME_MAX = 28;

/** Text with a character that is not plain is replaced by its hash as a whole, so that two names never become one. */
export function chainName(prefix: string, suffix: string): string {
  const plain = /^[A-Za-z0-9_./-]*$/.test(suffix);
  return limitedName(CHAIN_PREFIX + prefix, plain ? suffix : `_${textHash(suffix)}`, CHAIN_NAME_MAX);
}

/** An empty chain holds one rule that does nothing, since the hash needs a rule to stand in. */
export function chain(name: string, rules: readonly RuleLine[], cause?: ResourceKey): ChainText {
  const lines = rules.length > 0 ? rules : [{ text: '' }];
  return { name, hash: chainHash(lines), rules: lines, ...(cause === undefined ? {} : { cause }) };
}

/** A jump from a kernel's chain. Its comment carries a hash as the first rule of a chain does: by it the rule is found. */
export function hook(
  name: string,
  position: 'insert' | 'append',
  target: string,
): IptablesTable['hooks'][number] {
  const text = `-j ${target}`;
  return { chain: name, position, rule: { text, comment: `tortie:${chainHash([{ text }])}` } };
}
