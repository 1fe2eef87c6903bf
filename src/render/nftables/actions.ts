// What a rule's action is in nft: the statements behind the matches.
import type { NodeConfig } from '../../policy/index.ts';
import type { Block, ProgramRule } from '../program.ts';
import { type LogTarget, NFLOG_GROUP } from '../log-target.ts';
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
}

export function deny(settings: Pick<ActionSettings, 'denyAction'>): readonly Statement[] {
  return [COUNTER, settings.denyAction === 'reject' ? { reject: null } : { drop: null }];
}

export const ACCEPT: readonly Statement[] = [COUNTER, { accept: null }];
export const DROP: readonly Statement[] = [COUNTER, { drop: null }];
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
      return ACCEPT;
    case 'deny':
      return deny(settings);
    case 'log':
      return [COUNTER, logStatement(rule.logPrefix ?? '', settings.log)];
    case 'pass':
      if (passesByMark(block, nested, settings)) return [setMark(settings.passBit, true), ...RETURN];
      return block.kind === 'profile'
        ? RETURN
        : [COUNTER, goto(passChain(block.direction, block.tier ?? ''))];
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
