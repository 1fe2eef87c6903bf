// What a rule does, as targets. *Allow* and *pass* are a `goto` to a chain that sets the bit and ends: the packet then
// goes on behind the jump that led to the policy's chain, so one kernel rule does it, and it is counted once.
import type { DialectConfig } from '../../policy/index.ts';
import { type LogTarget, NFLOG_GROUP } from '../log-target.ts';
import type { ProgramRule } from '../program.ts';
import type { IptablesTableName } from '../ruleset.ts';
import { logPrefix } from './quote.ts';

export const ALLOW_CHAIN = 'tortie-allow';
export const PASS_CHAIN = 'tortie-pass';

export interface Targets {
  readonly deny: string;
  /** What ends a packet that nothing of ours has to judge any more, where our chain may decide that. */
  readonly accept: string;
  readonly log: LogTarget;
}

/** The kernel takes REJECT in the table filter alone, so the others drop whatever is configured. */
export function targets(config: DialectConfig, log: LogTarget, table: IptablesTableName = 'filter'): Targets {
  return {
    deny: config.denyAction === 'reject' && table === 'filter' ? '-j REJECT' : '-j DROP',
    accept: config.acceptAction === 'return' ? '-j RETURN' : '-j ACCEPT',
    log,
  };
}

export function ruleTarget(rule: ProgramRule, t: Targets): string {
  switch (rule.action) {
    case 'allow':
      return `-g ${ALLOW_CHAIN}`;
    case 'pass':
      return `-g ${PASS_CHAIN}`;
    case 'deny':
      return t.deny;
    case 'log': {
      const prefix = logPrefix(rule.logPrefix ?? '', t.log);
      return t.log === 'log'
        ? `-j LOG --log-prefix ${prefix} --log-level 5`
        : `-j NFLOG --nflog-group ${NFLOG_GROUP} --nflog-prefix ${prefix} --nflog-size 80`;
    }
  }
}
