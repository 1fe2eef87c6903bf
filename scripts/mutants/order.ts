// Faults in the order of commits, shown to the tests that walk through every state between two policies.
import type { Fault } from './fault.ts';

const order = (name: string, file: string, search: string, replace: string): Fault => ({
  name,
  kind: 'order',
  file: `src/${file}`,
  search,
  replace,
});

export const ORDER: readonly Fault[] = [
  order(
    'sources: a change of the check has no state in between',
    'plan/between-sources.ts',
    "if (name !== 'raw') return judged;",
    "if (name !== 'never') return judged;",
  ),
  order(
    'hosts: the old policy is not asked in between',
    'plan/between-judge.ts',
    'chain(names.both, [...first, ...only(accepted), clear])',
    'chain(names.both, [...first.slice(2), ...only(accepted), clear])',
  ),
  order(
    'hosts: a rollback without a state in between',
    'apply/restore-tables.ts',
    'if (changes.length < 2 ||',
    'if (changes.length < 9 ||',
  ),
];
