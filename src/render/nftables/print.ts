// NftRuleset → text. The whole, as one script that replaces whatever the table held in one transaction; and the pieces
// from which src/plan composes a change: first new sets, maps and chains, then chains flushed and filled anew and
// elements (deleted, then added), then what is no longer wanted.
import type { NftChain, NftMap, NftRuleset, NftSet, RuleLine } from '../ruleset.ts';
import { quoted } from './quote.ts';

export const TABLE = 'inet tortie';

/** `add` and `delete` before the definition: it does not matter whether the table is there. */
export function printNft(ruleset: NftRuleset): string {
  const blocks: string[] = [];
  for (const set of ruleset.sets.values()) blocks.push(kept(set, setBlock));
  for (const map of ruleset.maps.values()) blocks.push(mapBlock(map));
  for (const chain of ruleset.chains.values()) blocks.push(kept(chain, chainBlock));
  return `table ${TABLE}\ndelete table ${TABLE}\n\ntable ${TABLE} {\n${blocks.join('\n')}}\n`;
}

const texts = new WeakMap<NftSet | NftChain, string>();

/** What did not change since the last time is the same object, and its text is kept beside it. */
function kept<T extends NftSet | NftChain>(object: T, print: (object: T) => string): string {
  let text = texts.get(object);
  if (text === undefined) texts.set(object, (text = print(object)));
  return text;
}

function setBlock(set: NftSet): string {
  return block(`set ${set.name}`, [...setSpec(set), ...elementLines(setElements(set))]);
}

function mapBlock(map: NftMap): string {
  return block(`map ${map.name}`, [mapSpec(map), ...elementLines(mapElements(map))]);
}

function chainBlock(chain: NftChain): string {
  const rules = chain.rules.map((rule, i) => ruleText(rule, chain, i));
  return block(`chain ${chain.name}`, chain.base === undefined ? rules : [...baseSpec(chain), ...rules]);
}

function block(head: string, body: readonly string[]): string {
  return `\t${head} {\n\t\t${body.join('\n\t\t')}\n\t}\n`;
}

// ── Pieces: one command a line ────────────────────────────────────────────────────────────────────────────────────

/** Declares the chain, with nothing in it. */
export function printChain(chain: NftChain): string {
  const [base] = baseSpec(chain);
  return `add chain ${TABLE} ${chain.name}${base === undefined ? '' : ` { ${base} }`}`;
}

/** One line for each rule, in order, so that a line that nft refuses can be traced back. */
export function printRules(chain: NftChain): string[] {
  return chain.rules.map((rule, i) => `add rule ${TABLE} ${chain.name} ${ruleText(rule, chain, i)}`);
}

/** Declares the set, without its elements. */
export function printSet(set: NftSet): string {
  return `add set ${TABLE} ${set.name} { ${setSpec(set)
    .map((line) => `${line};`)
    .join(' ')} }`;
}

/** Declares the map, without its elements. */
export function printMap(map: NftMap): string {
  return `add map ${TABLE} ${map.name} { ${mapSpec(map)}; }`;
}

/** `elements` as `setElements` and `mapElements` give them; nothing for none, which nft would not take. */
export function printElements(verb: 'add' | 'delete', name: string, elements: readonly string[]): string[] {
  return elements.length === 0 ? [] : [`${verb} element ${TABLE} ${name} { ${elements.join(', ')} }`];
}

export function printFlush(name: string): string {
  return `flush chain ${TABLE} ${name}`;
}

export function printDelete(kind: 'chain' | 'set' | 'map', name: string): string {
  return `delete ${kind} ${TABLE} ${name}`;
}

/** The elements of a set as commands want them. */
export function setElements({ type, elements }: Pick<NftSet, 'type' | 'elements'>): string[] {
  return elements.map((element) => keyText(type, element));
}

/** The elements of a map; a deletion needs the key alone. */
export function mapElements({ type, elements }: Pick<NftMap, 'type' | 'elements'>): string[] {
  return Array.from(elements, ([key, verdict]) => `${keyText(type, key)} : ${verdict}`);
}

/** A key as commands want it: interface names are quoted, everything else is plain. */
export function keyText(type: string, key: string): string {
  return type === 'ifname' ? quoted(key) : key;
}

/** The comment of the chain's `index`-th rule: the first one begins with the chain's hash. */
export function ruleComment(rule: RuleLine, chain: NftChain, index: number): string | undefined {
  if (index > 0) return rule.comment;
  return rule.comment === undefined ? `t:${chain.hash}` : `t:${chain.hash} ${rule.comment}`;
}

function ruleText(rule: RuleLine, chain: NftChain, index: number): string {
  const comment = ruleComment(rule, chain, index);
  return comment === undefined ? rule.text : `${rule.text} comment ${quoted(comment)}`;
}

function baseSpec({ base }: NftChain): string[] {
  return base === undefined
    ? []
    : [`type ${base.type} hook ${base.hook} priority ${base.priority}; policy accept;`];
}

function setSpec(set: NftSet): string[] {
  return [`type ${set.type}`, ...(set.interval ? ['flags interval'] : [])];
}

function mapSpec(map: NftMap): string {
  return `type ${map.type} : verdict`;
}

function elementLines(elements: readonly string[]): string[] {
  if (elements.length === 0) return [];
  return ['elements = {', ...elements.map((element) => `\t${element},`), '}'];
}
