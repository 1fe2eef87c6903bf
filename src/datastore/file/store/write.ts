// Files written whole or not at all: beside the old one, on the disk, then in its place. When anything fails the old one
// is as it was.
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { DatastoreError } from '../../errors.ts';
import { signatureOf } from './tree.ts';

/** Somebody else has changed the file since it was read, or made it. */
export class Changed extends Error {}

export function createFile(root: string, path: string, text: string): void {
  guarded(path, () => {
    const folder = dirname(path);
    if (mkdirSync(folder, { recursive: true }) !== undefined) synced(dirname(folder));
    inside(root, folder);
    const temporary = writeBeside(folder, text, 0o666);
    try {
      linkSync(temporary, path);
    } finally {
      rmSync(temporary, { force: true });
    }
    synced(folder);
  });
}

/** `signature` of what was read. */
export function replaceFile(root: string, path: string, signature: string, text: string): void {
  guarded(path, () => {
    const real = unchanged(root, path, signature);
    const folder = dirname(real);
    const temporary = writeBeside(folder, text, statSync(real).mode & 0o777);
    try {
      unchanged(root, path, signature);
      renameSync(temporary, real);
    } finally {
      rmSync(temporary, { force: true });
    }
    synced(folder);
  });
}

export function removeFile(root: string, path: string, signature: string): void {
  guarded(path, () => {
    unchanged(root, path, signature);
    unlinkSync(path);
    synced(dirname(path));
  });
}

function unchanged(root: string, path: string, signature: string): string {
  const info = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!info || signatureOf(info) !== signature) throw new Changed(path);
  const real = realpathSync(path);
  inside(root, dirname(real));
  return real;
}

/** A link must not lead a write out of the directory. */
function inside(root: string, folder: string): void {
  const top = realpathSync(root);
  const real = realpathSync(folder);
  if (real !== top && !real.startsWith(top.endsWith(sep) ? top : `${top}${sep}`))
    throw new DatastoreError('datastore/invalid', `${folder} leads out of ${root}: not written`);
}

function writeBeside(folder: string, text: string, mode: number): string {
  const temporary = join(folder, `.tortie-${randomUUID()}.tmp`);
  const descriptor = openSync(temporary, 'wx', mode);
  try {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
  return temporary;
}

function synced(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function guarded(path: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof Changed || error instanceof DatastoreError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new Changed(path);
    throw writeFault(path, error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than allowed',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'no such directory',
};

export function writeFault(path: string, error: unknown): DatastoreError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const denied = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
  return new DatastoreError(
    denied ? 'datastore/unauthorized' : 'datastore/failed',
    `cannot write ${path}: ${REASONS[code] ?? message}; nothing was changed`,
    { cause: error },
  );
}
