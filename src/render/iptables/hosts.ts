// Host endpoints, table by table: hooks, what stands between the hooks and the lists, and which lists are called there.
//   raw PREROUTING, OUTPUT   untracked lists of named interfaces. Allowed: not tracked, *accepted*, and out of the table.
//   mangle PREROUTING        pre-DNAT lists, unless *accepted*. From both, *accepted* travels on with the packet.
//   filter INPUT, OUTPUT     normal lists, unless *accepted*;  FORWARD: forward lists (hooks.ts has that chain).
//   mangle POSTROUTING       normal lists once more, for what the host sends and somebody DNATed: in OUTPUT its `-o` is
//     still the interface before DNAT. Such packets come from OUTPUT with *passed* set and *accepted* clear. Nothing else
//     arrives so: our chains in raw, mangle and FORWARD clear *passed* at their end, unless *accepted* is set.
import type { Direction } from '../../resources/index.ts';
import type { HostProgram, Program } from '../program.ts';
import type { ChainText, IptablesTable, RuleLine } from '../ruleset.ts';
import { ALLOW_CHAIN, PASS_CHAIN, type Targets } from './actions.ts';
import { type Bits, clearBits, setBit, unlessJust, whenClear, whenSet } from './bits.ts';
import { chain, hook } from './chain.ts';
import { dispatchChains, type Leaf } from './dispatch.ts';
import { type HostStage, type StageList, stageListName } from './host-lists.ts';
import { interfaceName, interfacePrefix } from './quote.ts';
import { workloadsOf } from './workloads.ts';

export const HOST_INPUT = 'tortie-host-input';
/** Roots of the dispatch to the lists of each stage, without `tortie-`. */
export const ROOTS = {
  untrackedIn: 'untracked-in',
  untrackedOut: 'untracked-out',
  preDnat: 'pre-dnat',
  forwardIn: 'forward-in',
  forwardOut: 'forward-out',
  hostIn: 'host-in',
  hostOut: 'host-out',
} as const;

export interface HostTable {
  readonly chains: readonly ChainText[];
  readonly hooks: IptablesTable['hooks'];
  readonly lists: readonly StageList[];
}

export const NO_HOSTS: HostTable = { chains: [], hooks: [], lists: [] };

export interface HostContext {
  readonly bits: Bits;
  readonly targets: Targets;
}

/** Whether a table before filter may have set *accepted*. */
export function accepts({ hosts }: Program): Readonly<Record<Direction, boolean>> {
  return {
    ingress: untracked(hosts, 'ingress').length > 0 || hosts.some((h) => h.preDnat !== undefined),
    egress: untracked(hosts, 'egress').length > 0,
  };
}

/** A list without tiers in a direction allows all, as having no list does. `*` has no untracked stage. */
function untracked(hosts: readonly HostProgram[], direction: Direction): HostProgram[] {
  return hosts.filter((h) => h.interface !== '*' && (h.untracked?.[direction].tiers.length ?? 0) > 0);
}

// ── raw ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export function rawTable(program: Program, { bits }: HostContext): HostTable {
  const way = (direction: Direction): HostTable => {
    const hosts = untracked(program.hosts, direction);
    if (hosts.length === 0) return NO_HOSTS;
    const ingress = direction === 'ingress';
    const [kernel, root] = ingress
      ? (['PREROUTING', ROOTS.untrackedIn] as const)
      : (['OUTPUT', ROOTS.untrackedOut] as const);
    const found = stageChains(hosts, root, 'untracked', direction, undefined);
    const entry = chain(`tortie-${kernel}`, [
      { text: clearBits(bits.accepted | bits.passed) },
      { text: `-j tortie-${root}` },
      { text: `${whenSet(bits.accepted)} -j CT --notrack` },
      { text: `${whenSet(bits.accepted)} -j ACCEPT` },
      { text: clearBits(bits.passed) },
    ]);
    const hooks = [hook(kernel, program.config.chainInsertMode, entry.name)];
    return { chains: [entry, ...found.chains], hooks, lists: found.lists };
  };
  return withBits(joined(way('ingress'), way('egress')), bits);
}

// ── mangle ────────────────────────────────────────────────────────────────────────────────────────────────────────

export function mangleTable(program: Program, { bits }: HostContext): HostTable {
  if (program.hosts.length === 0) return NO_HOSTS;
  return withBits(joined(preDnat(program, bits), dnatedOutput(program, bits)), bits);
}

function preDnat(program: Program, bits: Bits): HostTable {
  const hosts = program.hosts.filter((h) => h.preDnat !== undefined);
  if (hosts.length === 0) return NO_HOSTS;
  const found = stageChains(hosts, ROOTS.preDnat, 'preDnat', 'ingress', undefined);
  const keep = program.config.iptables.mangleAcceptAction === 'accept';
  const first: RuleLine =
    untracked(program.hosts, 'ingress').length > 0
      ? { text: `${whenSet(bits.accepted)} -j ${keep ? 'ACCEPT' : 'RETURN'}` }
      : { text: clearBits(bits.accepted | bits.passed) };
  const last: RuleLine[] = keep ? [{ text: `${whenSet(bits.accepted)} -j ACCEPT` }] : [];
  const entry = chain('tortie-PREROUTING', [
    first,
    { text: `-j tortie-${ROOTS.preDnat}` },
    { text: clearBits(bits.passed) },
    ...last,
  ]);
  const hooks = [hook('PREROUTING', program.config.chainInsertMode, entry.name)];
  return { chains: [entry, ...found.chains], hooks, lists: found.lists };
}

