// Input that a pipe could not hold at once. Who feeds a program through a pipe and is killed halfway has told it only the
// beginning, and to nft the beginning of a transaction is a transaction: chains emptied, and not filled again. So large
// input is written in full to a file without a name first.
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Smaller ones are written to the pipe in one piece, or, if killed before, not at all. */
const LARGE = 16 * 1024;

/** A descriptor at the beginning of the text, for the caller to close; undefined: small, or no file could be had. */
export function largeInput(text = ''): number | undefined {
  if (text.length < LARGE) return undefined;
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), 'tortie-input-'));
    const path = join(folder, 'input');
    const writing = openSync(path, 'wx', 0o600);
    try {
      writeFileSync(writing, text);
      return openSync(path, 'r');
    } finally {
      closeSync(writing);
    }
  } catch {
    // A full disk is no reason not to enforce.
    return undefined;
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}
