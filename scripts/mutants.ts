// Mutation check: seeded faults (mutants/*.mjs), each of which the tests it is shown to must catch. Every fault is one
// replacement in a *copy* of the tree; faults of the graph are shown to the unit differential (oracle against evaluator),
// faults of a renderer to the kernel differential (oracle against the kernel), faults in the order of commits to the unit
// tests that walk through them, faults of the stores to the tests that it names.
//
//   npm run mutants [-- NAME-PART …]      exit 0 only when every fault was caught
//
// TORTIE_SEED fixes the seed (default 1), TORTIE_MUTANT_VERDICTS how many packets a fault may survive at most. A fault
// whose text does not occur in its file exactly once is an error: the list must follow the code (test/library/mutants.test.ts).
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { type Fault, MUTANTS, mutated } from './mutants/index.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COPIED = [
  'src',
  'test',
  'scripts',
  'grammar',
  'packages',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
];
const BUDGET: Partial<Record<Fault['kind'], number>> = { unit: 20_000, kernel: 6_000 };

const vitest = (project: string, ...args: readonly string[]) => [
  'npx',
  'vitest',
  'run',
  '--project',
  project,
  ...args,
];
const IN_LAB = [process.execPath, 'scripts/lab-exec.mjs'];

const COMMANDS: Readonly<Record<Fault['kind'], (fault: Fault) => readonly string[]>> = {
  order: () => vitest('unit', 'src/apply/between.test.ts', 'src/apply/restore.test.ts', '-t', 'move'),
  unit: () => vitest('unit', 'test/properties/differential.test.ts'),
  kernel: () => [...IN_LAB, ...vitest('kernel', 'test/kernel/differential.test.ts')],
  stores: ({ project = '', tests = [] }) => vitest(project, ...tests),
};

/** What gives a fault away; a failure of another kind is a crash. */
const SIGNS = {
  // A ruleset that the kernel refuses, which it takes without the fault, gives the fault away as well.
  verdicts: /(oracle says [^;\n]+|evaluator, TORTIE_SEED=\d+|\S+ refused the ruleset|"open": \d+)/,
  stores: /FAIL\S* .*? > ([^\n]+)/,
};

function copyTree(): string {
  const tree = mkdtempSync(join(tmpdir(), 'tortie-mutants-'));
  for (const name of COPIED) {
    const from = join(ROOT, name);
    if (existsSync(from))
      cpSync(from, join(tree, name), { recursive: true, filter: (path) => !path.includes('node_modules') });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  return tree;
}

/** `caught`, `survived`, or `crashed`: the tests failed, but not because of what they are there for. */
function judge(
  tree: string,
  fault: Fault,
): {
  readonly outcome: 'survived' | 'caught' | 'crashed';
  readonly why?: string | undefined;
  readonly output: string;
} {
  const { kind } = fault;
  // What an earlier fault left as a regression would be replayed, and fail without two of the ways disagreeing.
  rmSync(join(tree, 'test/regressions'), { recursive: true, force: true });
  const [command = '', ...args] = COMMANDS[kind](fault);
  const budget = process.env['TORTIE_MUTANT_VERDICTS'] ?? String(BUDGET[kind] ?? 0);
  const env = {
    ...process.env,
    TORTIE_SEED: process.env['TORTIE_SEED'] ?? '1',
    TORTIE_SHRINK: '0',
    TORTIE_VERDICTS: budget,
    TORTIE_UNIT_VERDICTS: budget,
  };
  const done = spawnSync(command, args, { cwd: tree, env, encoding: 'utf8', maxBuffer: 1 << 28 });
  const output = `${done.stdout}${done.stderr}`;
  if (done.status === 0) return { outcome: 'survived', output };
  const signs = kind === 'stores' ? SIGNS.stores : SIGNS.verdicts;
  const why = signs.exec(stripVTControlCharacters(output))?.[1];
  return { outcome: why ? 'caught' : 'crashed', why, output };
}

function main(parts: readonly string[]): number {
  const chosen = MUTANTS.filter(
    ({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)),
  );
  if (chosen.length === 0) throw new Error(`no fault is called ${parts.join(' or ')}`);
  for (const one of MUTANTS) mutated(one, readFileSync(join(ROOT, one.file), 'utf8'));
  const tree = copyTree();
  let failed = 0;
  const row = (name: string, kind: string, outcome: string, seconds: string, why = '') =>
    console.log(`${outcome.padEnd(9)} ${kind.padEnd(7)} ${seconds.padStart(6)}  ${name}${why && `: ${why}`}`);
  try {
    const shownTo = new Map(chosen.map((one) => [COMMANDS[one.kind](one).join(' '), one]));
    for (const [command, one] of shownTo) {
      const { outcome, output } = judge(tree, one);
      row(
        `no fault: ${(one.tests ?? []).join(' ')}`,
        one.kind,
        outcome === 'survived' ? 'passed' : 'FAILED',
        '',
      );
      if (outcome !== 'survived')
        throw new Error(`without any fault this fails: ${command}\n${output.slice(-3000)}`);
    }
    for (const one of chosen) {
      const path = join(tree, one.file);
      const text = readFileSync(path, 'utf8');
      const start = Date.now();
      writeFileSync(path, mutated(one, text));
      const { outcome, why, output } = judge(tree, one);
      writeFileSync(path, text);
      row(
        one.name,
        one.kind,
        outcome === 'caught' ? outcome : outcome.toUpperCase(),
        `${((Date.now() - start) / 1000).toFixed(1)}s`,
        why,
      );
      if (outcome === 'caught') continue;
      failed += 1;
      if (outcome === 'crashed') console.log(output.slice(-2000));
    }
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
  console.log(`${chosen.length - failed} of ${chosen.length} faults caught`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  console.error(`mutants: ${(error as Error).message}`);
  process.exitCode = 2;
}
