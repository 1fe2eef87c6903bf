import { describe, expect, it } from 'vitest';
import { faultyRunner, fakeRunner } from './run-fake.ts';
import { systemRunner, type Runner } from './run.ts';

/** The programs of the contract below, as a script. */
const scripted = fakeRunner(({ argv, stdin }) => {
  if (argv[0] === 'cat') return { stdout: stdin };
  if (argv[0] === 'false') return { exitCode: 1 };
  if (argv[0] === 'sh') return { exitCode: 3, stdout: 'out\n', stderr: 'err\n' };
  return undefined;
});

describe.each<[string, Runner]>([
  ['the system', systemRunner],
  ['a script', scripted],
])('a runner backed by %s', (_name, runner) => {
  it('hands input through and output back unchanged', async () => {
    const text = 'two\nlines\n';
    expect(await runner.run(['cat'], { stdin: text })).toEqual({ exitCode: 0, stdout: text, stderr: '' });
  });
  it('gives a failing program as a value', async () => {
    expect(await runner.run(['false'])).toEqual({ exitCode: 1, stdout: '', stderr: '' });
    expect(await runner.run(['sh', '-c', 'echo out; echo err >&2; exit 3'])).toEqual({
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });
  it('says that a program is missing', async () => {
    expect(await runner.run(['tortie-no-such-program', 'x'])).toEqual({
      exitCode: 127,
      stdout: '',
      stderr: 'tortie-no-such-program: not found',
      missing: true,
    });
  });
  it('counts a program that a signal stopped before it began as failed', async () => {
    const result = await runner.run(['cat'], { signal: AbortSignal.abort() });
    expect(result.exitCode).not.toBe(0);
    expect(result.missing).toBeUndefined();
  });
});

describe('systemRunner', () => {
  it('runs with a clean environment', async () => {
    const { stdout } = await systemRunner.run(['env']);
    expect(
      stdout
        .split('\n')
        .filter(Boolean)
        .map((l) => l.split('=')[0])
        .toSorted((a = '', b = '') => a.localeCompare(b)),
    ).toEqual(['LC_ALL', 'PATH', 'TORTIE_RUN_BY']);
  });
  it('gives a crash the exit code of a shell', async () => {
    expect((await systemRunner.run(['sh', '-c', 'kill -SEGV $$'])).exitCode).toBe(139);
  });
  it('kills what takes too long', async () => {
    const result = await systemRunner.run(['sleep', '20'], { timeout: 50 });
    expect(result).toMatchObject({ timedOut: true, exitCode: 143 });
  });
  it('survives a program that does not read its input', async () => {
    expect((await systemRunner.run(['true'], { stdin: 'x'.repeat(1 << 20) })).exitCode).toBe(0);
  });
});

describe('faultyRunner', () => {
  it('fails the chosen command without running it', async () => {
    const runner = faultyRunner(systemRunner, (_call, index) => (index === 1 ? { stderr: 'no' } : undefined));
    expect((await runner.run(['true'])).exitCode).toBe(0);
    expect(await runner.run(['true'])).toEqual({ exitCode: 1, stdout: '', stderr: 'no' });
    expect(runner.calls.map((c) => c.argv)).toEqual([['true'], ['true']]);
  });
});
