// Small rulesets for the tests of this room and of apply.
import { chainHash } from '../render/hash.ts';
import type {
  ChainText,
  Ipset,
  IptablesRuleset,
  IptablesTable,
  NftChain,
  NftMap,
  NftRuleset,
  NftSet,
  RuleLine,
} from '../render/ruleset.ts';

/** Rules of one policy: texts in order, each with its id. */
export function policyRules(policy: string, texts: readonly string[]): readonly RuleLine[] {
  return texts.map((text, i) => {
    const rule = `${policy}/ingress/${i}`;
    return { text, rule, comment: rule };
  });
}

export function chainOf(name: string, rules: readonly RuleLine[], cause?: string): ChainText {
  return { name, hash: chainHash(rules), rules, ...(cause !== undefined && { cause }) };
}

export function byName<T extends { readonly name: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}

export function nftRuleset(parts: {
  readonly chains?: readonly NftChain[];
  readonly sets?: readonly NftSet[];
  readonly maps?: readonly NftMap[];
}): NftRuleset {
  const { chains = [], sets = [], maps = [] } = parts;
  return { dialect: 'nftables', chains: byName(chains), sets: byName(sets), maps: byName(maps) };
}

/** Only IPv4, only the table filter. */
export function iptablesRuleset(
  chains: readonly ChainText[],
  hooks: IptablesTable['hooks'] = [],
  ipsets: readonly Ipset[] = [],
): IptablesRuleset {
  const table: IptablesTable = { chains: byName(chains), hooks };
  return {
    dialect: 'iptables',
    tables: { 4: new Map([['filter', table]]), 6: new Map() },
    ipsets: byName(ipsets),
  };
}

export function hashNet(name: string, use: Ipset['use'], members: readonly string[]): Ipset {
  return { name, type: 'hash:net', family: 4, options: 'maxelem 1048576', members, use };
}
