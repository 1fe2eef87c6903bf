// observe → plan → execute → confirm, for one dialect. What was applied last stays in memory, so that a change needs no
// look at the kernel; after any failure the memory counts for nothing and the kernel is read again.
import { problem, type Problem, type Result } from '../errors/problem.ts';
import { detectBackend, withLock } from '../host/index.ts';
import type { IptablesBackend, Plan } from '../plan/types.ts';
import type { Ruleset } from '../render/ruleset.ts';
import { clearFound, type Dataplane, findDataplanes, type Found } from './clear.ts';
import { type DialectDriver, iptablesDriver, nftDriver } from './drivers.ts';
import { execute, tidy } from './execute.ts';
import type { Applier, ApplierOptions, ApplyResult, Comparison } from './types.ts';

export function createApplier(options: ApplierOptions): Applier {
  const { run } = options;
  let driver: DialectDriver | undefined;
  /** The ruleset that the kernel holds, as far as we know. */
  let current: Ruleset | undefined;
  let othersGone = false;
  /** How the next look at the kernel compares. */
  let compare: Comparison = 'whole';

  async function ready(): Promise<Result<DialectDriver>> {
    if (driver) return { value: driver, problems: [] };
    if (options.dialect === 'nftables') driver = nftDriver(run);
    else {
      const backend = await backendOf(options);
      if (!backend.value) return { problems: backend.problems };
      driver = iptablesDriver(run, { backend: backend.value, wait: options.xtablesWait ?? 10 });
    }
    return { value: driver, problems: [] };
  }

  async function locked<T>(work: () => Promise<T>): Promise<Result<T>> {
    if (options.lock === false) return { value: await work(), problems: [] };
    return withLock(work, options.lock);
  }

  async function applyNow(wanted: Ruleset): Promise<ApplyResult> {
    const chosen = await ready();
    if (!chosen.value) return failed(chosen.problems);
    const remembered = current;
    current = undefined;
    let result = await attempt(chosen.value, wanted, remembered);
    // What we remember may not be what is there any more: look, and try once more.
    if (!result.ok && remembered) result = await attempt(chosen.value, wanted, undefined);
    compare = 'whole';
    if (result.ok) current = wanted;
    return result;
  }

  async function attempt(
    using: DialectDriver,
    wanted: Ruleset,
    known: Ruleset | undefined,
  ): Promise<ApplyResult> {
    // Looking for the other dataplanes takes as long as looking at ours, so both go on at once.
    const looking = othersGone ? undefined : findDataplanes(run, othersOf(using));
    const planned: Result<Plan> = known
      ? { value: using.planFrom(known, wanted), problems: [] }
      : await using.observeAndPlan(wanted, { show: false, compare });
    const plan = planned.value;
    const found = await looking;
    if (!plan) return failed(planned.problems);
    const execution = await execute(run, plan);
    const problems = [...plan.problems, ...execution.problems];
    if (!execution.ok) {
      if (execution.changed) problems.push(...(await using.restore(known)));
      return { ok: false, changed: execution.changed, plan, problems };
    }
    const others = await clearOthers(found);
    problems.push(...others.problems, ...(await tidy(run, plan)));
    return { ok: true, changed: execution.changed || others.changed, plan, problems };
  }

  /** The new rules are in force before the old ones of another dataplane go. */
  async function clearOthers(
    found: Found | undefined,
  ): Promise<{ problems: readonly Problem[]; changed: boolean }> {
    if (!found) return { problems: [], changed: false };
    const { ok, removed, problems } = await clearFound(run, found);
    othersGone = ok;
    // The new rules hold; what is left of the old can only deny more.
    const warnings = problems.map((p): Problem => ({ ...p, severity: 'warning' }));
    return { problems: warnings, changed: removed.length > 0 };
  }

  return {
    async plan(wanted) {
      const wrong = mismatch(options, wanted);
      if (wrong) return { problems: [wrong] };
      const chosen = await ready();
      return chosen.value
        ? chosen.value.observeAndPlan(wanted, { show: true, compare: 'whole' })
        : { problems: chosen.problems };
    },
    async apply(wanted) {
      const wrong = mismatch(options, wanted);
      if (wrong) return failed([wrong]);
      if (current === wanted) return { ok: true, changed: false, problems: [] };
      const done = await locked(() => applyNow(wanted));
      return done.value ?? failed(done.problems);
    },
    forget(options = {}) {
      current = undefined;
      othersGone = false;
      compare = options.compare ?? 'whole';
    },
  };
}

const DATAPLANES: readonly Dataplane[] = ['nftables', 'iptables-nft', 'iptables-legacy'];

function othersOf({ dataplane }: DialectDriver): readonly Dataplane[] {
  return DATAPLANES.filter((name) => name !== dataplane);
}

async function backendOf({ run, backend = 'auto' }: ApplierOptions): Promise<Result<IptablesBackend>> {
  return backend === 'auto' ? detectBackend(run) : { value: backend, problems: [] };
}

function mismatch({ dialect }: ApplierOptions, wanted: Ruleset): Problem | undefined {
  if (wanted.dialect === dialect) return undefined;
  return problem('apply/dialect', `a ruleset for ${wanted.dialect} cannot be applied with ${dialect}`);
}

function failed(problems: readonly Problem[]): ApplyResult {
  return { ok: false, changed: false, problems };
}
