// Puts back exactly what was there. What comes back is in force before anything else of ours goes, members that restrict
// come before the rules and members that loosen after them, tables as restore-tables.ts says: the order of every plan.
// Nothing of others is touched.
import { setTimeout as sleep } from 'node:timers/promises';
import { problem, type Problem } from '../errors/problem.ts';
import type { Family } from '../net/types.ts';
import type { Runner } from '../host/index.ts';
import { type Ipset, type IpsetUse, isOurIpset, parseIpsetSave } from '../ipsets/index.ts';
import { ipsetSteps } from '../plan/ipset-steps.ts';
import { planOf, script } from '../plan/script.ts';
import type { Command, IptablesBackend, Plan } from '../plan/types.ts';
import { execute, tidy } from './execute.ts';
import { type KernelText, readKernelText, type SavedTable } from './kernel-text.ts';
import { withPlainReject } from './parse-nft.ts';
import { restoreInput } from './restore-tables.ts';

const BACKENDS = ['nft', 'legacy'] as const;
const FAMILIES = [4, 6] as const;
const ATTEMPTS = 4;

/** Errors only if the kernel does not hold `then` in the end. The caller holds the lock. */
export async function restore(run: Runner, then: KernelText): Promise<readonly Problem[]> {
  let problems: readonly Problem[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // Somebody who was killed in the middle of a change may have left a tool behind that is not done yet.
    if (attempt > 0) await sleep(200 * attempt);
    const now = await readKernelText(run);
    if (!now.value) return now.problems;
    if (sameText(now.value, then)) return [];
    const plan = planRestore(now.value, then);
    const done = await execute(run, plan);
    problems = [...done.problems, ...(done.ok ? await tidy(run, plan) : [])];
  }
  const left = await readKernelText(run);
  if (left.value && sameText(left.value, then)) return problems.filter((p) => p.severity !== 'error');
  return problems.some((p) => p.severity === 'error')
    ? problems
    : [
        ...problems,
        problem('apply/not-restored', 'the kernel does not hold what was put back; others change it too'),
      ];
}

export function sameText(a: KernelText, b: KernelText): boolean {
  return JSON.stringify(comparable(a)) === JSON.stringify(comparable(b));
}

/** Where ours stand between the rules of others is theirs to change. */
function comparable(text: KernelText): unknown {
  const tables = (list: readonly SavedTable[]) =>
    list.map(({ table, chains, hooks }) => [
      table,
      chains,
      hooks.map(([c, rules]) => [c, rules.filter((r) => r !== null)]),
    ]);
  const { nft, legacy } = text.iptables;
  return [
    text.nft && withPlainReject(text.nft),
    [nft[4], nft[6], legacy[4], legacy[6]].map(tables),
    text.ipsets,
  ];
}

/** The steps from one to the other, for `execute` and then `tidy`. */
export function planRestore(now: KernelText, then: KernelText): Plan {
  const sets = ipsetSteps(setsOf(now), setsOf(then));
  const all = BACKENDS.flatMap((backend) =>
    FAMILIES.map((family) => {
      const wanted = then.iptables[backend][family];
      const command = familyCommand(backend, family, now.iptables[backend][family], wanted);
      return { command, comes: wanted.length > 0 };
    }),
  );
  const rules = (comes: boolean) => all.flatMap((a) => (a.command && a.comes === comes ? a.command : []));
  const coming = rules(true);
  const tests = coming.map((c) => ({ ...c, argv: [...c.argv, '--test'], purpose: `test ${c.purpose}` }));
  const commands = [
    ...(then.nft !== undefined && then.nft !== now.nft ? [nftCommand(then.nft)] : []),
    ...sets.restrict,
    ...coming,
    ...sets.loosen,
    ...(then.nft === undefined && now.nft !== undefined ? [nftCommand('')] : []),
    ...rules(false),
    ...sets.destroy,
  ];
  // Nothing is taken back when a step fails: what was there before the rollback is what nobody confirmed.
  return planOf({ prepare: sets.create, tests, commands: commands.map(withoutUndo) }, () => []);
}

function withoutUndo({ argv, stdin, purpose, lines, mayFail }: Command): Command {
  return { argv, stdin, purpose, lines, ...(mayFail && { mayFail }) };
}

function nftCommand(listing: string): Command {
  const text = script();
  text.addAll(['add table inet tortie', 'delete table inet tortie', ...(listing === '' ? [] : [listing])]);
  return text.command(['nft', '-f', '-'], 'put back the nft table');
}

/** The letter in a set's name says what a member of it does. */
const USES: ReadonlyMap<string, IpsetUse> = new Map([
  ['l', 'loosens'],
  ['r', 'restricts'],
]);

function setsOf(text: KernelText): ReadonlyMap<string, Ipset> {
  return new Map(
    [...parseIpsetSave(text.ipsets, isOurIpset)].map(([name, set]) => {
      const use = USES.get(/^tortie-[46p]([lr])-/.exec(name)?.[1] ?? '') ?? 'mixed';
      return [name, { ...set, use } as Ipset];
    }),
  );
}

function familyCommand(
  backend: IptablesBackend,
  family: Family,
  now: readonly SavedTable[],
  then: readonly SavedTable[],
): Command | undefined {
  const text = restoreInput(now, then, backend);
  const tool = family === 6 ? 'ip6tables' : 'iptables';
  const argv = [`${tool}-${backend}-restore`, '--noflush', '--wait', '10'];
  return text.size === 0 ? undefined : text.command(argv, `put back rules v${family}`);
}
