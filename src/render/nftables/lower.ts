// Program → NftRuleset, in visible passes. What did not change since the last time is the same object again: a policy's
// chains as long as policy, settings and the shape of its sets are the same, an endpoint's as long as its list is.
import type { Direction } from '../../resources/index.ts';
import { textHash } from '../hash.ts';
import { mentionedSets } from '../mentioned-sets.ts';
import { nftNesting } from '../nesting.ts';
import type { Block, BlockId, CallList, Program } from '../program.ts';
import type { NftChain, NftMap, NftRuleset, NftSet } from '../ruleset.ts';
import { type ActionSettings, DROP, ownCopy } from './actions.ts';
import type { LogTarget } from '../log-target.ts';
import type { NftCapabilities } from './capabilities.ts';
import { type EndpointChains, endpointChains, type SharedList } from './endpoint-chains.ts';
import { hooks } from './hooks.ts';
import { hostFailsafes, type HostList, hostLists } from './host-chains.ts';
import { masquerade } from './masquerade.ts';
import { FROM_MAP, MAY_SPOOF, passChain, TO_MAP } from './names.ts';
import { type LoweredBlock, namedChain, policyChains } from './policy-chains.ts';
import { reversePathChains } from './reverse-path.ts';
import { setHalves, type SetHalves } from './sets.ts';
import { settingsOf, stageSettings } from './settings.ts';
import { COUNTER, goto } from './statement.ts';
import { ruleLine } from './text.ts';

export interface LowerOptions {
  readonly log: LogTarget;
  readonly capabilities: NftCapabilities;
}

/** What one run has made so far. */
interface Draft {
  readonly program: Program;
  readonly settings: ActionSettings;
  readonly chains: NftChain[];
  readonly sets: Map<string, NftSet>;
  readonly maps: Map<string, Map<string, string>>;
  /** Tier's pass chain → where it leads. */
  readonly passes: Map<string, PassChain>;
  /** The blocks that a packet can reach, by the settings that they are lowered with. */
  readonly called: Map<ActionSettings, Set<BlockId>>;
}

/** What the list of one endpoint, or of several, became. */
interface LoweredList {
  readonly key: string;
  readonly list: CallList;
  readonly lowered: EndpointChains;
}

interface PassChain {
  readonly side: 'iifname' | 'oifname';
  /** For the interfaces that its map does not have. */
  readonly any?: string;
}

/** What a block became, and under which circumstances. */
interface LoweredOnce {
  readonly settings: ActionSettings;
  /** For each set that it mentions. */
  readonly mentions: readonly SetHalves[];
  readonly lowered: LoweredBlock;
}

/** In this order: what is called is known when the endpoints are done. */
const PASSES = ['hooks', 'sources', 'endpoints', 'hosts', 'policies', 'passing tiers', 'masquerade'] as const;

export function createLowering(options: LowerOptions): (program: Program) => NftRuleset {
  const plain = createPasses('goto', options);
  const marked = createPasses('mark', options);
  return (program) => {
    const { pass, maxNesting, maxWalk } = options.capabilities;
    if (pass === 'mark') return marked(program);
    const ruleset = plain(program);
    if (pass === 'goto' || !somePolicyPasses(program)) return ruleset;
    const { depth, walk } = nftNesting(ruleset);
    return depth <= maxNesting && walk <= maxWalk ? ruleset : marked(program);
  };
}

/** Otherwise both ways of passing give the same. */
function somePolicyPasses({ blocks }: Program): boolean {
  for (const { kind, passes } of blocks.values()) if (passes && kind === 'policy') return true;
  return false;
}

