// Comparing whole. A hash in a comment tells what we wrote, not what somebody did to it since; and every version of a
// tool prints rules in its own way. So what is wanted is loaded into a scratch network namespace with the same tool, and
// the two listings are compared: of chains that look equal, to find what others changed, and of all, to show rules
// against rules in one spelling.
import { problem, type Problem, type Result } from '../errors/problem.ts';
import type { Runner } from '../host/index.ts';
import { saidBy } from '../host/privileges.ts';
import { createLine } from '../ipsets/index.ts';
import { planIptables, planNft } from '../plan/index.ts';
import type { Command, IptablesBackend, ObservedIptables } from '../plan/types.ts';
import type {
  ChainText,
  IptablesRuleset,
  IptablesTable,
  IptablesTableName,
  NftRuleset,
} from '../render/ruleset.ts';
import { failureProblem } from './failure.ts';
import { NFT_LIST } from './observe.ts';
import { parseNftTable } from './parse-nft.ts';
import { parseSave } from './parse-save.ts';

/** Stands in the place of a chain's hash when the chain is not what its hash says: 16 characters, as a hash has. */
const TAMPERED = 'changed-by-other';

export interface Compared<R> {
  /** What was observed; chains that others changed differ in their hash now. */
  readonly observed: R;
  /** What is wanted, as the kernel prints it. Absent when no scratch namespace could be had. */
  readonly shown?: R;
}

/** No value: the kernel refuses what is wanted. */
export async function compareNft(
  run: Runner,
  observed: NftRuleset,
  wanted: NftRuleset,
): Promise<Result<Compared<NftRuleset>>> {
  const bare: NftRuleset = {
    ...wanted,
    sets: emptied(wanted.sets, []),
    maps: emptied(wanted.maps, new Map<string, string>()),
  };
  const [command] = planNft(undefined, bare).commands;
  if (!command) return { value: { observed }, problems: [] };
  const listed = await inScratch(run, [command], NFT_LIST.join(' '));
  if (listed.value === undefined) return fallback(observed, listed.problems);
  const there = parseNftTable(listed.value);
  const shown: NftRuleset = { ...wanted, chains: spelled(wanted.chains, there.chains) };
  return {
    value: { observed: { ...observed, chains: marked(observed.chains, shown.chains) }, shown },
    problems: [],
  };
}

/** No value: the kernel refuses what is wanted. */
export async function compareIptables(
  run: Runner,
  observed: ObservedIptables,
  wanted: IptablesRuleset,
  backend: IptablesBackend,
): Promise<Result<Compared<ObservedIptables>>> {
  const sets = [...wanted.ipsets.values()].map((set) => `${createLine(set)}\n`).join('');
  const create: Command = {
    argv: ['ipset', 'restore'],
    stdin: sets,
    purpose: 'try the sets',
    lines: new Map(),
  };
  // The members of the sets do not matter to rules.
  const { commands } = planIptables(undefined, { ...wanted, ipsets: new Map() }, { backend });
  const list = `iptables-${backend}-save && echo '${SEPARATOR}' && ip6tables-${backend}-save`;
  const listed = await inScratch(run, [create, ...commands], list);
  if (listed.value === undefined) return fallback(observed, listed.problems);
  const [v4 = '', v6 = ''] = listed.value.split(SEPARATOR);
  const there = { 4: parseSave(v4).tables, 6: parseSave(v6).tables };
  const shownTables = (family: 4 | 6) =>
    new Map(
      [...wanted.tables[family]].map(([name, table]) => [name, spelledTable(table, there[family].get(name))]),
    );
  const shown = { ...wanted, tables: { 4: shownTables(4), 6: shownTables(6) } };
  const markedTables = (family: 4 | 6) =>
    new Map(
      [...observed.tables[family]].map(([name, table]): [IptablesTableName, IptablesTable] => [
        name,
        { ...table, chains: marked(table.chains, shown.tables[family].get(name)?.chains ?? new Map()) },
      ]),
    );
  const compared = { ...observed, tables: { 4: markedTables(4), 6: markedTables(6) } };
  return { value: { observed: compared, shown: { ...shown, layouts: observed.layouts } }, problems: [] };
}

