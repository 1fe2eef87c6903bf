// One stage of a host endpoint → the chain that every interface with this list shares, named by its content. Entered by
// `goto` from the dispatch with *passed* clear and, but in the forward stages, *accepted* too. A denied packet is
// dropped here; an allowed one comes back to the chain that jumped to the dispatch. With *accepted* set: always from the
// stages in filter; from untracked and pre-DNAT stages only if a policy allowed it.
import { textHash } from '../hash.ts';
import type { Direction } from '../../resources/index.ts';
import type { CallList } from '../program.ts';
import type { ChainText, RuleLine } from '../ruleset.ts';
import { ALLOW_CHAIN } from './actions.ts';
import { whenSet } from './bits.ts';
import { type CallContext, callRules, clearBoth, conntrackRules } from './call-list.ts';
import { chain, CHAIN_NAME_MAX, CHAIN_PREFIX } from './chain.ts';
import { failsafeChainName } from './failsafes.ts';

export type HostStage = 'untracked' | 'preDnat' | 'forward' | 'normal';

export interface StageList {
  readonly stage: HostStage;
  readonly direction: Direction;
  readonly list: CallList;
}

export interface StageContext extends CallContext {
  /** The failsafe chain of the direction: absent, accepting, or marking what it takes *passed*. */
  readonly failsafes: (direction: Direction) => 'none' | 'accept' | 'mark';
}

const SHORT = { untracked: 'untr', preDnat: 'pred', forward: 'forw', normal: 'host' };

export function stageListName({ stage, direction, list }: StageList): string {
  const way = direction === 'ingress' ? 'i' : 'o';
  return `${CHAIN_PREFIX}${SHORT[stage]}-${way}-${textHash(JSON.stringify(list))}`.slice(0, CHAIN_NAME_MAX);
}

export function lowerStageList(of: StageList, context: StageContext): ChainText {
  const { stage, direction, list } = of;
  const rules = [...head(stage, context)];
  if (stage !== 'forward') rules.push(...failsafeRules(direction, context));
  return chain(stageListName(of), [...rules, ...callRules(list, context, end(stage, context))]);
}

function head(stage: HostStage, context: StageContext): RuleLine[] {
  switch (stage) {
    case 'untracked':
      return [];
    case 'preDnat': {
      const [, ...invalid] = conntrackRules(context);
      // Allowed by this stage, but not *accepted*.
      return [{ text: '-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN' }, ...invalid];
    }
    case 'forward':
      return [...conntrackRules(context), clearBoth(context)];
    case 'normal':
      return conntrackRules(context);
  }
}

function failsafeRules(direction: Direction, { failsafes, bits }: StageContext): RuleLine[] {
  const kind = failsafes(direction);
  if (kind === 'none') return [];
  const call: RuleLine = { text: `-j ${failsafeChainName(direction)}` };
  return kind === 'accept' ? [call] : [call, { text: `${whenSet(bits.passed)} -j RETURN` }];
}

function end(stage: HostStage, { targets }: StageContext): RuleLine[] {
  if (stage === 'forward') return [{ text: `-g ${ALLOW_CHAIN}`, comment: 'no policy decided' }];
  return stage === 'normal' ? [{ text: targets.deny, comment: 'no profile matched' }] : [];
}
