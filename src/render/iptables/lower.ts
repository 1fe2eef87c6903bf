// Program → the iptables ruleset of both families with its ipsets. What a block became is kept beside the block, so that
// an unchanged policy costs a look-up as long as the sets that it mentions keep their names.
import { buildIpset, type Ipset, netIpsetName } from '../../ipsets/index.ts';
import type { Family } from '../../net/index.ts';
import type { Direction } from '../../resources/index.ts';
import type { LogTarget } from '../log-target.ts';
import type { Block, Program } from '../program.ts';
import type { ChainText, IptablesRuleset, IptablesTable, IptablesTableName } from '../ruleset.ts';
import { targets as targetsOf } from './actions.ts';
import { markBits } from './bits.ts';
import { lowerBlock } from './block.ts';
import { type CallContext, lowerCallList } from './call-list.ts';
import { failsafeChain, failsafeChainName } from './failsafes.ts';
import { hooks, type StaticContext, staticChains } from './hooks.ts';
import { lowerStageList, type StageList } from './host-lists.ts';
import { filterTable, type HostTable, mangleTable, rawTable } from './hosts.ts';
import { masqueradeChains, masqueradeHooks } from './masquerade.ts';
import { reversePathTable } from './reverse-path.ts';
import { type CalledBlocks, setUses } from './uses.ts';

export interface IptablesOptions {
  readonly log: LogTarget;
}

export function lowerIptables(program: Program, options: IptablesOptions = { log: 'log' }): IptablesRuleset {
  const bits = markBits(program.config.iptables.markMask);
  const parts = (family: Family): readonly TablePart[] =>
    TABLES.map((table) => {
      const targets = targetsOf(program.config.iptables, options.log, table);
      return tablePart(program, table, { family, bits, targets });
    }).filter((part) => part.hooks.length > 0);
  const families = { 4: parts(4), 6: parts(6) };
  const sets = setTable(program, { 4: calledBlocks(families[4]), 6: calledBlocks(families[6]) });
  const tables = (family: Family): ReadonlyMap<IptablesTableName, IptablesTable> =>
    new Map(
      families[family].map((part): [IptablesTableName, IptablesTable] => {
        const blocks = [...part.blocks].flatMap((block) => cachedBlock(block, part.context, sets));
        const nat = part.table === 'nat' ? masqueradeChains(program, family, sets) : [];
        return [part.table, { chains: byName([...part.chains, ...blocks, ...nat]), hooks: part.hooks }];
      }),
    );
  return { dialect: 'iptables', tables: { 4: tables(4), 6: tables(6) }, ipsets: sets.ipsets() };
}

/** In the order of a packet's way. */
const TABLES = ['raw', 'mangle', 'nat', 'filter'] as const;

/** One table before its blocks are lowered, which needs to know the use of every set in all tables. */
interface TablePart {
  readonly table: IptablesTableName;
  readonly context: StaticContext;
  readonly chains: readonly ChainText[];
  readonly hooks: IptablesTable['hooks'];
  readonly blocks: ReadonlySet<Block>;
}

const PARTS: Readonly<Record<IptablesTableName, (program: Program, context: StaticContext) => HostTable>> = {
  raw(program, context) {
    const [sources, hosts] = [reversePathTable(program, context.family), rawTable(program, context)];
    return {
      chains: [...sources.chains, ...hosts.chains],
      hooks: [...sources.hooks, ...hosts.hooks],
      lists: hosts.lists,
    };
  },
  mangle: mangleTable,
  // Its chains mention sets, and are made when all sets have their names.
  nat: (program, { family }) => ({ chains: [], hooks: masqueradeHooks(program, family), lists: [] }),
  filter: filterTable,
};

function tablePart(program: Program, table: (typeof TABLES)[number], context: StaticContext): TablePart {
  const filter = table === 'filter';
  const hosts = PARTS[table](program, context);
  const { chains, blocks } = lowerLists(program, table, hosts.lists, context);
  return {
    table,
    context,
    chains: [...(filter ? staticChains(program, context) : []), ...hosts.chains, ...chains],
    hooks: [...(filter ? hooks(program.config) : []), ...hosts.hooks],
    blocks,
  };
}

function calledBlocks(parts: readonly TablePart[]): CalledBlocks {
  return {
    all: new Set(parts.flatMap((part) => [...part.blocks])),
    untracked: parts.find((part) => part.table === 'raw')?.blocks ?? new Set(),
  };
}

function byName(chains: readonly ChainText[]): ReadonlyMap<string, ChainText> {
  return new Map([...chains].sort((a, b) => (a.name < b.name ? -1 : 1)).map((c) => [c.name, c]));
}

/** The chains of all call lists of a table with the failsafes that they ask, and the blocks that they call. */
function lowerLists(
  program: Program,
  table: IptablesTableName,
  stages: readonly StageList[],
  context: StaticContext,
): { chains: ChainText[]; blocks: ReadonlySet<Block> } {
  const { config } = program;
  const blocks = new Set<Block>();
  const block = (id: string): Block => {
    const found = program.blocks.get(id);
    if (found === undefined) throw new TypeError(`block ${id} is called but is not in the program`);
    return found;
  };
  const hosts = program.hosts.length > 0;
  const calls = { ...context, config, block, hosts, called: (b: Block) => void blocks.add(b) };
  const chains = table === 'filter' ? lowerWorkloadLists(program, calls) : [];
  const asking = stages.filter(({ stage }) => stage !== 'forward');
  const failsafes = DIRECTIONS.flatMap((direction) => {
    if (!asking.some((s) => s.direction === direction)) return [];
    return failsafeChain(direction, table, { ...context, config }) ?? [];
  });
  const names = new Set(failsafes.map((c) => c.name));
  const kind = table === 'filter' ? 'accept' : 'mark';
  const of = (d: Direction) => (names.has(failsafeChainName(d)) ? kind : 'none');
  chains.push(...failsafes, ...stages.map((list) => lowerStageList(list, { ...calls, failsafes: of })));
  return { chains, blocks };
}

const DIRECTIONS = ['egress', 'ingress'] as const;

function lowerWorkloadLists(program: Program, context: CallContext): ChainText[] {
  return DIRECTIONS.flatMap((direction) => {
    const lists = new Set(program.endpoints.map((endpoint) => endpoint[direction]));
    return [...lists].map((list) => lowerCallList(list, direction, context));
  });
}

// ── Sets ──────────────────────────────────────────────────────────────────────────────────────────────────────────

interface SetTable {
  readonly netSet: (id: string, family: Family) => string;
  readonly portSet: (set: Ipset) => void;
  /** Those that some rule mentioned, by name. */
  readonly ipsets: () => ReadonlyMap<string, Ipset>;
}

const ipsetCache = new WeakMap<object, Map<string, Ipset>>();

function setTable(program: Program, blocks: Readonly<Record<Family, CalledBlocks>>): SetTable {
  const uses = setUses(blocks);
  const maxelem = program.config.maxIpsetSize;
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
      const cached = `${maxelem} ${name}`;
      const made = ipsetCache.get(set) ?? new Map<string, Ipset>();
      ipsetCache.set(set, made);
      const ipset = made.get(cached) ?? buildIpset(set, family, use, maxelem);
      made.set(cached, ipset);
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
  if (before !== undefined && sameSets(before.netSets, family, sets)) {
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

function sameSets(names: ReadonlyMap<string, string>, family: Family, sets: SetTable): boolean {
  for (const [id, name] of names) if (sets.netSet(id, family) !== name) return false;
  return true;
}
