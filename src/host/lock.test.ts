import { mkdtempSync, readdirSync, readlinkSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { namespaceId, withLock } from './lock.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tortie-lock-'));
  file = join(directory, `${namespaceId()}.lock`);
});

const locked = async (wait = 0) =>
  (await withLock(async () => 'done', { directory, wait })).value === undefined;

describe('withLock', () => {
  it('holds the lock during the work and leaves nothing behind', async () => {
    const result = await withLock(async () => readdirSync(directory), { directory });
    expect(result).toEqual({ value: [`${namespaceId()}.lock`], problems: [] });
    expect(readdirSync(directory)).toEqual([]);
  });
  it('lets go when the work throws', async () => {
    await expect(withLock(() => Promise.reject(new Error('no')), { directory })).rejects.toThrow('no');
    expect(await locked()).toBe(false);
  });
  it('lets go although somebody has the lock aside just then, and puts it back', async () => {
    const aside = `${file}.aside`;
    const done = await withLock(
      async () => {
        renameSync(file, aside);
        setTimeout(() => renameSync(aside, file), 20);
        return 'done';
      },
      { directory },
    );
    expect(done).toEqual({ value: 'done', problems: [] });
    expect(readdirSync(directory)).toEqual([]);
  });
  it('refuses a second holder by name, and takes nothing from the first', async () => {
    await withLock(
      async () => {
        const second = await withLock(async () => 'never', { directory, wait: 0 });
        expect(second.value).toBeUndefined();
        expect(second.problems).toMatchObject([{ code: 'host/locked', hint: expect.stringContaining(file) }]);
        expect(second.problems[0]?.message).toContain(`process ${process.pid} (`);
        expect(await locked()).toBe(true);
      },
      { directory },
    );
    expect(await locked()).toBe(false);
  });
  it('lets one after the other work when many wait', async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 2));
      inside -= 1;
    };
    const results = await Promise.all(Array.from({ length: 5 }, () => withLock(work, { directory })));
    expect(results.every((r) => r.problems.length === 0)).toBe(true);
    expect(most).toBe(1);
  });
  it.each([
    ['of a process that ended', () => JSON.stringify({ ...holder(), pid: endedPid() })],
    ['of an earlier process with the same pid', () => JSON.stringify({ ...holder(), start: '1' })],
    ['that says nothing', () => ''],
  ])('takes over a lock %s', async (_name, text) => {
    writeFileSync(file, text());
    expect(await locked()).toBe(false);
    expect(readdirSync(directory)).toEqual([]);
  });
  it('does not judge a process of another pid namespace', async () => {
    writeFileSync(file, JSON.stringify({ ...holder(), pid: 1 << 28, pidNamespace: 'pid:[1]' }));
    expect(await locked()).toBe(true);
  });
  it('says so when no folder can be written', async () => {
    const result = await withLock(async () => 'never', { directory: '/proc/tortie' });
    expect(result.problems).toMatchObject([{ code: 'host/lock' }]);
  });
});

function holder() {
  return { pid: process.pid, start: '0', pidNamespace: readlinkSync('/proc/self/ns/pid') };
}

/** Beyond the largest pid that Linux gives. */
function endedPid(): number {
  return 1 << 28;
}