const SEPARATOR = '# and now IPv6';

/** Whether any chain looks equal, so that comparing whole can find anything. */
export function anyLooksEqual(
  observed: ReadonlyMap<string, ChainText>,
  wanted: ReadonlyMap<string, ChainText>,
): boolean {
  for (const [name, chain] of observed) if (wanted.get(name)?.hash === chain.hash) return true;
  return false;
}

/** Runs the commands and then `list`, whose output it gives. All share one standard input, each takes its bytes of it. */
async function inScratch(run: Runner, commands: readonly Command[], list: string): Promise<Result<string>> {
  const steps = commands.map(({ argv, stdin }, i) => {
    const fail = `{ s=$?; echo '${FAILED_STEP}${i}' >&2; exit $s; }`;
    return `head -c ${Buffer.byteLength(stdin)} | ${argv.join(' ')} || ${fail}`;
  });
  const shell = [...steps, list].join('\n');
  const stdin = commands.map((c) => c.stdin).join('');
  const result = await run.run(['unshare', '--net', 'sh', '-c', shell], { stdin });
  if (result.exitCode === 0) return { value: result.stdout, problems: [] };
  const [mark, step] = new RegExp(`^${FAILED_STEP}(\\d+)\\n`, 'm').exec(result.stderr) ?? [];
  const command = commands[Number(step)];
  if (command && mark !== undefined) {
    return { problems: [failureProblem(command, { ...result, stderr: result.stderr.replace(mark, '') })] };
  }
  const message = 'no scratch network namespace could be had, so rules were compared by hash and number only';
  const notes = saidBy('unshare', result);
  return { problems: [problem('apply/not-compared', message, { severity: 'warning', notes })] };
}

const FAILED_STEP = 'failed step ';

function fallback<R>(observed: R, problems: readonly Problem[]): Result<Compared<R>> {
  return problems.some((p) => p.severity === 'error') ? { problems } : { value: { observed }, problems };
}

function emptied<T, E>(items: ReadonlyMap<string, T>, elements: E): ReadonlyMap<string, T & { elements: E }> {
  return new Map([...items].map(([name, item]) => [name, { ...item, elements }]));
}

/** The wanted chains with each rule as the kernel spells it; a rule keeps its id. */
function spelled<C extends ChainText>(
  wanted: ReadonlyMap<string, C>,
  listed: ReadonlyMap<string, ChainText> | undefined,
): ReadonlyMap<string, C> {
  return new Map(
    [...wanted].map(([name, chain]): [string, C] => {
      const rules = chain.rules.map((rule, i) => ({
        ...rule,
        text: listed?.get(name)?.rules[i]?.text ?? rule.text,
      }));
      return [name, { ...chain, rules }];
    }),
  );
}

function spelledTable(wanted: IptablesTable, listed: IptablesTable | undefined): IptablesTable {
  return { ...wanted, chains: spelled(wanted.chains, listed?.chains) };
}

/** A chain that carries the wanted hash but holds other rules gets another hash, so that every plan rewrites it. */
function marked<C extends ChainText>(
  observed: ReadonlyMap<string, C>,
  shown: ReadonlyMap<string, ChainText>,
): ReadonlyMap<string, C> {
  return new Map(
    [...observed].map(([name, chain]): [string, C] => {
      const other = shown.get(name);
      if (other?.hash !== chain.hash || sameTexts(chain, other)) return [name, chain];
      return [name, { ...chain, hash: TAMPERED }];
    }),
  );
}

function sameTexts(a: ChainText, b: ChainText): boolean {
  return (
    a.rules.length === b.rules.length &&
    a.rules.every(
      (rule, i) => rule.text === b.rules[i]?.text && (rule.comment ?? '') === (b.rules[i]?.comment ?? ''),
    )
  );
}