/** The passes with what they remember of the last run, for one way of passing. */
function createPasses(pass: ActionSettings['pass'], options: LowerOptions): (program: Program) => NftRuleset {
  const blocks = new WeakMap<Block, Map<string, LoweredOnce>>();
  let settings: ActionSettings | undefined;
  let endpoints = new Map<string, LoweredList>();

  const passes: Readonly<Record<(typeof PASSES)[number], (draft: Draft) => void>> = {
    hooks({ program, settings, chains, sets }) {
      const made = hooks(program.config, program.endpoints, program.hosts, settings);
      chains.push(...made.chains);
      for (const set of made.sets) sets.set(set.name, set);
    },

    sources(draft) {
      const { chains, maySpoof } = reversePathChains(draft.program.endpoints);
      draft.chains.push(...chains);
      for (const [name, chain] of maySpoof) addElement(draft, MAY_SPOOF, name, chain);
    },

    endpoints(draft) {
      const { program, settings } = draft;
      const passing = passingLists(program);
      const blockOf = (called: BlockId): Block => blockIn(program, called);
      const config = JSON.stringify([settings, ...configKey(program)]);
      const next: typeof endpoints = new Map();
      for (const direction of ['egress', 'ingress'] as const) {
        const shared = sharedLists(program, direction, options.capabilities.shareFrom);
        const done = new Set<CallList>();
        for (const endpoint of program.endpoints) {
          const list = endpoint[direction];
          const owner = shared.get(list) ?? endpoint;
          const id = `${direction} ${'interface' in owner ? owner.interface : owner.name}`;
          let made = next.get(id);
          if (made === undefined) {
            const key = `${config} ${'endpoint' in owner ? owner.endpoint : ''} ${passing(list)}`;
            made = endpoints.get(id);
            if (made?.key !== key || made.list !== list) {
              const lowered = endpointChains(list, owner, direction, program.config, settings, blockOf);
              made = { key, list, lowered };
            }
            next.set(id, made);
            for (const chain of made.lowered.chains) draft.chains.push(chain);
          }
          // Equal lists call the same blocks.
          if (!done.has(list)) for (const call of made.lowered.calls) addCall(draft, settings, call);
          done.add(list);
          addEndpoint(made.lowered, endpoint.interface, direction, draft);
        }
      }
      endpoints = next;
    },

    /** Few: made anew each time. */
    hosts(draft) {
      const { program, settings } = draft;
      const blockOf = (called: BlockId): Block => blockIn(program, called);
      const lists = hostLists(
        program.hosts,
        program.config,
        (stage) => stageSettings(settings, stage),
        blockOf,
      );
      for (const list of lists) addHost(list, draft, blockOf);
      draft.chains.push(...hostFailsafes(program.hosts, program.config));
    },

    policies({ program, chains, sets, called }) {
      for (const [settings, ids] of called) {
        for (const id of ids) {
          const block = blockIn(program, id);
          const mentions = mentionedSets(block).map(({ set, family }) =>
            setHalves(setIn(program, set), family),
          );
          const copies = blocks.get(block) ?? new Map<string, LoweredOnce>();
          blocks.set(block, copies);
          const copy = settings.stage?.name ?? '';
          let made = copies.get(copy);
          if (made === undefined || made.settings !== settings || !sameNames(made.mentions, mentions)) {
            const halves = (set: string, family: 4 | 6): SetHalves => setHalves(setIn(program, set), family);
            made = { settings, mentions, lowered: policyChains(block, settings, halves) };
            copies.set(copy, made);
          }
          for (const chain of made.lowered.chains) chains.push(chain);
          for (const set of made.lowered.portSets) sets.set(set.name, set);
          for (const halves of mentions) for (const set of halves) sets.set(set.name, set);
        }
      }
    },

    /** A map has an element for every endpoint that calls the tier; the drop behind it is for what cannot happen. */
    'passing tiers'({ chains, maps, passes: found }) {
      for (const [name, { side, any }] of found) {
        const ask = ruleLine([{ vmap: { key: { meta: { key: side } }, data: `@${name}` } }]);
        const rest =
          any === undefined
            ? ruleLine(DROP, { comment: 'unknown interface' })
            : ruleLine([COUNTER, goto(any)], { comment: 'any other interface' });
        chains.push(namedChain(name, maps.has(name) ? [ask, rest] : [rest]));
      }
    },

    masquerade({ program, chains, sets }) {
      const halves = (set: string, family: 4 | 6): SetHalves => setHalves(setIn(program, set), family);
      const made = masquerade(program.masquerade, halves);
      chains.push(...made.chains);
      for (const set of made.sets) sets.set(set.name, set);
    },
  };

  return (program) => {
    const draft: Draft = {
      program,
      settings: (settings = settingsOf(program, options.log, pass, settings)),
      chains: [],
      sets: new Map(),
      maps: new Map([FROM_MAP, TO_MAP].map((name) => [name, new Map()])),
      passes: new Map(),
      called: new Map(),
    };
    for (const name of PASSES) passes[name](draft);
    return assemble(draft);
  };
}

function addEndpoint(
  lowered: EndpointChains,
  interfaceName: string,
  direction: Direction,
  draft: Draft,
): void {
  addElement(draft, direction === 'egress' ? FROM_MAP : TO_MAP, interfaceName, lowered.chains[0]?.name ?? '');
  for (const [tier, rest] of lowered.passes) {
    const name = passChain(direction, tier);
    draft.passes.set(name, { side: direction === 'egress' ? 'iifname' : 'oifname' });
    addElement(draft, name, interfaceName, rest);
  }
}