function dnatedOutput(program: Program, bits: Bits): HostTable {
  const found = hostOutput(program);
  const both = bits.accepted | bits.passed;
  const entry = chain('tortie-POSTROUTING', [
    {
      text: `${unlessJust(bits.passed, both)} -j RETURN`,
      comment: 'only what the host sent and somebody DNATed',
    },
    { text: clearBits(both) },
    { text: `-j tortie-${ROOTS.hostOut}` },
  ]);
  const hooks = [hook('POSTROUTING', program.config.chainInsertMode, entry.name)];
  return { chains: [entry, ...found.chains], hooks, lists: found.lists };
}

// ── filter ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Without FORWARD's own chain. */
export function filterTable(program: Program, { bits, targets }: HostContext): HostTable {
  const { hosts } = program;
  if (hosts.length === 0) return NO_HOSTS;
  const before = accepts(program);
  const accepted: RuleLine = { text: `${whenSet(bits.accepted)} ${targets.accept}` };
  const clear: RuleLine = { text: clearBits(bits.accepted | bits.passed) };
  const input = chain(HOST_INPUT, [
    ...(before.ingress ? [accepted] : []),
    clear,
    { text: `-j tortie-${ROOTS.hostIn}` },
    accepted,
  ]);
  const output = chain('tortie-OUTPUT', [
    ...(before.egress ? [accepted] : []),
    clear,
    { text: `-m conntrack --ctstate DNAT -g ${PASS_CHAIN}`, comment: 'judged in mangle POSTROUTING' },
    { text: `-j tortie-${ROOTS.hostOut}` },
    accepted,
  ]);
  const stages = joined(
    // What comes from a workload has left for another chain before.
    stageChains(hosts, ROOTS.hostIn, 'normal', 'ingress', undefined),
    hostOutput(program),
    stageChains(hosts, ROOTS.forwardIn, 'forward', 'ingress', undefined),
    stageChains(hosts, ROOTS.forwardOut, 'forward', 'egress', undefined),
  );
  const hooks = [hook('OUTPUT', program.config.chainInsertMode, output.name)];
  return { chains: [input, output, ...stages.chains], hooks, lists: stages.lists };
}

/** What our chain in FORWARD does before and after the stages of workloads. */
export function aroundForward(
  program: Program,
  { bits }: HostContext,
): { first: RuleLine[]; last: RuleLine[] } {
  const both = bits.accepted | bits.passed;
  if (program.hosts.length === 0) return { first: [{ text: clearBits(both) }], last: [] };
  const asked = accepts(program).ingress;
  const when = asked ? `${whenClear(bits.accepted)} ` : '';
  return {
    first: [{ text: clearBits(asked ? bits.passed : both) }, { text: `${when}-j tortie-${ROOTS.forwardIn}` }],
    last: [{ text: `-j tortie-${ROOTS.forwardOut}` }, { text: clearBits(bits.passed) }],
  };
}

/** `*` does not mean interfaces of workloads there. */
function hostOutput(program: Program): HostTable {
  const { prefixes, others } = workloadsOf(program);
  const exempt = [
    ...prefixes.map((prefix) => interfacePrefix(prefix)),
    ...others.map((endpoint) => interfaceName(endpoint.interface)),
  ].map((name): RuleLine => ({ text: `-o ${name} -j RETURN`, comment: 'not a host interface' }));
  return stageChains(program.hosts, ROOTS.hostOut, 'normal', 'egress', exempt);
}

// ── Dispatch ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** `exempt`: rules that stand before `*`. */
function stageChains(
  hosts: readonly HostProgram[],
  root: string,
  stage: HostStage,
  direction: Direction,
  exempt: readonly RuleLine[] | undefined,
): HostTable {
  const lists = new Map<string, StageList>();
  const leaves: Leaf[] = [];
  let any: string | undefined;
  for (const host of hosts) {
    const list = listOf(host, stage, direction);
    if (list === undefined) continue;
    const of = { stage, direction, list };
    const target = stageListName(of);
    lists.set(target, of);
    if (host.interface === '*') any = target;
    else leaves.push({ interface: host.interface, target, endpoint: host.endpoint });
  }
  const chains: ChainText[] = [];
  const tree = { root, option: direction === 'ingress' ? '-i' : '-o' } as const;
  if (any === undefined) chains.push(...dispatchChains(tree, leaves));
  else if (exempt === undefined)
    chains.push(...dispatchChains({ ...tree, end: { text: `-g ${any}` } }, leaves));
  else {
    const rest = chain(`tortie-${root}-any`, [...exempt, { text: `-g ${any}` }]);
    chains.push(...dispatchChains({ ...tree, end: { text: `-g ${rest.name}` } }, leaves), rest);
  }
  return { chains, hooks: [], lists: [...lists.values()] };
}

function listOf(host: HostProgram, stage: HostStage, direction: Direction): StageList['list'] | undefined {
  switch (stage) {
    case 'untracked':
      return host.untracked?.[direction];
    case 'preDnat':
      return host.preDnat?.ingress;
    case 'forward':
    case 'normal':
      return host[stage][direction];
  }
}

function joined(...parts: readonly HostTable[]): HostTable {
  return {
    chains: parts.flatMap((p) => p.chains),
    hooks: parts.flatMap((p) => p.hooks),
    lists: parts.flatMap((p) => p.lists),
  };
}

/** With the two chains that set a bit; filter has them anyway. */
function withBits(table: HostTable, bits: Bits): HostTable {
  if (table.chains.length === 0) return table;
  const setters = [
    chain(ALLOW_CHAIN, [{ text: setBit(bits.accepted) }]),
    chain(PASS_CHAIN, [{ text: setBit(bits.passed) }]),
  ];
  return { ...table, chains: [...table.chains, ...setters] };
}
