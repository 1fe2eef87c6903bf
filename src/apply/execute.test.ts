import { describe, expect, it } from 'vitest';
import { fakeRunner } from '../host/run-fake.ts';
import { planIptables } from '../plan/index.ts';
import { chainOf, hashNet, iptablesRuleset, policyRules } from '../plan/testing.ts';
import { clearAll } from './clear.ts';
import { execute, tidy } from './execute.ts';
import { failingLine, failureProblem } from './failure.ts';
import { observeNft } from './observe.ts';

const POLICY = 'NetworkPolicy/prod/web';
const older = iptablesRuleset(
  [chainOf('tortie-a', policyRules(POLICY, ['-j DROP']))],
  [],
  [hashNet('tortie-l', 'loosens', ['1.1.1.1'])],
);
const newer = iptablesRuleset(
  [chainOf('tortie-a', policyRules(POLICY, ['-j ACCEPT', '-j LOG']))],
  [],
  [hashNet('tortie-l', 'loosens', ['2.2.2.2']), hashNet('tortie-new', 'mixed', ['3.3.3.3'])],
);
const plan = planIptables(older, newer, { backend: 'nft' });
const commands = [...plan.prepare, ...plan.tests, ...plan.commands];

describe('execute', () => {
  it.each(commands.map((c, i) => [c.purpose, i] as const))(
    'takes back what was done when it fails at: %s',
    async (_purpose, step) => {
      const run = fakeRunner((call) =>
        run.calls.indexOf(call) === step ? { exitCode: 1, stderr: 'no' } : {},
      );
      const result = await execute(run, plan);
      expect(result).toMatchObject({ ok: false, problems: [{ code: 'apply/refused' }] });
      const failed = commands[step];
      const done = commands.slice(0, step).filter((c) => !plan.tests.includes(c));
      // ipset may have stopped in the middle, so its own work is taken back as well.
      if (failed?.argv[0] === 'ipset') done.push(failed);
      expect(run.calls.slice(step + 1).map((c) => c.stdin)).toEqual(
        done.toReversed().map((c) => c.undo?.stdin),
      );
    },
  );
  it('says so when something cannot be taken back', async () => {
    const run = fakeRunner(({ argv }) => ({ exitCode: argv[0] === 'ipset' ? 0 : 1, stderr: 'no' }));
    const broken = fakeRunner((call) => ({ exitCode: broken.calls.indexOf(call) < 1 ? 0 : 1, stderr: 'no' }));
    expect((await execute(run, plan)).problems).toHaveLength(1);
    const { problems } = await execute(broken, plan);
    expect(problems.map((p) => p.message)).toEqual([
      expect.stringContaining('(test rules v4, exit status 1)'),
      expect.stringContaining('(take back: create sets, exit status 1)'),
    ]);
  });
});

describe('tidy', () => {
  it('asks again for what the kernel has not let go of yet, and never twice for what is gone', async () => {
    const sets = iptablesRuleset(
      [],
      [],
      ['a', 'b', 'c'].map((n) => hashNet(`tortie-${n}`, 'mixed', [])),
    );
    const inUse = {
      exitCode: 1,
      stderr: 'ipset v7.17: Error in line 2: Set cannot be destroyed: it is in use by a kernel component',
    };
    const run = fakeRunner(() => (run.calls.length === 1 ? inUse : {}));
    expect(await tidy(run, planIptables(sets, iptablesRuleset([]), { backend: 'nft' }))).toEqual([]);
    expect(run.calls.map((c) => c.stdin)).toEqual([
      'destroy tortie-a\ndestroy tortie-b\ndestroy tortie-c\n',
      'destroy tortie-b\ndestroy tortie-c\n',
    ]);
  });
  it('only warns', async () => {
    const sets = iptablesRuleset([], [], [hashNet('tortie-a', 'mixed', [])]);
    const run = fakeRunner(() => ({ exitCode: 1, stderr: 'ipset v7.17: no' }));
    const problems = await tidy(run, planIptables(sets, iptablesRuleset([]), { backend: 'nft' }));
    expect(problems).toMatchObject([{ code: 'apply/left-over', severity: 'warning' }]);
  });
});

describe('failures', () => {
  it.each([
    ['/dev/stdin:3:30-36: Error: Could not process rule: No such file or directory', 3],
    ['iptables-nft-restore v1.8.9 (nf_tables): unknown option "--dportx"\nError occurred at line: 4\n', 4],
    ['iptables-restore: line 6 failed', 6],
    [
      'iptables-nft-restore v1.8.9 (nf_tables): \nline 5: RULE_APPEND failed (Invalid argument): rule in chain a',
      5,
    ],
    ['ipset v7.17: Error in line 7: Hash is full, cannot add more elements', 7],
    ['internal:0:0-0: Error: Could not process rule', undefined],
  ])('finds the line in %s', (stderr, line) => {
    expect(failingLine(stderr)).toBe(line);
  });
  it('names the policy rule behind the line', () => {
    const [command] = plan.tests;
    if (!command) throw new Error('nothing is tested');
    const line = command.stdin.split('\n').findIndex((l) => l.includes('-j LOG')) + 1;
    const problem = failureProblem(command, {
      exitCode: 2,
      stdout: '',
      stderr: `Error occurred at line: ${line}`,
    });
    expect(problem).toMatchObject({
      code: 'apply/refused',
      resource: POLICY,
      path: ['spec', 'ingress', 1],
      message: `\`iptables-nft-restore --noflush --wait 10 --test\` refused ${POLICY}/ingress/1 (test rules v4, exit status 2)`,
    });
    expect(problem.notes?.[0]?.message).toContain(`line ${line} of its input: -A tortie-a`);
  });
});

describe('observeNft', () => {
  it('tells an absent table from one that could not be read', async () => {
    const absent = fakeRunner(() => ({
      exitCode: 1,
      stderr: 'Error: No such file or directory\nlist table inet tortie',
    }));
    expect(await observeNft(absent)).toEqual({ problems: [] });
    const crashed = await observeNft(fakeRunner(() => ({ exitCode: 139 })));
    expect(crashed.problems).toMatchObject([{ code: 'apply/unreadable', severity: 'error' }]);
    expect(crashed.problems[0]?.message).toContain('unknown');
    expect((await observeNft(fakeRunner(() => undefined))).problems).toMatchObject([
      { code: 'host/no-tool' },
    ]);
  });
});

describe('clearAll', () => {
  it('has nothing to do where no tool is, and says when it may not look', async () => {
    expect(await clearAll({ run: fakeRunner(() => undefined), lock: false })).toEqual({
      ok: true,
      removed: [],
      problems: [],
    });
    const denied = fakeRunner(() => ({ exitCode: 1, stderr: 'Operation not permitted' }));
    expect(await clearAll({ run: denied, lock: false })).toMatchObject({ ok: false, removed: [] });
  });
});
