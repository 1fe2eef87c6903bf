// Program → the iptables ruleset of both families with its ipsets. What a block became is kept beside the block, so that
// an unchanged policy costs a look-up as long as the sets that it mentions keep their names.
import { buildIpset, type Ipset, netIpsetName } from '../../ipsets/index.ts';
import type { Family } from '../../net/index.ts';
import type { Direction } from '../../resources/index.ts';
import type { LogTarget } from '../log-target.ts';
import type { Block, CallList, Program } from '../program.ts';
import type { ChainText, IptablesRuleset, IptablesTable } from '../ruleset.ts';
import { targets as targetsOf } from './actions.ts';
import { markBits } from './bits.ts';
import { lowerBlock } from './block.ts';
import { lowerCallList } from './call-list.ts';
import { hooks, type StaticContext, staticChains } from './hooks.ts';
import { setUses } from './uses.ts';

export interface IptablesOptions {
  readonly log: LogTarget;
}

export function lowerIptables(program: Program, options: IptablesOptions = { log: 'log' }): IptablesRuleset {
  const bits = markBits(program.config.iptables.markMask);
  const targets = targetsOf(program.config.iptables, options.log);
  const context = (family: Family): StaticContext => ({ family, bits, targets });
  const lists = { 4: lowerLists(program, context(4)), 6: lowerLists(program, context(6)) };
  const sets = setTable(program, { 4: lists[4].blocks, 6: lists[6].blocks });
  const table = (family: Family): IptablesTable => {
    const chains = [...staticChains(program, context(family)), ...lists[family].chains];
    for (const block of lists[family].blocks) chains.push(...cachedBlock(block, context(family), sets));
    return { chains: byName(chains), hooks: hooks(program.config) };
  };
  const tables = { 4: new Map([['filter', table(4)]] as const), 6: new Map([['filter', table(6)]] as const) };
  return { dialect: 'iptables', tables, ipsets: sets.ipsets() };
}

function byName(chains: readonly ChainText[]): ReadonlyMap<string, ChainText> {
  return new Map([...chains].sort((a, b) => (a.name < b.name ? -1 : 1)).map((c) => [c.name, c]));
}

/** The chains of all call lists, and the blocks that they call. */
function lowerLists(
  program: Program,
  context: StaticContext,
): { chains: ChainText[]; blocks: ReadonlySet<Block> } {
  const lists: Record<Direction, Set<CallList>> = { egress: new Set(), ingress: new Set() };
  for (const endpoint of program.endpoints) {
    lists.egress.add(endpoint.egress);
    lists.ingress.add(endpoint.ingress);
  }
  const blocks = new Set<Block>();
  const block = (id: string): Block => {
    const found = program.blocks.get(id);
    if (found === undefined) throw new TypeError(`block ${id} is called but is not in the program`);
    return found;
  };
  const calls = { ...context, config: program.config, block, called: (b: Block) => void blocks.add(b) };
  const chains = (['egress', 'ingress'] as const).flatMap((direction) =>
    [...lists[direction]].map((list) => lowerCallList(list, direction, calls)),
  );
  return { chains, blocks };
}

// ── Sets ──────────────────────────────────────────────────────────────────────────────────────────────────────────

interface SetTable {
  readonly netSet: (id: string, family: Family) => string;
  readonly portSet: (set: Ipset) => void;
  /** Those that some rule mentioned, by name. */
  readonly ipsets: () => ReadonlyMap<string, Ipset>;
}

const ipsetCache = new WeakMap<object, Map<string, Ipset>>();

function setTable(program: Program, blocks: Readonly<Record<Family, ReadonlySet<Block>>>): SetTable {
  const uses = setUses(blocks);
  const names = new Map<string, string>();
  const found = new Map<string, Ipset>();
  return {
    netSet(id, family) {
      const key = `${family} ${id}`;
      const known = names.get(key);
      if (known !== undefined) return known;
      const set = program.sets.get(id);
      if (set === undefined) throw new TypeError(`set ${id} is mentioned but is not in the program`);
      const use = uses.get(id) ?? 'mixed';
      const name = netIpsetName(set, family, use);
      // The same set gives the same object, so that a later comparison need not look at its members.
      const made = ipsetCache.get(set) ?? new Map<string, Ipset>();
      ipsetCache.set(set, made);
      const ipset = made.get(name) ?? buildIpset(set, family, use);
      made.set(name, ipset);
      names.set(key, name);
      found.set(name, ipset);
      return name;
    },
    portSet: (set) => void found.set(set.name, set),
    ipsets: () => new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

// ── Blocks ────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Lowered {
  readonly chains: readonly ChainText[];
  /** Set id → the name that the chains mention. */
  readonly netSets: ReadonlyMap<string, string>;
  readonly portSets: readonly Ipset[];
}

const lowered = new WeakMap<Block, Map<string, Lowered>>();

function cachedBlock(block: Block, context: StaticContext, sets: SetTable): readonly ChainText[] {
  const { family, bits, targets } = context;
  const variant = `${family} ${bits.accepted} ${bits.passed} ${targets.deny} ${targets.log}`;
  const variants = lowered.get(block) ?? new Map<string, Lowered>();
  lowered.set(block, variants);
  const before = variants.get(variant);
  if (before !== undefined && [...before.netSets].every(([id, name]) => sets.netSet(id, family) === name)) {
    before.portSets.forEach(sets.portSet);
    return before.chains;
  }
  const netSets = new Map<string, string>();
  const portSets: Ipset[] = [];
  const noting = {
    netSet(id: string): string {
      const name = sets.netSet(id, family);
      netSets.set(id, name);
      return name;
    },
    portSet(set: Ipset): void {
      portSets.push(set);
      sets.portSet(set);
    },
  };
  const chains = lowerBlock(block, { ...context, sets: noting });
  variants.set(variant, { chains, netSets, portSets });
  return chains;
}
