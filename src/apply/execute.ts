// Runs the commands of a plan in order, and takes back what was done when one of them fails.
import { setTimeout as sleep } from 'node:timers/promises';
import { problem, type Problem } from '../errors/problem.ts';
import type { RunResult, Runner } from '../host/index.ts';
import type { Command, Plan } from '../plan/types.ts';
import { failingLine, failureProblem } from './failure.ts';

export interface Execution {
  /** Everything but tidying up is done. */
  readonly ok: boolean;
  /** A command that changes something was run. */
  readonly changed: boolean;
  /** Why not; then also what could not be taken back. */
  readonly problems: readonly Problem[];
}

/** All but the commands that may fail, which are `tidy`'s. */
export async function execute(run: Runner, plan: Plan): Promise<Execution> {
  const done: Command[] = [];
  const steps = [
    ...plan.prepare.map((command) => ({ command, test: false })),
    ...plan.tests.map((command) => ({ command, test: true })),
    ...plan.commands.filter((c) => !c.mayFail).map((command) => ({ command, test: false })),
  ];
  for (const { command, test } of steps) {
    const result = await run.run(command.argv, { stdin: command.stdin });
    if (result.exitCode === 0) {
      if (!test) done.push(command);
      continue;
    }
    // ipset stops in the middle, and taking back more than was done does no harm there.
    if (!test && command.argv[0] === 'ipset') done.push(command);
    const left = await takeBack(run, done);
    const changed = done.length > 0 || (!test && commits(command) > 1);
    return { ok: false, changed, problems: [failureProblem(command, result), ...left] };
  }
  return { ok: true, changed: done.length > 0, problems: [] };
}

/** Tables are committed one by one: a failure in a later one leaves the earlier ones changed. */
function commits({ stdin }: Command): number {
  return stdin.match(/^COMMIT$/gm)?.length ?? 0;
}

async function takeBack(run: Runner, done: readonly Command[]): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const { undo, purpose } of done.toReversed()) {
    if (!undo) continue;
    const command: Command = { ...undo, purpose: `take back: ${purpose}`, lines: new Map() };
    const result = await persist(run, command);
    if (result) problems.push(failureProblem(command, result));
  }
  return problems;
}

/** Removes what is no longer needed. What resists is a warning: it is in nobody's way. */
export async function tidy(run: Runner, plan: Plan): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const command of plan.commands.filter((c) => c.mayFail)) {
    const result = await persist(run, command);
    if (!result) continue;
    const said = failureProblem(command, result);
    problems.push(
      problem('apply/left-over', `could not ${command.purpose}`, {
        severity: 'warning',
        notes: said.notes ?? [],
      }),
    );
  }
  return problems;
}

const PATIENCE_MS = [10, 30, 90, 270];

/** The kernel lets go of an IP set some time after the last rule that refers to it is gone, so ask again. */
async function persist(run: Runner, command: Command): Promise<RunResult | undefined> {
  let lines = command.stdin;
  for (let attempt = 0; ; attempt++) {
    const result = await run.run(command.argv, { stdin: lines });
    const pause = PATIENCE_MS[attempt];
    if (result.exitCode === 0) return undefined;
    if (pause === undefined || !/in use by a kernel component/.test(result.stderr)) return result;
    await sleep(pause);
    // What stands before the failing line is done and must not be done twice.
    lines = lines
      .split('\n')
      .slice((failingLine(result.stderr) ?? 1) - 1)
      .join('\n');
  }
}
