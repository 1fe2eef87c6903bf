// The program as a real process: its exit status, its pipes, and what it loads.
import { constants } from 'node:os';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, 'main.ts');
const dir = mkdtempSync(join(tmpdir(), 'tortie-main-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function tortie(
  argv: readonly string[],
  options: { env?: Record<string, string>; node?: readonly string[] } = {},
) {
  const { CI: _ci, FORCE_COLOR: _force, ...env } = process.env;
  return spawnSync(process.execPath, ['--import', 'tsx', ...(options.node ?? []), MAIN, ...argv], {
    encoding: 'utf8',
    env: { ...env, ...options.env },
  });
}

describe('process', () => {
  it('passes the exit status on', () => {
    expect(tortie(['selector', 'match', 'a == "x"', 'a=x'])).toMatchObject({
      status: 0,
      stdout: 'match\n',
      stderr: '',
    });
    expect(tortie(['selector', 'match', 'a == "x"', 'a=y'])).toMatchObject({
      status: 1,
      stdout: 'no match\n',
      stderr: '',
    });
    expect(tortie(['selector', 'match', 'a =='])).toMatchObject({ status: 2, stdout: '' });
  });

  it('is quiet when its reader goes away', () => {
    const expression = Array.from(
      { length: 100 },
      (_, i) => `label${i} in {${Array.from({ length: 20 }, (_, j) => `"v${j}"`).join(',')}}`,
    ).join(' || ');
    const script = `${process.execPath} --import tsx ${MAIN} selector check '${expression}' | head -c 1; echo "status \${PIPESTATUS[0]}"`;
    const done = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(done.stderr).toBe('');
    expect(done.stdout).toMatch(/^.status 0\n$/);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ends on %s with %i', async (signal, expected) => {
    // The signal must come after the program began to listen for it; standard input stays open, so that it waits.
    const ready = `process.on('newListener', (name) => { if (name === '${signal}') process.stderr.write('ready'); })`;
    const argv = [
      '--import',
      'tsx',
      '--import',
      `data:text/javascript,${ready}`,
      MAIN,
      'validate',
      '-f',
      '-',
    ];
    const child = spawn(process.execPath, argv, { stdio: ['pipe', 'ignore', 'pipe'] });
    child.stderr.once('data', () => child.kill(signal));
    // As a shell says it: 128 and the number of the signal that ended a process (SIGHUP is left to do so by itself).
    const status = await new Promise<number | null>((resolve) => {
      child.on('exit', (code, by) => resolve(by ? 128 + constants.signals[by] : code));
    });
    expect(status).toBe(expected);
  });

  it('finishes work that must not be left half done, and then ends', () => {
    const program = `
      import { systemIo } from ${JSON.stringify(join(import.meta.dirname, 'io.ts'))};
      const io = systemIo();
      await io.uninterrupted(async () => {
        process.kill(process.pid, 'SIGINT');
        await new Promise((resolve) => setTimeout(resolve, 100));
        console.log('finished');
      });
      console.log('went on');
    `;
    const argv = ['--import', 'tsx', '--input-type=module', '-e', program];
    const done = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    expect(done).toMatchObject({ status: 130, stdout: 'finished\n', stderr: '' });
  });
});

describe('start-up', () => {
  /** The packages that a run imports. */
  function packagesOf(argv: readonly string[]): string[] {
    const hooks = join(dir, 'hooks.mjs');
    const register = join(dir, 'register.mjs');
    // Written to a file descriptor of its own: standard output belongs to the command.
    writeFileSync(
      hooks,
      `
      import { writeSync } from 'node:fs';
      export async function resolve(specifier, context, next) {
        const found = await next(specifier, context);
        const name = /\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(found.url)?.[1];
        if (name) writeSync(2, 'package ' + name + '\\n');
        return found;
      }`,
    );
    writeFileSync(
      register,
      `import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);`,
    );
    const done = tortie(argv, { node: ['--import', register] });
    expect(done.status).toBe(0);
    const names = done.stderr.matchAll(/^package (.+)$/gm);
    return [...new Set([...names].map((m) => m[1] ?? ''))].filter((name) => name !== 'tsx').sort();
  }

  it('--help and version load neither schemas, nor YAML, nor what runs programs', () => {
    expect(packagesOf(['--help'])).toEqual(['commander', 'picocolors']);
    expect(packagesOf(['version'])).toEqual(['commander', 'picocolors']);
  });

  it('get loads no YAML, and the client of a store only when it knows which', () => {
    expect(packagesOf(['get', '--help'])).toEqual(['commander', 'picocolors', 'zod']);
  });

  it('validate loads nothing that runs programs', () => {
    const file = join(dir, 'tier.yaml');
    writeFileSync(
      file,
      'apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: { name: a }\nspec: { order: 1 }\n',
    );
    const loaded = packagesOf(['validate', '-f', file]);
    expect(loaded).toContain('zod');
    expect(loaded).not.toContain('execa');
    expect(loaded).not.toContain('diff');
  });
});
