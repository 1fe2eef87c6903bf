// The text of iptables-save, back into what is ours of it: our chains by their prefix, our hooks by their comment or
// target, and where the hooks stand between the rules of others. The rest is counted, not read.
import type { ChainText, IptablesTable, IptablesTableName, RuleLine } from '../render/ruleset.ts';
import { COMMENT_MARK } from '../render/iptables/print.ts';
import type { HookLayout } from '../plan/types.ts';

const PREFIX = 'tortie-';
const TABLES: readonly string[] = ['raw', 'mangle', 'nat', 'filter'] satisfies IptablesTableName[];
const OURS = /(?:^| )(?:-[jg] tortie-|--comment "?tortie:)/;
const COMMENT = / ?-m comment --comment (?:"([^"]*)"|(\S+))/;
const HASH = /^tortie:([\w-]{16})(?: |$)/;

export interface SavedFamily {
  readonly tables: ReadonlyMap<IptablesTableName, IptablesTable>;
  readonly layouts: ReadonlyMap<IptablesTableName, HookLayout>;
  /** Tables that this tool cannot read, since a native nft ruleset is in them. */
  readonly unreadable: readonly string[];
}

export function parseSave(text: string): SavedFamily {
  const tables = new Map<IptablesTableName, IptablesTable>();
  const layouts = new Map<IptablesTableName, HookLayout>();
  const unreadable: string[] = [];
  let current: ReturnType<typeof tableReader> | undefined;
  let name = '';
  const close = (): void => {
    const read = current?.result();
    current = undefined;
    if (!read || !isTable(name)) return;
    if (read.table.chains.size > 0 || read.table.hooks.length > 0) tables.set(name, read.table);
    if (read.layout.size > 0) layouts.set(name, read.layout);
  };
  for (const line of text.split('\n')) {
    const incompatible = /^# Table `(\w+)' is incompatible/.exec(line);
    if (incompatible?.[1]) unreadable.push(incompatible[1]);
    else if (line.startsWith('*')) {
      close();
      name = line.slice(1).trim();
      current = tableReader();
    } else current?.read(line);
  }
  close();
  return { tables, layouts, unreadable };
}

function tableReader() {
  const chains = new Map<string, string[]>();
  const layout = new Map<string, (string | undefined)[]>();
  return {
    read(line: string): void {
      if (line.startsWith(`:${PREFIX}`)) {
        const chain = line.slice(1).split(' ')[0] ?? '';
        if (!chains.has(chain)) chains.set(chain, []);
        return;
      }
      const [, chain, rule = ''] = /^-A (\S+) ?(.*)$/.exec(line) ?? [];
      if (chain === undefined) return;
      const own = chains.get(chain);
      if (own) own.push(rule);
      else entry(layout, chain).push(OURS.test(rule) ? rule : undefined);
    },
    result(): { table: IptablesTable; layout: HookLayout } {
      const ours = new Map([...layout].filter(([, rules]) => rules.some((rule) => rule !== undefined)));
      const texts = [...chains].map(([chain, rules]): [string, ChainText] => [chain, chainOf(chain, rules)]);
      return {
        table: { chains: new Map(texts.toSorted(([a], [b]) => (a < b ? -1 : 1))), hooks: hooksOf(ours) },
        layout: ours,
      };
    },
  };
}

function entry<T>(map: Map<string, T[]>, key: string): T[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}

function chainOf(name: string, texts: readonly string[]): ChainText {
  const [first, ...rest] = texts.map(ruleOf);
  const hash = HASH.exec(first?.comment ?? '')?.[1] ?? '';
  if (!first || !hash) return { name, hash, rules: first ? [first, ...rest] : [] };
  const comment = first.comment?.slice(COMMENT_MARK.length + hash.length + 1);
  return { name, hash, rules: [comment ? { text: first.text, comment } : { text: first.text }, ...rest] };
}

function ruleOf(saved: string): RuleLine {
  const found = COMMENT.exec(saved);
  if (!found) return { text: saved };
  const comment = found[1] ?? found[2] ?? '';
  return { text: saved.replace(found[0], '').trim(), comment };
}

/** What stands above every rule of others counts as inserted, the rest as appended. */
function hooksOf(layout: HookLayout): IptablesTable['hooks'] {
  return [...layout].flatMap(([chain, rules]) => {
    const foreign = rules.indexOf(undefined);
    return rules.flatMap((text, i) => {
      if (text === undefined) return [];
      const position = foreign < 0 || i < foreign ? ('insert' as const) : ('append' as const);
      return [{ chain, position, rule: ruleOf(text) }];
    });
  });
}

function isTable(name: string): name is IptablesTableName {
  return TABLES.includes(name);
}
