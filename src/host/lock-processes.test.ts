// The lock between real processes: contention, and a holder that is killed while it holds.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { withLock } from './lock.ts';

const HOLD = `
  import { withLock } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)};
  import { systemRunner } from ${JSON.stringify(new URL('./run.ts', import.meta.url).href)};
  await withLock(() => new Promise((resolve) => {
    process.stdin.once('end', resolve).resume();
    const [, , ...argv] = process.argv;
    if (argv.length > 0) void systemRunner.run(argv);
    console.log('held');
  }), { directory: process.argv[1] });
`;

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

async function holder(directory: string, ...runs: readonly string[]): Promise<ChildProcess> {
  child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', HOLD, directory, ...runs],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  if (child.stdout) await once(child.stdout, 'data');
  return child;
}

const folder = () => mkdtempSync(join(tmpdir(), 'tortie-lock-'));

describe('withLock between processes', () => {
  it('names the other process, then gets the lock when that one ends', async () => {
    const directory = folder();
    const other = await holder(directory);
    const refused = await withLock(async () => 'mine', { directory, wait: 0 });
    expect(refused.value).toBeUndefined();
    expect(refused.problems[0]?.message).toContain(`process ${other.pid} (`);
    const waiting = withLock(async () => 'mine', { directory });
    other.stdin?.end();
    expect(await waiting).toEqual({ value: 'mine', problems: [] });
    expect(readdirSync(directory)).toEqual([]);
  });
  it('takes over from a process that was killed', async () => {
    const directory = folder();
    const other = await holder(directory);
    other.kill('SIGKILL');
    await once(other, 'exit');
    expect(readdirSync(directory)).toHaveLength(1);
    expect(await withLock(async () => 'mine', { directory, wait: 0 })).toEqual({
      value: 'mine',
      problems: [],
    });
  });
  it('does not take over while what the killed process ran goes on', async () => {
    const directory = folder();
    const other = await holder(directory, 'sleep', '2.125');
    const sleeping = () =>
      readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandOf(pid) === 'sleep 2.125');
    while (sleeping().length === 0) await pause(5);
    other.kill('SIGKILL');
    await once(other, 'exit');
    const [orphan] = sleeping();
    expect(orphan).toBeDefined();
    const { problems } = await withLock(async () => 'mine', { directory, wait: 0 });
    expect(problems[0]?.message).toContain(
      `process ${orphan} (sleep), left by one that was killed, is changing`,
    );
    expect(await withLock(async () => sleeping(), { directory })).toEqual({ value: [], problems: [] });
  });
});

const commandOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').join(' ').trim();
  } catch {
    return '';
  }
};
