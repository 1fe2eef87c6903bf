// What the kernel holds of ours. Read only what is ours, and never take "could not be read" for "is empty".
import { problem, type Problem, type Result } from '../errors/problem.ts';
import { crashHint } from './failure.ts';
import { explainFailure, type RunResult, type Runner } from '../host/index.ts';
import { saidBy } from '../host/privileges.ts';
import { type Ipset, isOurIpset, type ObservedIpset, parseIpsetSave } from '../ipsets/index.ts';
import type { IptablesBackend, ObservedIptables } from '../plan/types.ts';
import type { NftRuleset } from '../render/ruleset.ts';
import { foreignChains, foreignNft, isForeignNft, splitSave } from './foreign.ts';
import { parseNftTable } from './parse-nft.ts';
import { parseSave, type SavedFamily } from './parse-save.ts';

/** Stateless: counters differ every time. Numeric priorities: names depend on the hook and the version. */
export const NFT_LIST = [
  'nft',
  '--stateless',
  '--numeric-priority',
  'list',
  'table',
  'inet',
  'tortie',
] as const;

/** A result without value and without problems: the table does not exist. */
export async function observeNft(run: Runner): Promise<Result<NftRuleset | undefined>> {
  const result = await run.run(NFT_LIST);
  if (result.exitCode === 0 && isForeignNft(result.stdout)) return { problems: [foreignNft()] };
  if (result.exitCode === 0) return { value: parseNftTable(result.stdout), problems: [] };
  if (result.exitCode === 1 && /No such file or directory/.test(result.stderr)) return { problems: [] };
  return { problems: [unreadable(NFT_LIST, result)] };
}

/** Tables with chains of somebody else under our prefix are left out, each with an error. Without `sets` only the rules: the sets belong to both backends, and whoever asks has them already. */
export async function observeIptables(
  run: Runner,
  backend: IptablesBackend,
  { sets: withSets = true }: { readonly sets?: boolean } = {},
): Promise<Result<ObservedIptables>> {
  const saves = [[`iptables-${backend}-save`], [`ip6tables-${backend}-save`]];
  const commands = withSets ? [...saves, ['ipset', 'save']] : saves;
  const results = await Promise.all(commands.map((argv) => run.run(argv)));
  const failures = results.flatMap((result, i) =>
    result.exitCode === 0 || noSets(result, commands[i]) ? [] : [unreadable(commands[i] ?? [], result)],
  );
  const [v4, v6, sets] = results;
  if (failures.length > 0 || !v4 || !v6) return { problems: failures };
  const split = { 4: splitSave(v4.stdout), 6: splitSave(v6.stdout) };
  const families = { 4: parseSave(split[4].ours), 6: parseSave(split[6].ours) };
  return {
    value: {
      dialect: 'iptables',
      tables: { 4: families[4].tables, 6: families[6].tables },
      layouts: { 4: families[4].layouts, 6: families[6].layouts },
      ipsets: ipsetsOf(parseIpsetSave(sets?.stdout ?? '', isOurIpset)),
    },
    problems: [
      ...split[4].foreign.map((table) => foreignChains(`iptables-${backend}`, table)),
      ...split[6].foreign.map((table) => foreignChains(`ip6tables-${backend}`, table)),
      ...incompatible(families[4], backend, 4),
      ...incompatible(families[6], backend, 6),
    ],
  };
}

/** Where there is no ipset, there are no sets; whoever wants some is told by the command that makes them. */
function noSets(result: RunResult, argv: readonly string[] | undefined): boolean {
  return result.missing === true && argv?.[0] === 'ipset';
}

function ipsetsOf(observed: ReadonlyMap<string, ObservedIpset>): ReadonlyMap<string, Ipset> {
  // The use cannot be read, only its letter in the name; a set of the same name is wanted for the same use.
  return new Map([...observed].map(([name, set]) => [name, { ...set, use: 'mixed' } as Ipset]));
}

function incompatible({ unreadable }: SavedFamily, backend: IptablesBackend, family: 4 | 6): Problem[] {
  return unreadable.map((table) =>
    problem('apply/foreign-table', `iptables-${backend} cannot read the table ${table} of IPv${family}`, {
      severity: 'warning',
      hint: 'other software has put native nft rules into it; --dataplane nftables works beside it',
    }),
  );
}

/** A listing that failed, as a problem. */
export function unreadable(argv: readonly string[], result: RunResult): Problem {
  const known = explainFailure(argv, result);
  if (known) return known;
  const crashed = result.exitCode >= 128;
  return problem(
    'apply/unreadable',
    `\`${argv.join(' ')}\` ${crashed ? `crashed (status ${result.exitCode})` : `failed with status ${result.exitCode}`}, so what the kernel holds is unknown`,
    {
      notes: saidBy(argv[0] ?? '', result),
      ...crashHint(result),
    },
  );
}
