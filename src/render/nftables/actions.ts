// What a rule's action is in nft: the statements behind the matches.
import type { NodeConfig } from '../../policy/index.ts';
import type { Block, ProgramRule } from '../program.ts';
import { type LogTarget, NFLOG_GROUP } from '../log-target.ts';
import type { HostStage } from './host-stages.ts';
import { passChain } from './names.ts';
import { logPrefixText } from './quote.ts';
import { COUNTER, goto, setMark, type Statement } from './statement.ts';

/** Everything that the text of a policy's chains depends on, beside the policy and its sets. */
export interface ActionSettings {
  readonly denyAction: NodeConfig['nftables']['denyAction'];
  readonly log: LogTarget;
  readonly pass: 'goto' | 'mark';
  /** The one bit of the packet mark that says "passed"; 0 when the mask has none. */
  readonly passBit: number;
  /** Says that a host stage before the routing has accepted the packet; 0 when the mask has no second bit. */
  readonly acceptedBit: number;
  /** Absent: the lists of workloads. */
  readonly stage?: HostStage;
}

export function deny(settings: ActionSettings): readonly Statement[] {
  return rejects(settings) ? REJECT : DROP;
}

/** What an allow of a policy does: early stages leave a sign for those that come after them. */
export function allow({ stage, acceptedBit }: ActionSettings): readonly Statement[] {
  if (stage === undefined || stage.allow === 'accept') return ACCEPT;
  const setBit = setMark(acceptedBit, true);
  return stage.allow === 'flag'
    ? [setBit, ...ACCEPT]
    : [setBit, COUNTER, { notrack: null }, { accept: null }];
}

function rejects({ denyAction, stage }: ActionSettings): boolean {
  return denyAction === 'reject' && stage?.cannotReject !== true;
}

/** Do the block's chains say something else in this stage than in the lists of workloads? */
export function ownCopy(block: Block, settings: ActionSettings): boolean {
  const { stage } = settings;
  if (stage === undefined) return false;
  const has = (action: ProgramRule['action']): boolean => block.rules.some((rule) => rule.action === action);
  return (
    (stage.allow !== 'accept' && has('allow')) ||
    (stage.cannotReject && settings.denyAction === 'reject' && has('deny')) ||
    (block.kind === 'policy' && settings.pass === 'goto' && block.passes)
  );
}

export const ACCEPT: readonly Statement[] = [COUNTER, { accept: null }];
export const DROP: readonly Statement[] = [COUNTER, { drop: null }];
const REJECT: readonly Statement[] = [COUNTER, { reject: null }];
export const RETURN: readonly Statement[] = [COUNTER, { return: null }];

/**
 * `nested`: the rule stands in a chain of its own, from which `return` only leads back into the policy's chain.
 * A profile's pass means the next profile, which is where the end of the profile's chain leads to.
 */
export function ruleAction(
  rule: ProgramRule,
  block: Block,
  nested: boolean,
  settings: ActionSettings,
): readonly Statement[] {
  switch (rule.action) {
    case 'allow':
      return allow(settings);
    case 'deny':
      return deny(settings);
    case 'log':
      return [COUNTER, logStatement(rule.logPrefix ?? '', settings.log)];
    case 'pass':
      if (passesByMark(block, nested, settings)) return [setMark(settings.passBit, true), ...RETURN];
      return block.kind === 'profile'
        ? RETURN
        : [COUNTER, goto(passChain(block.direction, block.tier ?? '', settings.stage?.name))];
  }
}

/** Does a pass in this place set the pass bit? */
export function passesByMark(block: Block, nested: boolean, settings: ActionSettings): boolean {
  return block.kind === 'profile' ? nested : settings.pass === 'mark';
}

function logStatement(prefix: string, target: LogTarget): Statement {
  const text = logPrefixText(prefix);
  return { log: target === 'nflog' ? { prefix: text, group: NFLOG_GROUP } : { prefix: text, level: 'info' } };
}
