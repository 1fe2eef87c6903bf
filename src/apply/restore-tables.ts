// The saved tables of one family and one backend, from one text to another: one input for iptables-restore, committed table
// by table. As in every plan (plan/between.ts, plan/between-sources.ts), raw and mangle first come to a state in between
// when policy moves between the tables of host endpoints or the check of sources changes, so that no commit lets through what both texts deny. Rules stay verbatim.
import { textHash } from '../render/hash.ts';
import type { ChainText, IptablesTable, IptablesTableName } from '../render/ruleset.ts';
import { tableBetween } from '../plan/between-sources.ts';
import { type Script, script } from '../plan/script.ts';
import type { IptablesBackend } from '../plan/types.ts';
import type { SavedTable } from './kernel-text.ts';

interface Step {
  readonly from: SavedTable;
  readonly to: SavedTable;
}

/** In the order of a packet's way. */
const ORDER: readonly IptablesTableName[] = ['raw', 'mangle', 'nat', 'filter'];

/** The input; empty when nothing differs. */
export function restoreInput(
  now: readonly SavedTable[],
  then: readonly SavedTable[],
  backend: IptablesBackend,
): Script {
  const text = script();
  for (const step of steps(now, then)) writeTable(text, step, backend);
  return text;
}

function steps(now: readonly SavedTable[], then: readonly SavedTable[]): Step[] {
  const others = [...then, ...now].map(({ table }) => table as IptablesTableName);
  const changes = [...new Set([...ORDER, ...others])].flatMap(
    (name): (Step & { readonly name: IptablesTableName })[] => {
      const [from, to] = [tableOf(now, name), tableOf(then, name)];
      return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ name, from, to }];
    },
  );
  // Where there was no policy, or will be none, there is nothing that both deny.
  if (changes.length < 2 || now.length === 0 || then.length === 0) return changes;
  const [before, after] = [values(now), values(then)];
  const first: Step[] = [];
  const last: Step[] = [];
  for (const { name, from, to } of changes) {
    const chains = tableBetween(name, before, after);
    if (chains === undefined) first.push({ from, to });
    else {
      const between = { table: name, chains: linesOf(chains), hooks: withEntries(from, to, chains) };
      first.push({ from, to: between });
      last.unshift({ from: between, to });
    }
  }
  return [...first, ...last];
}

function tableOf(tables: readonly SavedTable[], name: string): SavedTable {
  return tables.find(({ table }) => table === name) ?? { table: name, chains: [], hooks: [] };
}

/** The same as values. The hash is of the lines as they stand, whatever the comment of the first one says. */
function values(tables: readonly SavedTable[]): ReadonlyMap<IptablesTableName, IptablesTable> {
  const chainOf = ([name, lines]: SavedTable['chains'][number]): [string, ChainText] => {
    const rules = lines.map((line) => ({ text: line.slice(`-A ${name} `.length) }));
    return [name, { name, hash: textHash(lines.join('\n')), rules }];
  };
  return new Map(
    tables.map(({ table, chains }) => [
      table as IptablesTableName,
      { chains: new Map(chains.map(chainOf)), hooks: [] },
    ]),
  );
}

function linesOf(chains: ReadonlyMap<string, ChainText>): SavedTable['chains'] {
  return [...chains.values()].map(({ name, rules }) => [
    name,
    rules.map((r) => `-A ${name} ${r.text}`.trim()),
  ]);
}

/**
 * The hooks of now, and those that `to` has for an entry that judges already. Where one is missing, all stand as in `to`, so
 * that the second step, which is tested before the first is committed, has nothing to move.
 */
function withEntries(
  now: SavedTable,
  to: SavedTable,
  chains: ReadonlyMap<string, ChainText>,
): SavedTable['hooks'] {
  const hooks = new Map(now.hooks);
  for (const [name, rules] of to.hooks) {
    const there = hooks.get(name) ?? [];
    const stays = (r: string | null) => r === null || there.includes(r) || chains.has(targetOf(r));
    const wanted = rules.filter(stays);
    if (wanted.every((r) => r === null || there.includes(r))) continue;
    const gone = there.filter((r) => r !== null && !rules.includes(r));
    hooks.set(name, [...gone, ...wanted]);
  }
  return [...hooks];
}

const targetOf = (rule: string): string => rule.slice(rule.lastIndexOf(' ') + 1);

function writeTable(text: Script, { from, to }: Step, backend: IptablesBackend): void {
  const gone = from.chains.map(([name]) => name).filter((name) => !to.chains.some(([c]) => c === name));
  const declare = (names: readonly string[]) => text.addAll(names.map((name) => `:${name} - -`));
  text.add(`*${to.table}`);
  declare([...to.chains.map(([name]) => name), ...gone]);
  for (const [, lines] of to.chains) text.addAll(lines);
  for (const name of new Set([...from.hooks, ...to.hooks].map(([c]) => c))) {
    text.addAll(hookLines(name, entries(from, name), entries(to, name)));
  }
  if (gone.length > 0 && backend === 'nft') {
    // This backend deletes a chain only when the commit that emptied its referrers is through.
    text.addAll(['COMMIT', `*${to.table}`]);
    declare(gone);
  }
  text.addAll([...gone.map((name) => `-X ${name}`), 'COMMIT']);
}

const entries = (table: SavedTable, name: string) => table.hooks.find(([c]) => c === name)?.[1] ?? [];

/** Ours out, and in again behind as many rules of others as stood before them; those at the end go to the end. */
function hookLines(
  chain: string,
  now: readonly (string | null)[],
  then: readonly (string | null)[],
): string[] {
  const lines = now.flatMap((rule) => (rule === null ? [] : [`-D ${chain} ${rule}`]));
  if (JSON.stringify(now) === JSON.stringify(then)) return [];
  const foreignNow = now.filter((rule) => rule === null).length;
  const lastForeign = then.lastIndexOf(null);
  const atEndNow = now.slice(now.lastIndexOf(null) + 1);
  let ours = 0;
  let foreign = 0;
  for (const [i, rule] of then.entries()) {
    if (rule === null) foreign += 1;
    else {
      // Where no rules of others told the two ends apart, the place of the same rule today does.
      const last = foreign > 0 ? i > lastForeign : foreignNow > 0 && atEndNow.includes(rule);
      if (last) lines.push(`-A ${chain} ${rule}`);
      else lines.push(`-I ${chain} ${Math.min(foreign, foreignNow) + ours + 1} ${rule}`);
      ours += 1;
    }
  }
  return lines;
}