function addHost(list: HostList, draft: Draft, blockOf: (id: BlockId) => Block): void {
  const { stage, settings, lowered } = list;
  draft.chains.push(...lowered.chains);
  for (const id of lowered.calls) {
    addCall(draft, ownCopy(blockOf(id), settings) ? settings : draft.settings, id);
  }
  if (list.interface !== '*') addElement(draft, stage.name, list.interface, lowered.chains[0]?.name ?? '');
  for (const [tier, rest] of lowered.passes) {
    const name = passChain(stage.direction, tier, stage.name);
    const { side } = stage;
    draft.passes.set(name, list.interface === '*' ? { side, any: rest } : { side });
    if (list.interface !== '*') addElement(draft, name, list.interface, rest);
  }
}

function addCall({ called }: Draft, settings: ActionSettings, id: BlockId): void {
  let ids = called.get(settings);
  if (ids === undefined) called.set(settings, (ids = new Set()));
  ids.add(id);
}

function addElement({ maps }: Draft, name: string, interfaceName: string, chain: string): void {
  let map = maps.get(name);
  if (map === undefined) maps.set(name, (map = new Map()));
  map.set(interfaceName, `goto ${chain}`);
}

/** Base chains first, in the order of hooks.ts; the others by name. */
function assemble(draft: Draft): NftRuleset {
  const base = draft.chains.filter((chain) => chain.base !== undefined);
  const others = draft.chains.filter((chain) => chain.base === undefined).sort(byName);
  const maps = [...draft.maps].map(([name, elements]): NftMap => ({ name, type: 'ifname', elements }));
  return {
    dialect: 'nftables',
    sets: named([...draft.sets.values()].sort(byName)),
    maps: named(maps.sort(byName)),
    chains: named([...base, ...others]),
  };
}

/** Members may differ; the rules only name the sets. */
function sameNames(a: readonly SetHalves[], b: readonly SetHalves[]): boolean {
  return a.every((halves, i) => {
    const others = b[i];
    return (
      halves === others ||
      (halves.length === others?.length && halves.every((half, j) => half.name === others[j]?.name))
    );
  });
}

/** Which of a list's calls pass: its chains depend on that. */
function passingLists(program: Program): (list: CallList) => string {
  const passing = new Set<BlockId>();
  for (const { id, passes } of program.blocks.values()) if (passes) passing.add(id);
  const texts = new Map<CallList, string>();
  return (list) => {
    if (passing.size === 0) return '';
    let text = texts.get(list);
    if (text === undefined) {
      text = list.tiers.flatMap((tier) => tier.calls.filter((id) => passing.has(id))).join(' ');
      texts.set(list, text);
    }
    return text;
  };
}

/** Long lists that several endpoints have, each with the name that its chains get: their size is then no product. */
function sharedLists(
  program: Program,
  direction: Direction,
  from: number,
): ReadonlyMap<CallList, SharedList> {
  const users = new Map<CallList, number>();
  for (const endpoint of program.endpoints) {
    const list = endpoint[direction];
    users.set(list, (users.get(list) ?? 0) + 1);
  }
  const shared = new Map<CallList, SharedList>();
  for (const [list, count] of users) {
    const calls = list.tiers.reduce((sum, tier) => sum + tier.calls.length, list.profiles.length);
    if (count > 1 && calls >= from) shared.set(list, { name: sharedName(list) });
  }
  return shared;
}

const names = new WeakMap<CallList, string>();

/** By content: which endpoints share it may change. */
function sharedName(list: CallList): string {
  let name = names.get(list);
  if (name === undefined) names.set(list, (name = textHash(JSON.stringify(list)).slice(0, 16)));
  return name;
}

function configKey({ config }: Program): readonly unknown[] {
  return [config.dropInvalid, config.dropVxlanFromWorkloads, config.vxlanPort, config.dropIpipFromWorkloads];
}

function blockIn(program: Program, id: BlockId): Block {
  const block = program.blocks.get(id);
  if (block === undefined) throw new TypeError(`the program has no block ${id}`);
  return block;
}

function setIn(program: Program, id: string): Parameters<typeof setHalves>[0] {
  const set = program.sets.get(id);
  if (set === undefined) throw new TypeError(`the program has no set ${id}`);
  return set;
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function named<T extends { readonly name: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}
