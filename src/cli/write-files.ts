// Files under --out: each is written whole beside its place and then renamed, so that a reader, a full disk or an
// interrupt never leaves half a file, and the old one stays until the new one is complete.
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { problem, TortieError } from '../errors/index.ts';

export interface OutputFile {
  readonly file: string;
  readonly text: string;
}

/** Throws TortieError naming the file that could not be written. All new files are complete before the first rename. */
export async function writeFiles(directory: string, files: readonly OutputFile[]): Promise<void> {
  const pending = files.map(({ file, text }) => {
    if (basename(file) !== file || !/^[^.]/.test(file)) throw new TypeError(`not a plain file name: ${file}`);
    const path = join(directory, file);
    return { path, temporary: join(directory, `.${file}.${randomBytes(6).toString('hex')}.tmp`), text };
  });
  try {
    await attempt(directory, () => mkdir(directory, { recursive: true }));
    for (const { path, temporary, text } of pending) await attempt(path, () => writeWhole(temporary, text));
    for (const { path, temporary } of pending) await attempt(path, () => rename(temporary, path), RENAMING);
  } finally {
    for (const { temporary } of pending) await rm(temporary, { force: true }).catch(() => undefined);
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o644);
  try {
    await handle.writeFile(text);
    // A disk can be found full only now.
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const REASONS = new Map([
  ['ENOSPC', 'no space is left on the device'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'not permitted'],
  ['EROFS', 'the file system is read-only'],
  ['ENOTDIR', 'a part of the path is not a directory'],
  ['EEXIST', 'there is a file of that name'],
  ['EISDIR', 'there is a directory of that name'],
]);

const WRITING = 'the files that were there before are as they were';
const RENAMING = 'each file there is whole, but some may be new and others old';

async function attempt(path: string, work: () => Promise<unknown>, hint = WRITING): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    const why = REASONS.get(code) ?? (cause instanceof Error ? cause.message : String(cause));
    throw new TortieError([problem('cli/write', `cannot write ${path}: ${why}`, { hint, cause })]);
  }
}
