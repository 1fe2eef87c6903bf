// NftRuleset → the JSON of `nft -j -f`. Rules are the lowered statements themselves; sets and maps are read from the
// texts that the other printer prints.
import { protocolNumber } from '../../net/index.ts';
import type { NftChain, NftMap, NftRuleset, NftSet } from '../ruleset.ts';
import { ruleComment } from './print.ts';

const WHERE = { family: 'inet', table: 'tortie' } as const;
const TABLE = { table: { family: 'inet', name: 'tortie' } } as const;

/** A document; the ruleset has to come from the renderer, since a ruleset read back has no statements. */
export function nftJson(ruleset: NftRuleset): { readonly nftables: readonly object[] } {
  const { sets, maps, chains } = ruleset;
  const add = (object: object) => ({ add: object });
  return {
    nftables: [
      add(TABLE),
      { delete: TABLE },
      add(TABLE),
      ...[...sets.values()].map((set) => add({ set: setObject(set) })),
      // Chains before maps: JSON commands are taken one after the other, and the maps' elements name chains.
      ...[...chains.values()].map((chain) => add({ chain: chainObject(chain) })),
      ...[...maps.values()].map((map) => add({ map: mapObject(map) })),
      ...[...chains.values()].flatMap((chain) => ruleObjects(chain).map((rule) => add({ rule }))),
    ],
  };
}

/** One command a line: readable, and a diff shows what changed. */
export function printNftJson(ruleset: NftRuleset): string {
  const commands = nftJson(ruleset).nftables.map((command) => JSON.stringify(command));
  return `{"nftables": [\n${commands.join(',\n')}\n]}\n`;
}

function setObject(set: NftSet): object {
  const types = set.type.split(' . ');
  return {
    ...WHERE,
    name: set.name,
    type: types.length === 1 ? set.type : types,
    ...(set.interval ? { flags: ['interval'] } : {}),
    ...(set.elements.length > 0 ? { elem: set.elements.map((element) => elementValue(types, element)) } : {}),
  };
}

function mapObject(map: NftMap): object {
  const elem = Array.from(map.elements, ([key, verdict]) => [key, verdictValue(verdict)]);
  return { ...WHERE, name: map.name, type: map.type, map: 'verdict', ...(elem.length > 0 ? { elem } : {}) };
}

function chainObject({ name, base }: NftChain): object {
  const hook = base && { type: base.type, hook: base.hook, prio: base.priority, policy: 'accept' };
  return { ...WHERE, name, ...hook };
}

function ruleObjects(chain: NftChain): object[] {
  return chain.rules.map((rule, i) => {
    if (rule.expr === undefined)
      throw new TypeError(`a rule of chain ${chain.name} was not made by the renderer`);
    const comment = ruleComment(rule, chain, i);
    return { ...WHERE, chain: chain.name, ...(comment === undefined ? {} : { comment }), expr: rule.expr };
  });
}

function elementValue(types: readonly string[], element: string): unknown {
  if (types.length > 1) {
    return { concat: element.split(' . ').map((part, i) => elementValue([types[i] ?? ''], part)) };
  }
  switch (types[0]) {
    case 'inet_proto':
      return protocolNumber(element) ?? Number(element);
    case 'inet_service': {
      const [first, last] = element.split('-').map(Number);
      return last === undefined ? first : { range: [first, last] };
    }
    case 'ipv4_addr':
    case 'ipv6_addr': {
      const [addr, length] = element.split('/');
      return length === undefined ? addr : { prefix: { addr, len: Number(length) } };
    }
    default:
      return element;
  }
}

function verdictValue(verdict: string): object {
  const [verb = '', target] = verdict.split(' ');
  return { [verb]: target === undefined ? null : { target } };
}
