// The two dialects behind one interface: read the kernel, plan from what was read or remembered, put back.
import type { Problem, Result } from '../errors/problem.ts';
import type { Runner } from '../host/index.ts';
import { planIptables, planNft } from '../plan/index.ts';
import { withProblems } from '../plan/script.ts';
import type { IptablesBackend, ObservedIptables, Plan } from '../plan/types.ts';
import type { IptablesRuleset, NftRuleset, Ruleset } from '../render/ruleset.ts';
import type { Dataplane } from './clear.ts';
import { execute } from './execute.ts';
import { observeIptables, observeNft } from './observe.ts';
import type { Comparison } from './types.ts';
import { anyLooksEqual, compareIptables, compareNft, type Compared } from './scratch.ts';

interface Look {
  readonly show: boolean;
  /** Unless the changes are shown: whether chains that look equal are compared rule by rule. */
  readonly compare: Comparison;
}

export interface DialectDriver {
  readonly dataplane: Dataplane;
  planFrom(known: Ruleset, wanted: Ruleset): Plan;
  /** `show`: the changes will be read, so both sides are brought into one spelling whatever it costs. */
  observeAndPlan(wanted: Ruleset, options: Look): Promise<Result<Plan>>;
  /** After a failure that was perhaps not undone in full: back to `known`, or else to what was observed last. */
  restore(known: Ruleset | undefined): Promise<readonly Problem[]>;
}

export function nftDriver(run: Runner): DialectDriver {
  return {
    dataplane: 'nftables',
    planFrom: (known, wanted) => planNft(known as NftRuleset, wanted as NftRuleset),
    async observeAndPlan(ruleset, look) {
      const wanted = ruleset as NftRuleset;
      const observed = await observeNft(run);
      if (observed.problems.some(isError)) return { problems: observed.problems };
      const there = observed.value;
      if (!there || !whole(look, () => anyLooksEqual(there.chains, wanted.chains))) {
        return { value: planNft(there, wanted), problems: observed.problems };
      }
      const compared = await compareNft(run, there, wanted);
      return planned(compared, (c) => planNft(c.observed, wanted, c.shown ? { shown: c.shown } : {}));
    },
    // One transaction: there is nothing to put back.
    restore: async () => [],
  };
}

export function iptablesDriver(
  run: Runner,
  options: { readonly backend: IptablesBackend; readonly wait: number },
): DialectDriver {
  const { backend } = options;
  let before: ObservedIptables | undefined;
  return {
    dataplane: `iptables-${backend}`,
    planFrom: (known, wanted) => planIptables(known as IptablesRuleset, wanted as IptablesRuleset, options),
    async observeAndPlan(ruleset, look) {
      const wanted = ruleset as IptablesRuleset;
      const observed = await observeIptables(run, backend);
      before = observed.value;
      if (!before || observed.problems.some(isError)) return { problems: observed.problems };
      const there = before;
      if (!isThere(there) || !whole(look, () => looksEqual(there, wanted))) {
        return { value: withProblems(planIptables(there, wanted, options), observed.problems), problems: [] };
      }
      const compared = await compareIptables(run, there, wanted, backend);
      const plan = (c: Compared<ObservedIptables>) =>
        planIptables(c.observed, wanted, c.shown ? { ...options, shown: c.shown } : options);
      return planned({ ...compared, problems: [...observed.problems, ...compared.problems] }, plan);
    },
    async restore(known) {
      const target = (known as IptablesRuleset | undefined) ?? before;
      if (!target) return [];
      const now = await observeIptables(run, backend);
      if (!now.value) return now.problems;
      return (await execute(run, planIptables(now.value, target, options))).problems;
    },
  };
}

/** Whether to compare whole, which finds something only where anything looks equal. */
function whole({ show, compare }: Look, equal: () => boolean): boolean {
  return show || (compare === 'whole' && equal());
}

function isThere({ tables, ipsets }: ObservedIptables): boolean {
  return tables[4].size + tables[6].size + ipsets.size > 0;
}

function looksEqual(observed: ObservedIptables, wanted: IptablesRuleset): boolean {
  return ([4, 6] as const).some((family) =>
    [...wanted.tables[family]].some(([name, table]) =>
      anyLooksEqual(observed.tables[family].get(name)?.chains ?? new Map(), table.chains),
    ),
  );
}

function planned<R>(compared: Result<Compared<R>>, plan: (compared: Compared<R>) => Plan): Result<Plan> {
  if (!compared.value) return { problems: compared.problems };
  return { value: withProblems(plan(compared.value), compared.problems), problems: [] };
}

function isError(problem: Problem): boolean {
  return problem.severity === 'error';
}
