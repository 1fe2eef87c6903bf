import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TortieError } from '../errors/index.ts';
import { writeFiles } from './write-files.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tortie-out-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const messageOf = async (work: Promise<void>): Promise<string> => {
  const error: unknown = await work.catch((e: unknown) => e);
  return error instanceof TortieError ? error.message : `no TortieError: ${String(error)}`;
};

describe('writeFiles', () => {
  it('makes the directory and writes every file', async () => {
    const out = join(dir, 'a', 'b');
    await writeFiles(out, [
      { file: 'x.nft', text: 'one\n' },
      { file: 'y.nft', text: 'two\n' },
    ]);
    expect(readdirSync(out).sort()).toEqual(['x.nft', 'y.nft']);
    expect(readFileSync(join(out, 'x.nft'), 'utf8')).toBe('one\n');
  });

  it('replaces what was there', async () => {
    writeFileSync(join(dir, 'x.nft'), 'old, and longer than the new one\n');
    await writeFiles(dir, [{ file: 'x.nft', text: 'new\n' }]);
    expect(readFileSync(join(dir, 'x.nft'), 'utf8')).toBe('new\n');
    expect(readdirSync(dir)).toEqual(['x.nft']);
  });

  it.each(['../x', 'a/b', '/etc/x', '..', '.hidden', ''])('refuses the name %j', async (file) => {
    await expect(writeFiles(dir, [{ file, text: '' }])).rejects.toThrow(TypeError);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('names the file that cannot be written and leaves nothing behind', async () => {
    mkdirSync(join(dir, 'x.nft'));
    expect(await messageOf(writeFiles(dir, [{ file: 'x.nft', text: '' }]))).toMatch(
      /^cannot write .*x\.nft: there is a directory of that name$/,
    );
    writeFileSync(join(dir, 'plain'), '');
    expect(await messageOf(writeFiles(join(dir, 'plain', 'sub'), []))).toMatch(
      /a part of the path is not a directory/,
    );
    expect(readdirSync(dir).sort()).toEqual(['plain', 'x.nft']);
  });
});

// A full disk is a file system of a few pages, in a mount namespace of its own.
describe('a full disk', () => {
  it('keeps the old files and says so', () => {
    const script = join(import.meta.dirname, 'write-files.ts');
    const program = `
      import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
      import { writeFiles } from ${JSON.stringify(script)};
      const dir = ${JSON.stringify(dir)};
      writeFileSync(dir + '/a', 'old a'); writeFileSync(dir + '/b', 'old b');
      const big = 'x'.repeat(1 << 20);
      const error = await writeFiles(dir, [{ file: 'a', text: 'new a' }, { file: 'b', text: big }]).catch((e) => e);
      console.log(JSON.stringify([String(error.message), readFileSync(dir + '/a', 'utf8'), readFileSync(dir + '/b', 'utf8'), readdirSync(dir).sort()]));
    `;
    const node = `exec ${JSON.stringify(process.execPath)} --import tsx --input-type=module -`;
    const mounted = `mount -t tmpfs -o size=64k tmpfs ${JSON.stringify(dir)} && ${node}`;
    const user = process.getuid?.() === 0 ? [] : ['-r'];
    const [command, ...args] = ['unshare', ...user, '-m', 'sh', '-c', mounted];
    const done = spawnSync(command, args, { input: program, encoding: 'utf8' });
    expect(done.stderr).toBe('');
    expect(JSON.parse(done.stdout)).toEqual([
      `cannot write ${dir}/b: no space is left on the device`,
      'old a',
      'old b',
      ['a', 'b'],
    ]);
  });
});
