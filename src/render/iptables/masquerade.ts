// Another source for what leaves IP pools: the table nat, one chain behind POSTROUTING, and nothing when there is nothing to
// translate. The hook is always the last one: of several translations the first counts, and that of services has to come
// before ours.
import type { Family } from '../../net/index.ts';
import type { MasqueradeRule, Program } from '../program.ts';
import type { ChainText, IptablesTable, RuleLine } from '../ruleset.ts';
import { chain, hook } from './chain.ts';
import { lowerConditions, matchText, type SetNames } from './matches.ts';
import { interfaceName, interfacePrefix } from './quote.ts';

const CHAIN = 'tortie-masquerade';

export function masqueradeHooks(program: Program, family: Family): IptablesTable['hooks'] {
  const some = program.masquerade.some((rule) => rule.family === family);
  return some ? [hook('POSTROUTING', 'append', CHAIN)] : [];
}

export function masqueradeChains(program: Program, family: Family, sets: SetNames): ChainText[] {
  const rules = program.masquerade.filter((rule) => rule.family === family);
  if (rules.length === 0) return [];
  const lines = rules.map((rule): RuleLine => {
    // Conditions on addresses leave no choices.
    const { all } = lowerConditions(rule.conditions, family, sets);
    const words = [outInterface(rule), matchText(all), target(rule)];
    return { text: words.filter((word) => word !== '').join(' '), comment: 'leaves the IP pools' };
  });
  return [chain(CHAIN, lines)];
}

function outInterface({ outInterface: name }: MasqueradeRule): string {
  if (name === undefined) return '';
  return `-o ${name.endsWith('+') ? interfacePrefix(name.slice(0, -1)) : interfaceName(name)}`;
}

function target({ address, ports }: MasqueradeRule): string {
  const range = ports && (ports.first === ports.last ? `${ports.first}` : `${ports.first}-${ports.last}`);
  if (address === undefined)
    return `-j MASQUERADE${range === undefined ? '' : ` --to-ports ${range}`} --random-fully`;
  return `-j SNAT --to-source ${address}${range === undefined ? '' : `:${range}`} --random-fully`;
}
