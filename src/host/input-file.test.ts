// What a program gets of its input when the process that feeds it is killed: all of it.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { systemRunner } from './run.ts';

const RUN = fileURLToPath(new URL('./run.ts', import.meta.url));
const SIZE = 3_000_000;

it('gives large and small input alike', async () => {
  for (const size of [0, 1, 16_383, 16_384, SIZE]) {
    const { stdout } = await systemRunner.run(['wc', '-c'], { stdin: 'x'.repeat(size) });
    expect(Number(stdout)).toBe(size);
  }
});

it('is whole although the feeding process is killed before the program reads', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tortie-feed-'));
  const [started, counted] = [join(folder, 'started'), join(folder, 'counted')];
  const shell = `echo > ${started}; sleep 1; wc -c > ${counted}.new; mv ${counted}.new ${counted}`;
  const code = `import { systemRunner } from ${JSON.stringify(RUN)};
    await systemRunner.run(['sh', '-c', ${JSON.stringify(shell)}], { stdin: 'x'.repeat(${SIZE}) });`;
  const feeder = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: 'inherit',
  });
  while (!existsSync(started)) await sleep(20);
  feeder.kill('SIGKILL');
  while (!existsSync(counted)) await sleep(20);
  expect(Number(readFileSync(counted, 'utf8'))).toBe(SIZE);
  rmSync(folder, { recursive: true });
});
