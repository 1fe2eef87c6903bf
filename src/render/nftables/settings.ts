// The settings behind a ruleset's actions, the same object as long as they say the same: what was made with them is
// kept by them.
import { problem, TortieError } from '../../errors/problem.ts';
import type { LogTarget } from '../log-target.ts';
import type { Program } from '../program.ts';
import type { ActionSettings } from './actions.ts';
import type { HostStage } from './host-stages.ts';

/** The same object as `last` when it says the same. Throws TortieError `render/no-mark-bit` for a mask without bits. */
export function settingsOf(
  { config }: Program,
  log: LogTarget,
  pass: ActionSettings['pass'],
  last: ActionSettings | undefined,
): ActionSettings {
  const { denyAction, markMask } = config.nftables;
  if (markMask === 0) throw noBit('has no bit in it');
  const passBit = lowestBit(markMask);
  const acceptedBit = lowestBit(markMask & ~passBit);
  return last?.denyAction === denyAction && last.passBit === passBit && last.acceptedBit === acceptedBit
    ? last
    : { denyAction, log, pass, passBit, acceptedBit };
}

const cache = new WeakMap<ActionSettings, Map<HostStage, ActionSettings>>();

/** Throws TortieError `render/no-mark-bit` for a stage that needs a second bit. */
export function stageSettings(settings: ActionSettings, stage: HostStage): ActionSettings {
  if (stage.allow !== 'accept' && settings.acceptedBit === 0) {
    throw noBit('has only one bit, and untracked and pre-DNAT policy needs a second one');
  }
  let stages = cache.get(settings);
  if (stages === undefined) cache.set(settings, (stages = new Map()));
  let made = stages.get(stage);
  if (made === undefined) stages.set(stage, (made = { ...settings, stage }));
  return made;
}

function noBit(what: string): TortieError {
  return new TortieError([
    problem('render/no-mark-bit', `the mark mask for nftables ${what}`, {
      hint: 'give nftablesMarkMask of FelixConfiguration more bits, e.g. 0xffff0000',
    }),
  ]);
}

function lowestBit(mask: number): number {
  return (mask & -mask) >>> 0;
}
