// Everything of ours in the kernel as the tools print it, whatever dataplane it belongs to: what a rollback puts back and
// what status compares. Rules verbatim, since a value read and printed again may be spelled otherwise.
import type { Problem, Result } from '../errors/problem.ts';
import type { Family } from '../net/types.ts';
import type { Runner } from '../host/index.ts';
import { isOurIpset } from '../ipsets/index.ts';
import type { IptablesBackend } from '../plan/types.ts';
import { isForeignNft, splitSave } from './foreign.ts';
import { NFT_LIST, unreadable } from './observe.ts';

/** One table of one family: our chains with their rules, and where ours stand in the chains of others. */
export interface SavedTable {
  readonly table: string;
  /** Name and the `-A` lines of each of our chains. */
  readonly chains: readonly (readonly [string, readonly string[]])[];
  /** Per chain of the kernel or of others that holds rules of ours: what stands after `-A <chain>`; null: not ours. */
  readonly hooks: readonly (readonly [string, readonly (string | null)[]])[];
}

export interface KernelText {
  /** What `nft list table inet tortie` prints, without counters. */
  readonly nft?: string;
  readonly iptables: Readonly<Record<IptablesBackend, Readonly<Record<Family, readonly SavedTable[]>>>>;
  /** The lines of `ipset save` about our sets, sorted. */
  readonly ipsets: string;
}

const BACKENDS = ['nft', 'legacy'] as const;

/** A tool that is missing has nothing loaded; any other failure leaves no value. */
export async function readKernelText(run: Runner): Promise<Result<KernelText>> {
  const saves = BACKENDS.flatMap((b) => [[`iptables-${b}-save`], [`ip6tables-${b}-save`]]);
  const commands: readonly (readonly string[])[] = [NFT_LIST, ...saves, ['ipset', 'save']];
  const results = await Promise.all(commands.map((argv) => run.run(argv)));
  const problems = results.flatMap((result, i): Problem[] => {
    const absent = i === 0 && /No such file or directory/.test(result.stderr);
    const argv = commands[i] ?? [];
    return result.exitCode === 0 || result.missing || absent ? [] : [unreadable(argv, result)];
  });
  if (problems.length > 0) return { problems };
  const [nft = '', nft4 = '', nft6 = '', legacy4 = '', legacy6 = '', sets = ''] = results.map(
    (r) => r.stdout,
  );
  return {
    value: {
      ...(nft !== '' && !isForeignNft(nft) && { nft }),
      iptables: {
        nft: { 4: savedTables(nft4), 6: savedTables(nft6) },
        legacy: { 4: savedTables(legacy4), 6: savedTables(legacy6) },
      },
      ipsets: ourSets(sets),
    },
    problems: [],
  };
}

/** Dataplanes that hold something of ours, as `nftables`, `iptables-nft`, `iptables-legacy`. */
export function loadedDataplanes({ nft, iptables }: KernelText): string[] {
  const backends = BACKENDS.filter((b) => iptables[b][4].length + iptables[b][6].length > 0);
  return [...(nft === undefined ? [] : ['nftables']), ...backends.map((b) => `iptables-${b}`)];
}

export function isEmptyText(text: KernelText): boolean {
  return loadedDataplanes(text).length === 0 && text.ipsets === '';
}

/** Tables with something of ours in them; a table whose `tortie-` chains are somebody else's is left out. */
export function savedTables(save: string): SavedTable[] {
  const tables: SavedTable[] = [];
  for (const section of splitSave(save).ours.split(/^(?=\*)/m)) {
    const [head = '', ...lines] = section.split('\n');
    if (!head.startsWith('*')) continue;
    const read = readTable(head.slice(1).trim(), lines);
    if (read.chains.length + read.hooks.length > 0) tables.push(read);
  }
  return tables;
}

const OURS = /(?:^| )(?:-[jg] tortie-|--comment "?tortie:)/;

function readTable(table: string, lines: readonly string[]): SavedTable {
  const chains = new Map<string, string[]>();
  const others = new Map<string, (string | null)[]>();
  for (const line of lines) {
    const declared = /^:(tortie-\S+)/.exec(line)?.[1];
    if (declared !== undefined) chains.set(declared, []);
    const [, chain, rule = ''] = /^-A (\S+) ?(.*)$/.exec(line) ?? [];
    if (chain === undefined) continue;
    const own = chains.get(chain);
    if (own) own.push(line);
    else others.set(chain, [...(others.get(chain) ?? []), OURS.test(rule) ? rule : null]);
  }
  const hooks = [...others].filter(([, rules]) => rules.some((rule) => rule !== null));
  return { table, chains: [...chains].toSorted(([a], [b]) => (a < b ? -1 : 1)), hooks };
}

function ourSets(save: string): string {
  const lines = save.split('\n').filter((line) => isOurIpset(line.split(' ')[1] ?? ''));
  // How many buckets a set has, and its seed, change with its history.
  const plain = lines.map((line) => line.replace(/ (?:initval|bucketsize|hashsize) \S+/g, ''));
  // `create` sorts behind `add`, and must not.
  return plain
    .toSorted((a, b) => order(a) - order(b) || (a < b ? -1 : 1))
    .map((line) => `${line}\n`)
    .join('');
}

const order = (line: string): number => (line.startsWith('create ') ? 0 : 1);
