// A call list (tiers, then profiles, of one direction) → the chain that every endpoint with this list shares. It is named
// by its content. The chain is entered by `goto`, so its end comes back behind the jump to the dispatch, with
// *accepted* set: whatever did not set it was dropped on the way.
import type { Family } from '../../net/index.ts';
import type { NodeConfig } from '../../policy/index.ts';
import type { Direction } from '../../resources/index.ts';
import { textHash } from '../hash.ts';
import type { Block, BlockId, CallList, TierCalls } from '../program.ts';
import type { ChainText, RuleLine } from '../ruleset.ts';
import { ALLOW_CHAIN, type Targets } from './actions.ts';
import { type Bits, clearBits, whenClear, whenSet } from './bits.ts';
import { blockChainName, blockEffects } from './block.ts';
import { chain, CHAIN_NAME_MAX, CHAIN_PREFIX } from './chain.ts';
import { commentText } from './quote.ts';

export interface CallContext {
  readonly family: Family;
  readonly bits: Bits;
  readonly targets: Targets;
  readonly config: NodeConfig;
  readonly block: (id: BlockId) => Block;
  /** Told of every block that the list really calls. */
  readonly called: (block: Block) => void;
  /** A stage of a host endpoint may have come before, so the bits are not clear at any stage. */
  readonly hosts: boolean;
}

const names = new WeakMap<CallList, string>();

/** By content and direction alone, so that it can stand in a dispatch rule before the chain is made. */
export function callListName(list: CallList, direction: Direction): string {
  let hash = names.get(list);
  if (hash === undefined) names.set(list, (hash = textHash(JSON.stringify(list))));
  return `${CHAIN_PREFIX}${direction}-${hash}`.slice(0, CHAIN_NAME_MAX);
}

interface LoweredList {
  /** Every block of the list, in order. */
  readonly blocks: readonly Block[];
  readonly called: readonly BlockId[];
  readonly chain: ChainText;
}

const lowered = new WeakMap<CallList, Map<string, LoweredList>>();

/** The same chain as last time, as long as list, blocks and settings are. */
export function lowerCallList(list: CallList, direction: Direction, context: CallContext): ChainText {
  const variants = lowered.get(list) ?? new Map<string, LoweredList>();
  lowered.set(list, variants);
  const variant = variantOf(direction, context);
  const known = variants.get(variant);
  const ids = list.tiers.flatMap((tier) => tier.calls).concat(list.profiles);
  if (known !== undefined && ids.every((id, i) => sameCall(context.block(id), known.blocks[i], context))) {
    for (const id of known.called) context.called(context.block(id));
    return known.chain;
  }
  const called: BlockId[] = [];
  const noting = { ...context, called: (block: Block) => void called.push(block.id) };
  const made = newListChain(list, direction, noting);
  variants.set(variant, { blocks: ids.map(context.block), called, chain: made });
  for (const id of called) context.called(context.block(id));
  return made;
}

/** Of a block of the same id, a list only knows what it can do. */
function sameCall(block: Block, before: Block | undefined, { family }: CallContext): boolean {
  if (block === before) return true;
  if (before === undefined) return false;
  const [now, then] = [blockEffects(block, family), blockEffects(before, family)];
  return now.allows === then.allows && now.passes === then.passes;
}

/** Everything but list and blocks on which the chain depends. */
function variantOf(direction: Direction, { family, bits, targets, config, hosts }: CallContext): string {
  const { dropInvalid, dropVxlanFromWorkloads, vxlanPort, dropIpipFromWorkloads } = config;
  const drops = [dropInvalid, dropVxlanFromWorkloads && vxlanPort, dropIpipFromWorkloads];
  return [direction, family, bits.accepted, bits.passed, hosts, targets.deny, ...drops].join(' ');
}

function newListChain(list: CallList, direction: Direction, context: CallContext): ChainText {
  const rules = conntrackRules(context);
  if (direction === 'egress') rules.push(...tunnelRules(context));
  // The bits are clear at the first stage; the second must not see what the first left in them.
  if (direction === 'ingress' || context.hosts) rules.push(clearBoth(context));
  rules.push(...callRules(list, context, [{ text: context.targets.deny, comment: 'no profile matched' }]));
  return chain(callListName(list, direction), rules);
}

export function clearBoth({ bits }: { readonly bits: Bits }): RuleLine {
  return { text: clearBits(bits.accepted | bits.passed) };
}

/** Established traffic is allowed by this stage only; the next stage still asks whether it knows the interface. */
export function conntrackRules({ config, targets }: Pick<CallContext, 'config' | 'targets'>): RuleLine[] {
  const rules: RuleLine[] = [{ text: `-m conntrack --ctstate RELATED,ESTABLISHED -g ${ALLOW_CHAIN}` }];
  if (config.dropInvalid) rules.push({ text: `-m conntrack --ctstate INVALID ${targets.deny}` });
  return rules;
}

function tunnelRules({ config, targets }: CallContext): RuleLine[] {
  const rules: RuleLine[] = [];
  if (config.dropVxlanFromWorkloads) {
    const text = `-p udp -m udp --dport ${config.vxlanPort} ${targets.deny}`;
    rules.push({ text, comment: 'VXLAN from a workload' });
  }
  if (config.dropIpipFromWorkloads)
    rules.push({ text: `-p 4 ${targets.deny}`, comment: 'IPIP from a workload' });
  return rules;
}

/** Tiers, then profiles; `end` is what meets a packet that none of them decided on. *passed* is clear at the start. */
export function callRules(list: CallList, context: CallContext, end: readonly RuleLine[]): RuleLine[] {
  const { bits, targets } = context;
  const rules: RuleLine[] = [];
  // Whether *passed* may be set by what was called before; it is cleared where somebody will ask for it.
  let stale = false;
  const call = (block: Block, guard: boolean) => {
    context.called(block);
    const { allows } = blockEffects(block, context.family);
    const when = guard ? `${whenClear(bits.passed)} ` : '';
    rules.push({ text: `${when}-j ${blockChainName(block)}`, comment: commentText(block.id) });
    if (allows) rules.push({ text: `${whenSet(bits.accepted)} -j RETURN` });
  };
  const clear = (comment: string) => {
    if (stale) rules.push({ text: clearBits(bits.passed), comment });
    stale = false;
  };
  for (const tier of list.tiers) {
    const passes = tierPasses(tier, context);
    if (passes) clear(commentText(`tier ${tier.name}`));
    let passed = false;
    for (const id of tier.calls) {
      const block = context.block(id);
      call(block, passed);
      passed ||= blockEffects(block, context.family).passes;
    }
    stale ||= passes;
    if (tier.end === 'next') continue;
    const comment = commentText(`tier ${tier.name}: no match`);
    if (!passes) return [...rules, { text: targets.deny, comment }]; // nothing gets past it
    rules.push({ text: `${whenClear(bits.passed)} ${targets.deny}`, comment });
  }
  for (const id of list.profiles) {
    const block = context.block(id);
    const { passes } = blockEffects(block, context.family);
    if (passes) clear(commentText(block.id));
    call(block, false);
    stale ||= passes;
  }
  return [...rules, ...end];
}

function tierPasses(tier: TierCalls, { block, family }: CallContext): boolean {
  return tier.calls.some((id) => blockEffects(block(id), family).passes);
}
