// What the kernel has counted for each policy rule. The kernel counts per chain and rule of its own; which policy rule
// stands behind each is known from the ruleset that was rendered, or else from the record of what was applied, or else,
// cut to what fits, from the comments.
import type { Problem, Result } from '../errors/problem.ts';
import { problem } from '../errors/problem.ts';
import type { Runner } from '../host/index.ts';
import type { Ruleset } from '../render/ruleset.ts';
import type { RuleId } from '../resources/types.ts';
import { type KernelChain, nftChains, saveChains } from './kernel-counters.ts';
import { isForeignNft, splitSave } from './foreign.ts';
import { unreadable } from './observe.ts';
import { type AppliedRecord, chainsOf } from './record.ts';

export interface RuleCounter {
  /** In full, or as the comment has it when nothing better is known. */
  readonly rule: RuleId;
  readonly packets: bigint;
  readonly bytes: bigint;
  /** ISO 8601: no rule behind it has counted for longer; null: not known. */
  readonly since: string | null;
}

export interface Counters {
  readonly dataplane: string;
  /** Sorted by rule. */
  readonly rules: readonly RuleCounter[];
}

export interface CountersOptions {
  readonly record: AppliedRecord | undefined;
  /** The ruleset of the policy given, if any. */
  readonly wanted?: Ruleset;
}

/** One entry for each dataplane that holds rules of ours. Rules that come from no policy are left out. */
export async function readCounters(
  run: Runner,
  options: CountersOptions,
): Promise<Result<readonly Counters[]>> {
  const read = await readChains(run);
  if (!read.value) return { problems: read.problems };
  const problems: Problem[] = [];
  const value = [...read.value].map(([dataplane, chains]) => {
    const known = knownChains(dataplane, options);
    const stale = known.wanted && chains.filter((c) => known.wanted?.get(c.key)?.hash !== c.hash);
    if (stale && stale.length > 0) problems.push(notTheSame(stale.map((c) => c.key)));
    return { dataplane, rules: summed(chains, known) };
  });
  return { value, problems };
}

/** Only what holds rules of ours. */
async function readChains(run: Runner): Promise<Result<ReadonlyMap<string, readonly KernelChain[]>>> {
  const nft = ['nft', '--numeric-priority', 'list', 'table', 'inet', 'tortie'];
  const saves = (['nft', 'legacy'] as const).flatMap((b) => [
    [`iptables-${b}-save`, '-c'],
    [`ip6tables-${b}-save`, '-c'],
  ]);
  const commands = [nft, ...saves];
  const results = await Promise.all(commands.map((argv) => run.run(argv)));
  const problems = results.flatMap((result, i) =>
    result.exitCode === 0 || result.missing || (i === 0 && /No such file/.test(result.stderr))
      ? []
      : [unreadable(commands[i] ?? [], result)],
  );
  if (problems.length > 0) return { problems };
  const [table = '', ...listings] = results.map((r) => r.stdout);
  const save = (i: number, family: 4 | 6) => saveChains(splitSave(listings[i] ?? '').ours, family);
  const all: [string, readonly KernelChain[]][] = [
    ['nftables', isForeignNft(table) ? [] : nftChains(table)],
    ['iptables-nft', [...save(0, 4), ...save(1, 6)]],
    ['iptables-legacy', [...save(2, 4), ...save(3, 6)]],
  ];
  return { value: new Map(all.filter(([, chains]) => chains.length > 0)), problems: [] };
}

interface Known {
  readonly wanted?: ReadonlyMap<
    string,
    { readonly hash: string; readonly rules: readonly (RuleId | undefined)[] }
  >;
  readonly recorded: AppliedRecord['chains'];
}

function knownChains(dataplane: string, { record, wanted }: CountersOptions): Known {
  const recorded = record?.dataplane === dataplane ? record.chains : {};
  if (!wanted || (wanted.dialect === 'nftables') !== (dataplane === 'nftables')) return { recorded };
  const chains = chainsOf(wanted).map(
    ({ key, hash, rules }): [string, { hash: string; rules: (RuleId | undefined)[] }] => [
      key,
      { hash, rules: rules.map((r) => r.rule) },
    ],
  );
  return { wanted: new Map(chains), recorded };
}

/** Several rules of the kernel may stand for one: both families, alternatives, the two directions of passing. */
function summed(chains: readonly KernelChain[], { wanted, recorded }: Known): RuleCounter[] {
  const sums = new Map<RuleId, RuleCounter>();
  for (const { key, hash, rules } of chains) {
    const note = recorded[key]?.hash === hash ? recorded[key] : undefined;
    const same = [wanted?.get(key), note].find((c) => c?.hash === hash && c.rules.length === rules.length);
    for (const [i, { packets, bytes, comment }] of rules.entries()) {
      const id = same ? same.rules[i] : ruleInComment(comment);
      if (!id || packets === undefined || bytes === undefined) continue;
      const sum = sums.get(id);
      const since = note?.since ?? null;
      sums.set(id, {
        rule: id,
        packets: packets + (sum?.packets ?? 0n),
        bytes: bytes + (sum?.bytes ?? 0n),
        since: sum ? later(sum.since, since) : since,
      });
    }
  }
  return [...sums.values()].toSorted((a, b) => byRule(a.rule, b.rule));
}

/** The later of two times: what both have counted since. */
function later(a: string | null, b: string | null): string | null {
  return a === null || b === null ? null : a > b ? a : b;
}

const RULE = /^[A-Z]\w+\/\S+\/(?:ingress|egress)\/\d+(?=;|$)/;

function ruleInComment(comment: string): RuleId | undefined {
  return RULE.exec(comment)?.[0];
}

/** The tenth rule of a policy comes after its second. */
function byRule(a: RuleId, b: RuleId): number {
  const parts = (id: RuleId) => /^(.*)\/(\d+)$/.exec(id) ?? ['', id, '0'];
  const [, headA = '', indexA] = parts(a);
  const [, headB = '', indexB] = parts(b);
  return headA === headB ? Number(indexA) - Number(indexB) : headA < headB ? -1 : 1;
}

function notTheSame(keys: readonly string[]): Problem {
  const some = keys.slice(0, 3).join(', ');
  return problem(
    'apply/other-ruleset',
    `${keys.length} chains of the kernel are not what the policy given renders to`,
    {
      severity: 'warning',
      notes: [{ message: keys.length > 3 ? `${some} …` : some }],
      hint: 'their rules are named as they were applied; see `tortie plan` for the difference',
    },
  );
}
