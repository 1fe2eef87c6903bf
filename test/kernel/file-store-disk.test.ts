// A directory as a store on a disk that is full, and on one that is read-only: errors that say so, and nothing changed.
// The disk is a tmpfs of the lab's own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFileDatastore } from '../../src/datastore/file/store/index.ts';
import { DatastoreError } from '../../src/datastore/index.ts';

const disk = mkdtempSync(join(tmpdir(), 'tortie-disk-'));
const mount = (...argv: string[]) => {
  const done = spawnSync('mount', argv, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`mount ${argv.join(' ')}: ${done.stderr}`);
};
beforeAll(() => mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk));
afterAll(() => {
  spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

const set = (name: string, nets: readonly string[]) => ({
  apiVersion: 'projectcalico.org/v3',
  kind: 'GlobalNetworkSet',
  metadata: { name },
  spec: { nets },
});
const many = Array.from({ length: 4_000 }, (_, n) => `10.${n >> 8}.${n & 255}.0/24`);

it('says that the disk is full or read-only, and leaves every file as it was', async () => {
  const store = createFileDatastore({ path: disk });
  const { value } = await store.create(set('a', ['192.0.2.0/24']));
  const files = () =>
    readdirSync(disk, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), 'utf8')]);
  const before = files();
  const refusals = async () => {
    const messages: string[] = [];
    for (const attempt of [
      () => store.create(set('b', many)),
      () => store.update({ ...value, spec: { nets: many } }),
      () => store.apply(set('a', many)),
    ]) {
      const error = await attempt().then(
        () => undefined,
        (caught: unknown) => caught,
      );
      expect(error).toBeInstanceOf(DatastoreError);
      messages.push((error as DatastoreError).message.replace(/^cannot write \S+: /, ''));
    }
    return messages;
  };
  const full = 'no space left on the disk; nothing was changed';
  expect(await refusals()).toEqual([full, full, full]);
  expect(files()).toEqual(before);
  expect((await store.get({ kind: 'GlobalNetworkSet', name: 'a' })).value).toEqual(value);

  // Not even room for the lock.
  const rest = join(disk, '.rest');
  expect(() => writeFileSync(rest, Buffer.alloc(1 << 20))).toThrow(/ENOSPC/);
  expect(await refusals()).toEqual([full, full, full]);
  expect(files().filter(([name]) => name !== '.rest')).toEqual(before);
  rmSync(rest);

  mount('-o', 'remount,ro', disk);
  const readOnly = 'the file system is read-only; nothing was changed';
  expect(await refusals()).toEqual([readOnly, readOnly, readOnly]);
  expect((await store.list({ kind: 'GlobalNetworkSet' })).items).toHaveLength(1);
  mount('-o', 'remount,rw', disk);
  await store.delete({ kind: 'GlobalNetworkSet', name: 'a' });
  expect(files()).toEqual([]);
  await store.close();
});
