// Another source for what leaves IP pools: one base chain of type nat, and nothing when there is nothing to translate.
import type { Family } from '../../net/index.ts';
import type { MasqueradeRule } from '../program.ts';
import type { NftChain, NftSet, RuleLine } from '../ruleset.ts';
import { impliesFamily, requirement } from './matches.ts';
import { namedChain } from './policy-chains.ts';
import { interfaceName, interfaceWildcard } from './quote.ts';
import { COUNTER, metaMatch, type Statement } from './statement.ts';
import { ruleLine } from './text.ts';

/**
 * Behind the usual place (100, `srcnat`): of several translations the first one counts, and that of services has to come
 * before ours.
 */
const PRIORITY = 101;

export interface MasqueradeChain {
  readonly chains: readonly NftChain[];
  readonly sets: readonly NftSet[];
}

export function masquerade(
  rules: readonly MasqueradeRule[],
  halves: (set: string, family: Family) => readonly NftSet[],
): MasqueradeChain {
  if (rules.length === 0) return { chains: [], sets: [] };
  const sets = new Map<string, NftSet>();
  const lines = rules.map((rule): RuleLine => {
    const context = {
      family: rule.family,
      protocol: undefined,
      halves: (id: string) => {
        const found = halves(id, rule.family);
        for (const set of found) sets.set(set.name, set);
        return found;
      },
      use: () => {},
    };
    // Conditions on addresses that are content sets or single nets are always plain matches.
    const matches = rule.conditions.flatMap((condition) => requirement(condition, context).all);
    const family = impliesFamily(matches) ? [] : [metaMatch('nfproto', rule.family === 4 ? 'ipv4' : 'ipv6')];
    return ruleLine([...family, ...matches, ...outInterface(rule), COUNTER, translation(rule)], {
      comment: 'leaves the IP pools',
    });
  });
  const chain = namedChain('postrouting-masquerade', lines);
  const base = { type: 'nat', hook: 'postrouting', priority: PRIORITY } as const;
  return { chains: [{ ...chain, base }], sets: [...sets.values()] };
}

function outInterface({ outInterface: name }: MasqueradeRule): Statement[] {
  if (name === undefined) return [];
  const checked = name.endsWith('+') ? interfaceWildcard(name.slice(0, -1)) : interfaceName(name);
  return [metaMatch('oifname', checked)];
}

function translation({ address, ports }: MasqueradeRule): Statement {
  const port =
    ports === undefined
      ? {}
      : { port: ports.first === ports.last ? ports.first : ({ range: [ports.first, ports.last] } as const) };
  if (address === undefined) return { masquerade: { ...port, flags: 'fully-random' } };
  return { snat: { family: 'ip', addr: address, ...port, flags: 'fully-random' } };
}
