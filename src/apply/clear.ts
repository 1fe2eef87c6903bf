// Taking everything of ours out of the kernel: the nft table, the chains and hooks of both iptables backends, the IP
// sets. Nothing is assumed about which of them is there, and nothing of others is touched.
import type { Problem, Result } from '../errors/problem.ts';
import { type LockOptions, type Runner, withLock } from '../host/index.ts';
import { planIptables } from '../plan/index.ts';
import { NO_IPTABLES } from '../plan/iptables.ts';
import { planOf, script } from '../plan/script.ts';
import type { Command, IptablesBackend, Plan } from '../plan/types.ts';
import { execute, tidy } from './execute.ts';
import { foreignNft, isForeignNft } from './foreign.ts';
import { NFT_LIST, observeIptables, unreadable } from './observe.ts';
import type { ClearResult } from './types.ts';

export interface ClearOptions {
  readonly run: Runner;
  readonly lock?: false | LockOptions;
  /** Only say what there is. */
  readonly dryRun?: boolean;
}

export type Dataplane = 'nftables' | 'iptables-nft' | 'iptables-legacy';

const ALL: readonly Dataplane[] = ['nftables', 'iptables-nft', 'iptables-legacy'];

/** Every trace of ours. `ok` also when there was nothing, or when a tool is missing, without which nothing can be there. */
export async function clearAll(options: ClearOptions): Promise<ClearResult> {
  const work = () => clearDataplanes(options.run, ALL, options);
  if (options.lock === false) return work();
  const done: Result<ClearResult> = await withLock(work, options.lock);
  return done.value ?? { ok: false, removed: [], problems: done.problems };
}

/** What there is of ours in some dataplanes, not yet removed. */
export interface Found {
  readonly findings: readonly Finding[];
  /** Sets that can go; they belong to both iptables backends, so only when both go. */
  readonly sets: readonly string[];
  readonly problems: readonly Problem[];
}

async function clearDataplanes(
  run: Runner,
  dataplanes: readonly Dataplane[],
  options: { readonly dryRun?: boolean },
): Promise<ClearResult> {
  return clearFound(run, await findDataplanes(run, dataplanes), options);
}

/** Changes nothing. */
export async function findDataplanes(run: Runner, dataplanes: readonly Dataplane[]): Promise<Found> {
  const all = dataplanes.includes('iptables-nft') && dataplanes.includes('iptables-legacy');
  const results = await Promise.all(
    dataplanes.map((name) => (name === 'nftables' ? findNft(run) : findIptables(run, name, { sets: all }))),
  );
  const findings = results.flatMap((f) => f.value ?? []);
  const problems = results.flatMap((f) => f.problems).filter((p) => p.code !== 'host/no-tool');
  return { findings, sets: all ? mergedSets(findings) : [], problems };
}

/** The caller holds the lock. */
export async function clearFound(
  run: Runner,
  found: Found,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<ClearResult> {
  const problems = [...found.problems];
  const removed: string[] = [];
  for (const { plan, what } of found.findings) {
    const execution = dryRun ? { ok: true, problems: [] } : await execute(run, plan);
    problems.push(...execution.problems);
    if (execution.ok) removed.push(...what);
  }
  if (found.sets.length > 0) {
    const left = dryRun ? [] : await tidy(run, destroyPlan(found.sets));
    problems.push(...left);
    if (left.length === 0) removed.push(`ipset: ${found.sets.length} sets`);
  }
  // Here nothing but the removal was asked for, so what could not be removed is no mere warning.
  const ok = problems.every((p) => p.severity !== 'error' && p.code !== 'apply/left-over');
  return { ok, removed, problems };
}

interface Finding {
  readonly what: readonly string[];
  readonly plan: Plan;
  readonly sets: readonly string[];
}

/**
 * Takes the base chains away first, in a transaction of their own: while the table goes, they would look up verdict maps whose
 * elements are gone already, and drop packets as those of an unknown interface (src/plan/nft.ts). Emptied alone they must not
 * be: nft 1.0.6 can do that even where it crashes on all else, and would leave a table that judges nothing.
 */
function unhook(chains: string): Command[] {
  const hooked = [...chains.matchAll(/^\tchain (\S+) \{\n\t\ttype [^\n]* hook /gm)].map(([, name]) => name);
  if (hooked.length === 0) return [];
  const lines = hooked.flatMap((name) => [
    `flush chain inet tortie ${name}`,
    `delete chain inet tortie ${name}`,
  ]);
  return [nftCommand(lines, 'remove the hooks')];
}

function nftCommand(lines: readonly string[], purpose: string): Command {
  const text = script();
  text.addAll(lines);
  return text.command(['nft', '-f', '-'], purpose);
}

async function findNft(run: Runner): Promise<Result<Finding>> {
  // By name only: a listing of the contents could crash on what another version wrote. And by its chains: to list the
  // tables, nft 1.0.6 reads every rule of the host, to list the chains it reads none.
  const argv = ['nft', 'list', 'chains', 'inet'];
  const result = await run.run(argv);
  if (result.exitCode !== 0) return { problems: [unreadable(argv, result)] };
  const chains = /^table inet tortie \{\n[^]*?^\}/m.exec(result.stdout)?.[0];
  if (chains === undefined) return { problems: [] };
  const listed = await run.run(NFT_LIST);
  // Where the contents cannot be read, the names of the chains tell whose it is.
  if (isForeignNft(listed.exitCode === 0 ? listed.stdout : chains)) {
    return { problems: [asWarning(foreignNft())] };
  }
  const commands = [...unhook(chains), nftCommand(['delete table inet tortie'], 'remove the table')];
  return {
    value: {
      what: ['nftables: table inet tortie'],
      plan: planOf({ prepare: [], tests: [], commands }, () => []),
      sets: [],
    },
    problems: [],
  };
}

async function findIptables(
  run: Runner,
  name: Dataplane,
  options: { readonly sets: boolean },
): Promise<Result<Finding>> {
  const backend: IptablesBackend = name === 'iptables-nft' ? 'nft' : 'legacy';
  const observed = await observeIptables(run, backend, options);
  if (!observed.value) return { problems: observed.problems };
  const { tables, ipsets } = observed.value;
  const plan = planIptables({ ...observed.value, ipsets: new Map() }, NO_IPTABLES, { backend });
  const what = ([4, 6] as const).flatMap((family) =>
    [...tables[family]].map(
      ([table, { chains, hooks }]) =>
        `${name}: ${table}/v${family}: ${chains.size} chains, ${hooks.length} hooks`,
    ),
  );
  return { value: { what, plan, sets: [...ipsets.keys()] }, problems: observed.problems.map(asWarning) };
}

/** What is not ours stays, and that is no failure. */
function asWarning(problem: Problem): Problem {
  return { ...problem, severity: 'warning' };
}

function mergedSets(found: readonly Finding[]): string[] {
  return [...new Set(found.flatMap((f) => f.sets))].toSorted();
}

function destroyPlan(sets: readonly string[]): Plan {
  const ipsets = new Map(
    sets.map((name) => [
      name,
      { name, type: 'hash:net' as const, options: '', members: [], use: 'mixed' as const },
    ]),
  );
  return planIptables({ ...NO_IPTABLES, ipsets }, NO_IPTABLES, { backend: 'nft' });
}
