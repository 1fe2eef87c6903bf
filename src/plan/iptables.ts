// Two iptables rulesets → steps. iptables-restore changes one table at once and ipset nothing, so the order makes sure
// that no packet passes in between which both the old and the new policy deny:
//   create new sets · test every family · restrict sets · rules v4, v6 · loosen sets · destroy unused sets
// The rules of one family are one input, committed table by table: between.ts and between-sources.ts say in which order.
import type { Family } from '../net/types.ts';
import { chainDeclaration, printChainBody } from '../render/iptables/print.ts';
import type { ChainText, IptablesRuleset, IptablesTable, IptablesTableName } from '../render/ruleset.ts';
import { chainsBetween } from './between.ts';
import { tableBetween } from './between-sources.ts';
import { changesBetween } from './changes.ts';
import { type MapDelta, mapDelta, sameRules } from './delta.ts';
import { hookLines, layoutOf, withMissing } from './hooks.ts';
import { ipsetSteps } from './ipset-steps.ts';
import { chainOrigin, planOf, type Script, script } from './script.ts';
import type { Command, HookLayout, IptablesBackend, ObservedIptables, Plan } from './types.ts';

export interface IptablesPlanOptions {
  readonly backend: IptablesBackend;
  /** Seconds to wait for xtables.lock; default 10. */
  readonly wait?: number;
  /** `wanted` as the tool prints it, to show rules against rules as the kernel prints them. */
  readonly shown?: IptablesRuleset;
}

export const NO_IPTABLES: IptablesRuleset = {
  dialect: 'iptables',
  tables: { 4: new Map(), 6: new Map() },
  ipsets: new Map(),
};

/** `observed`: what the kernel holds, or the ruleset that was applied last. */
export function planIptables(
  observed: ObservedIptables | IptablesRuleset | undefined,
  wanted: IptablesRuleset,
  options: IptablesPlanOptions,
): Plan {
  const from = observed ?? NO_IPTABLES;
  const families = ([4, 6] as const).flatMap((family) => {
    const [before, after] = [stateOf(from, family), stateOf(wanted, family)];
    const steps = tableSteps(before, after);
    return steps.length === 0 ? [] : [{ family, steps, back: tableSteps(after, before) }];
  });
  const written = (steps: readonly TableStep[]): Script => {
    const text = script();
    for (const step of steps) writeTable(text, step, options.backend);
    return text;
  };
  const sets = ipsetSteps(from.ipsets, wanted.ipsets);
  const rules = families.map(({ family, steps, back }): Command => {
    const argv = restoreCommand(family, options);
    const undo = { argv, stdin: written(back).text() };
    return written(steps).command(argv, `rules v${family}`, { undo });
  });
  // A table is committed at once or not at all. So if the very first thing that is done commits a table, its failure leaves
  // everything as it was, and to try it before would only cost the time again.
  const tests = families.flatMap(({ family, steps }, index): Command[] => {
    const unsure = index === 0 && sets.restrict.length === 0 ? steps.slice(1) : steps;
    if (unsure.length === 0) return [];
    return [written(unsure).command([...restoreCommand(family, options), '--test'], `test rules v${family}`)];
  });
  const commands = [...sets.restrict, ...rules, ...sets.loosen, ...sets.destroy];
  return planOf({ prepare: sets.create, tests, commands }, () =>
    changesBetween(observed, options.shown ?? wanted),
  );
}

function restoreCommand(family: Family, { backend, wait = 10 }: IptablesPlanOptions): string[] {
  return [`ip${family === 6 ? '6' : ''}tables-${backend}-restore`, '--noflush', '--wait', String(wait)];
}

interface FamilyState {
  readonly tables: ReadonlyMap<IptablesTableName, IptablesTable>;
  readonly layouts: ReadonlyMap<IptablesTableName, HookLayout> | undefined;
}

function stateOf(ruleset: ObservedIptables | IptablesRuleset, family: Family): FamilyState {
  return {
    tables: ruleset.tables[family],
    layouts: 'layouts' in ruleset ? ruleset.layouts[family] : undefined,
  };
}

