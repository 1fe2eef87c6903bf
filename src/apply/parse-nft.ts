// The text of `nft list table`, back into a ruleset. Text and not JSON: the rules come as people know them, versions
// differ in it less, and it is made faster. Liberal: what is not understood makes its chain differ from what we want,
// so that it is written anew; nothing stops the reading.
import type { NftChain, NftMap, NftRuleset, NftSet, RuleLine } from '../render/ruleset.ts';

const HEAD = /^\t(chain|set|map) (\S+) \{/;
const BASE = /^type (filter|nat|route) hook (\S+) priority (-?\d+); policy (\w+);$/;
const COMMENT = / ?comment "([^"]*)"$/;
const HASH = /^t:([\w-]{16})(?: |$)/;

/** `text` is what `nft --stateless --numeric-priority list table inet tortie` prints. */
export function parseNftTable(text: string): NftRuleset {
  const sets = new Map<string, NftSet>();
  const maps = new Map<string, NftMap>();
  const chains = new Map<string, NftChain>();
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const [, kind, name] = HEAD.exec(lines[i] ?? '') ?? [];
    if (kind === undefined || name === undefined) continue;
    const end = lines.indexOf('\t}', i);
    const body = lines.slice(i + 1, end < 0 ? undefined : end).map((line) => line.trim());
    if (kind === 'chain') chains.set(name, chainOf(name, body));
    else if (kind === 'set') sets.set(name, setOf(name, body));
    else maps.set(name, mapOf(name, body));
    if (end > i) i = end;
  }
  return { dialect: 'nftables', sets, maps, chains };
}

function chainOf(name: string, body: readonly string[]): NftChain {
  const found = BASE.exec(body[0] ?? '');
  const lines = found ? body.slice(1) : body;
  const rules = lines.filter((line) => line !== '').map(ruleOf);
  const [first, ...rest] = rules;
  const hash = HASH.exec(first?.comment ?? '')?.[1] ?? '';
  const own = first && hash ? withComment(first.text, first.comment?.slice(hash.length + 3)) : first;
  return { name, hash, rules: own ? [own, ...rest] : [], ...(found && { base: baseOf(found) }) };
}

function baseOf([, type, hook = '', priority, policy]: RegExpExecArray): NonNullable<NftChain['base']> {
  return {
    type: type as 'filter' | 'nat' | 'route',
    // We never make another policy; as part of the hook it makes the chain differ from ours.
    hook: policy === 'accept' ? hook : `${hook} policy ${policy}`,
    priority: Number(priority),
  };
}

/**
 * The same text, where `reject` is always printed as we write it. In a table `inet` it means either family's "port
 * unreachable"; but behind a match for ICMP nft reads it as that of one family, and prints that out in full. So a listing that
 * is loaded again is printed otherwise, although no packet meets a difference.
 */
export function withPlainReject(text: string): string {
  return text.replace(/ reject with icmp(?:v6)? port-unreachable(?= comment "|$)/gm, ' reject');
}

function ruleOf(text: string): RuleLine {
  const line = withPlainReject(text);
  const found = COMMENT.exec(line);
  return found ? withComment(line.slice(0, found.index), found[1]) : { text: line };
}

function withComment(text: string, comment: string | undefined): RuleLine {
  return comment ? { text, comment } : { text };
}

function setOf(name: string, body: readonly string[]): NftSet {
  return {
    name,
    type: property(body, 'type'),
    interval: property(body, 'flags').includes('interval'),
    elements: elementsOf(body).map(unquoted).toSorted(),
  };
}

function mapOf(name: string, body: readonly string[]): NftMap {
  const entries = elementsOf(body).map((element): [string, string] => {
    // A verdict holds no colon and no quote, an interface name may.
    const colon = element.lastIndexOf(' : ');
    return [unquoted(element.slice(0, colon)), element.slice(colon + 3)];
  });
  const type = property(body, 'type').replace(/ : verdict$/, '');
  return { name, type, elements: new Map(entries.toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}

function property(body: readonly string[], key: string): string {
  return body.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1) ?? '';
}

function elementsOf(body: readonly string[]): string[] {
  const start = body.findIndex((line) => line.startsWith('elements = {'));
  if (start < 0) return [];
  const text = body.slice(start).join(' ').slice('elements = {'.length);
  // Quoted names may hold commas and braces; addresses, of which there are many, are never quoted.
  if (!text.includes('"'))
    return text
      .slice(0, text.lastIndexOf('}'))
      .split(',')
      .flatMap((part) => part.trim() || []);
  return text.match(/(?:"[^"]*"|[^",}])+/g)?.flatMap((part) => part.trim() || []) ?? [];
}

function unquoted(text: string): string {
  return text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}
