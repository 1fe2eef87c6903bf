// Call lists → a chain per endpoint and direction, or per host endpoint and stage (host-chains.ts), entered through the
// dispatch map. It judges a packet completely: it accepts, drops, or leaves to the rest of the same list; it never ends
// without a verdict.
//
// With `goto`, a passing rule leaves its policy's chain for good: it goes to the tier's pass chain, whose map finds the
// endpoint again and goes to `from-<interface>/after/<tier>`, the rest of the list. With `mark`, the rule sets the pass
// bit and returns, the calls behind it ask for the bit, and the list stays one chain.
import type { NodeConfig } from '../../policy/index.ts';
import type { Direction, ResourceKey } from '../../resources/index.ts';
import type { Block, BlockId, CallList, EndpointProgram, TierCalls } from '../program.ts';
import type { NftChain, RuleLine } from '../ruleset.ts';
import { ACCEPT, type ActionSettings, deny, ownCopy } from './actions.ts';
import { endpointChain, policyChain, restChain, sharedChain } from './names.ts';
import { namedChain } from './policy-chains.ts';
import { commentText } from './quote.ts';
import { COUNTER, ctState, goto, jump, markMatch, match, metaMatch, payload, setMark } from './statement.ts';
import { ruleLine } from './text.ts';

/** A part of a call list that is one chain, and the tier whose pass leads out of it. */
interface Segment {
  readonly lines: readonly RuleLine[];
  /** The tier with passing rules that ends this segment; what follows it is the next segment. */
  readonly passing?: string;
  /** What no policy of that tier matched goes on to the next segment too. */
  readonly falls: boolean;
}

export interface EndpointChains {
  readonly chains: readonly NftChain[];
  /** Tier → the chain with the rest of this endpoint's list. */
  readonly passes: ReadonlyMap<string, string>;
  /** The blocks that a packet can reach. */
  readonly calls: ReadonlySet<BlockId>;
}

export type BlockOf = (id: BlockId) => Block;

/** What stands around the tiers and profiles of a list. */
export interface ListFrame {
  readonly cause?: ResourceKey;
  /** The list's chain; with a tier, what follows when that tier has passed the packet. */
  readonly name: (tier?: string) => string;
  readonly before: readonly RuleLine[];
  /** For what neither a tier nor a profile decided. */
  readonly end: RuleLine;
}

/** A list that several endpoints have; `name` is its content's. */
export interface SharedList {
  readonly name: string;
}

/** `owner`: whose list it is. That of several endpoints is nobody's, and has no cause. */
export function endpointChains(
  list: CallList,
  owner: EndpointProgram | SharedList,
  direction: Direction,
  config: NodeConfig,
  settings: ActionSettings,
  blockOf: BlockOf,
): EndpointChains {
  const frame: ListFrame = {
    ...('endpoint' in owner && { cause: owner.endpoint }),
    name: (tier) => {
      if (!('endpoint' in owner)) return sharedChain(direction, owner.name, tier);
      return tier === undefined
        ? endpointChain(direction, owner.interface)
        : restChain(direction, owner.interface, tier);
    },
    before: beforePolicy(direction, config, settings),
    end: noProfileMatched(settings),
  };
  return listChains(list, frame, settings, blockOf);
}

export function listChains(
  list: CallList,
  frame: ListFrame,
  settings: ActionSettings,
  blockOf: BlockOf,
): EndpointChains {
  const passes = new Map<string, string>();
  const calls = new Set<BlockId>();
  const called: BlockOf = (id) => {
    calls.add(id);
    return blockOf(id);
  };
  const chains: NftChain[] = [];
  let name = frame.name();
  for (const { lines, passing, falls } of segments(list, frame, settings, called)) {
    const rest = passing === undefined ? '' : frame.name(passing);
    const last = falls ? [ruleLine([COUNTER, goto(rest)], { comment: tierComment(passing) })] : [];
    chains.push(namedChain(name, [...lines, ...last], frame.cause));
    if (passing !== undefined) passes.set(passing, rest);
    name = rest;
  }
  return { chains, passes, calls };
}

export function noProfileMatched(settings: ActionSettings): RuleLine {
  return ruleLine(deny(settings), { comment: 'no profile matched' });
}

function segments(list: CallList, frame: ListFrame, settings: ActionSettings, blockOf: BlockOf): Segment[] {
  const done: Segment[] = [];
  let lines = [...frame.before];
  for (const tier of list.tiers) {
    const passing = tier.calls.some((id) => blockOf(id).passes);
    lines.push(...tierLines(tier, passing, settings, blockOf));
    if (passing && settings.pass === 'goto') {
      done.push({ lines, passing: tier.name, falls: tier.end === 'next' });
      lines = [];
    } else if (tier.end === 'deny' && !passing) {
      // Nothing gets past this tier.
      return [...done, { lines, falls: false }];
    }
  }
  lines.push(...list.profiles.map((id) => ruleLine([COUNTER, jump(calledChain(blockOf(id), settings))])));
  lines.push(frame.end);
  return [...done, { lines, falls: false }];
}

function calledChain(block: Block, settings: ActionSettings): string {
  return policyChain(block, ownCopy(block, settings) ? settings.stage?.name : undefined);
}

function tierLines(
  tier: TierCalls,
  passing: boolean,
  settings: ActionSettings,
  blockOf: BlockOf,
): RuleLine[] {
  const comment = tierComment(tier.name);
  const marks = passing && settings.pass === 'mark';
  const lines: RuleLine[] = [];
  if (marks)
    lines.push(
      ruleLine([setMark(settings.passBit, false)], { comment: commentText(`start of tier ${tier.name}`) }),
    );
  let guarded = false;
  const guard = () => (guarded ? [markMatch(settings.passBit, false)] : []);
  for (const id of tier.calls) {
    const block = blockOf(id);
    lines.push(ruleLine([...guard(), COUNTER, jump(calledChain(block, settings))], { comment }));
    guarded ||= marks && block.passes;
  }
  if (tier.end === 'deny')
    lines.push(
      ruleLine([...guard(), ...deny(settings)], { comment: commentText(`end of tier ${tier.name}`) }),
    );
  return lines;
}

function tierComment(tier = ''): string {
  return commentText(`tier ${tier}`);
}

/** Conntrack, then the encapsulations that a workload must not send. */
function beforePolicy(direction: Direction, config: NodeConfig, settings: ActionSettings): RuleLine[] {
  const lines = conntrack(config, settings);
  if (direction === 'ingress') return lines;
  if (config.dropVxlanFromWorkloads) {
    const port = match(payload('udp', 'dport'), config.vxlanPort);
    lines.push(ruleLine([port, ...deny(settings)], { comment: 'VXLAN from a workload' }));
  }
  if (config.dropIpipFromWorkloads) {
    lines.push(ruleLine([metaMatch('l4proto', 4), ...deny(settings)], { comment: 'IPIP from a workload' }));
  }
  return lines;
}

export function conntrack(config: NodeConfig, settings: ActionSettings): RuleLine[] {
  const lines = [ruleLine([ctState('established', 'related'), ...ACCEPT])];
  if (config.dropInvalid) lines.push(ruleLine([ctState('invalid'), ...deny(settings)]));
  return lines;
}