const NO_TABLE: IptablesTable = { chains: new Map(), hooks: [] };

interface TableStep {
  readonly name: IptablesTableName;
  readonly chains: MapDelta<ChainText>;
  /** The lines that put them right. */
  readonly hooks: readonly string[];
}

/** In the order of a packet's way. */
const ORDER: readonly IptablesTableName[] = ['raw', 'mangle', 'nat', 'filter'];

/** One step for each table that changes; two for those that have to hold both policies for a while (between-sources.ts). */
function tableSteps(from: FamilyState, to: FamilyState): TableStep[] {
  const steps = ORDER.flatMap((name) => {
    const before = from.tables.get(name) ?? NO_TABLE;
    const after = to.tables.get(name) ?? NO_TABLE;
    if (before === after) return [];
    const layout = from.layouts ? (from.layouts.get(name) ?? new Map()) : layoutOf(before.hooks);
    const step = tableStep(name, before.chains, after.chains, hookLines(layout, after.hooks));
    return isNothing(step) ? [] : [{ step, before, after, layout }];
  });
  // Where there was no policy, or will be none, there is nothing that both deny.
  if (steps.length < 2 || from.tables.size === 0 || to.tables.size === 0) {
    const plain = steps.map(({ step }) => step);
    // What comes first is not tested, so let that be the largest, unless raw or mangle let through what filter denies.
    const free =
      from.tables.size === 0 && !plain.some(({ name }) => chainsBetween(name, from.tables, to.tables));
    return free ? plain.toSorted((a, b) => sizeOf(b) - sizeOf(a)) : plain;
  }
  const first: TableStep[] = [];
  const last: TableStep[] = [];
  for (const { step, before, after, layout } of steps) {
    const chains = tableBetween(step.name, from.tables, to.tables);
    if (chains === undefined) first.push(step);
    else {
      // An entry of which nothing is judged twice comes with the second step.
      const entries = after.hooks.filter(({ rule }) => chains.has(rule.text.replace('-j ', '')));
      const hooks = withMissing(layout, entries);
      first.push(tableStep(step.name, before.chains, chains, hooks.lines));
      last.unshift(tableStep(step.name, chains, after.chains, hookLines(hooks.layout, after.hooks)));
    }
  }
  return [...first, ...last];
}

type Chains = ReadonlyMap<string, ChainText>;

function tableStep(
  name: IptablesTableName,
  before: Chains,
  after: Chains,
  hooks: readonly string[],
): TableStep {
  return { name, chains: mapDelta(before, after, sameRules), hooks };
}

/** In rules to write. */
function sizeOf({ chains }: TableStep): number {
  const changed = chains.changed.map(({ after }) => after);
  return [...chains.added, ...changed].reduce((sum, { rules }) => sum + rules.length, 0);
}

function isNothing({ chains, hooks }: TableStep): boolean {
  return chains.added.length + chains.changed.length + chains.removed.length + hooks.length === 0;
}

function writeTable(text: Script, { name, chains, hooks }: TableStep, backend: IptablesBackend): void {
  const rewritten = [...chains.added, ...chains.changed.map((c) => c.after)];
  text.add(`*${name}`);
  // Declaring a chain empties it. Those that go are emptied first, so that nothing refers to them any more.
  for (const chain of [...rewritten, ...chains.removed])
    text.add(chainDeclaration(chain.name), chainOrigin(chain));
  for (const chain of rewritten) text.addRules(printChainBody(chain), chain);
  text.addAll(hooks);
  if (chains.removed.length > 0) writeDeletions(text, name, chains.removed, backend);
  text.add('COMMIT');
}

/** The nft backend deletes a chain only when the commit that emptied its referrers is through. */
function writeDeletions(
  text: Script,
  table: IptablesTableName,
  removed: readonly ChainText[],
  backend: IptablesBackend,
): void {
  if (backend === 'nft') {
    text.addAll(['COMMIT', `*${table}`]);
    for (const chain of removed) text.add(chainDeclaration(chain.name), chainOrigin(chain));
  }
  for (const chain of removed) text.add(`-X ${chain.name}`, chainOrigin(chain));
}
